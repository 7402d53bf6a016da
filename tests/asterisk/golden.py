"""The rows of each scenario of the lab as a set of their own, for tests that need no lab.

`python -m tests.asterisk.golden OUT [SCENARIO…]` takes what `tests.asterisk.world` left in OUT and writes a folder for
each scenario beside the tests of `sapa.calls`; those of `BROKEN` are named, and have a place of their own. `call.json`,
what a call should be, is not written.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC
from pathlib import Path

from sapa.calls.connectors.asterisk import cdr, cel, queue_log
from sapa.calls.connectors.asterisk.rows import CelRow, RowRejected
from sapa.calls.log_files import lines_of, opened
from tests.asterisk.scenarios import BROKEN, SCENARIOS, Scenario

GOLDEN = Path(__file__).resolve().parents[2] / "src/sapa/calls/tests/golden"
GOLDEN_BROKEN = GOLDEN.with_name("golden_broken")


def split(out: Path, golden: Path = GOLDEN, scenarios: Iterable[Scenario] = SCENARIOS) -> None:
    cels = [(line, cel.row_of(line, UTC)) for line in _lines(out / "cel.csv", is_quoted=True)]
    for scenario in scenarios:
        names = _names_of(scenario, [row for _, row in cels])
        folder = golden / scenario.name
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / "cel.csv", [line for line, row in cels if row.linked_id in names or row.channel_id in names])
        queued = _lines(out / "queue_log", is_quoted=False)
        _write(folder / "queue_log", [line for line in queued if queue_log.row_of(line).call in names])
        billed = _lines(out / "cdr.csv", is_quoted=True)
        _write(folder / "cdr.csv", [line for line in billed if _channel_of(line) in names])


def _names_of(scenario: Scenario, rows: list[CelRow]) -> set[str]:
    """Every channel and call that belongs to the caller's."""
    begun = [row for row in rows if row.event == "CHAN_START" and row.caller_number == scenario.from_]
    names = {row.channel_id for row in begun if row.exten == scenario.to}
    grown = True
    while grown:
        more = {name for row in rows for name in (row.channel_id, row.linked_id)
                if {row.channel_id, row.linked_id} & names}  # fmt: skip
        grown = not more <= names
        names |= more
    return names


def _channel_of(line: bytes) -> str:
    try:
        row = cdr.row_of(line, UTC)
    except RowRejected:
        return ""
    return row.linked_id or row.channel_id


def _lines(path: Path, *, is_quoted: bool) -> Iterator[bytes]:
    with opened(path) as source:
        for _, text in lines_of(source, start=0, is_quoted=is_quoted):
            yield text


def _write(path: Path, lines: list[bytes]) -> None:
    path.write_bytes(b"".join(line + b"\n" for line in lines))


if __name__ == "__main__":
    named = [scenario for scenario in BROKEN if scenario.name in sys.argv[2:]]
    if named:
        split(Path(sys.argv[1]), GOLDEN_BROKEN, named)
    else:
        split(Path(sys.argv[1]))
