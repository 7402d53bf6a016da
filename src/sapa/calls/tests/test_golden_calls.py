"""Rows as a real Asterisk 22 wrote them (`tests/asterisk`) and the call that they are.

`call.json` was derived once and checked, figure by figure, against what the telephones were told to do. One is known to
differ from what was done: in `hold` the agent's telephone held for five seconds, of which Asterisk writes no row.

Whatever order the rows come in, and however often, it is the same call.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from datetime import UTC, tzinfo
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from sapa.calls.connectors.asterisk import cdr, cel, queue_log
from sapa.calls.connectors.asterisk.rows import CdrRow, CelRow, QueueRow, Row
from sapa.calls.connectors.asterisk.site import Site
from sapa.calls.connectors.asterisk.story import derive
from sapa.calls.log_files import lines_of, opened
from sapa.calls.types import DerivedCall, Disposition

GOLDEN = Path(__file__).parent / "golden"
SCENARIOS = sorted(folder.name for folder in GOLDEN.iterdir())
SITE = Site(UTC, "KZ")
READ: dict[str, Callable[[bytes, tzinfo], Row]] = {
    "queue_log": queue_log.row_of,
    "cel.csv": cel.row_of,
    "cdr.csv": cdr.row_of,
}


def rows_of(scenario: str) -> list[Row]:
    return rows_in(GOLDEN / scenario)


def rows_in(folder: Path) -> list[Row]:
    rows = []
    for name, read in READ.items():
        with opened(folder / name) as source:
            rows += [read(text, UTC) for _, text in lines_of(source, start=0, is_quoted=name != "queue_log")]
    return rows


def key_of(rows: Sequence[Row]) -> str:
    """The oldest name in them."""
    names = {row.call if isinstance(row, QueueRow) else row.linked_id for row in rows} - {""}
    return min(names, key=lambda name: (int(name.partition(".")[0]), int(name.partition(".")[2])))


def derived(rows: Sequence[Row], key: str = "") -> DerivedCall:
    call = derive(key or key_of(rows), rows, SITE)
    assert call is not None
    return call


def told(call: DerivedCall) -> dict[str, Any]:
    """What is compared: durations to a tenth of a second, as they are said by hand."""
    return {
        "direction": call.direction.value,
        "customer": call.customer,
        "dialled": call.dialled,
        "queues": [[visit.queue, visit.outcome.value] for visit in call.queues],
        "agents": [[share.agent, round(share.talk_s, 1), round(share.hold_s, 1)] for share in call.agents],
        "disposition": call.disposition.value,
        "hung_up_by": call.hung_up_by.value,
        "ring_s": round(call.ring_s, 1),
        "wait_s": round(call.wait_s, 1),
        "talk_s": round(call.talk_s, 1),
        "hold_s": round(call.hold_s, 1),
        "missed": [missed.agent for missed in call.missed],
        "transfers": [[transfer.kind.value, transfer.to, transfer.agent] for transfer in call.transfers],
        "unrecorded": [round(until - since) for since, until in call.unrecorded],
        "is_over": call.ended_at is not None,
    }


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_rows_are_the_call_that_was_made(scenario: str) -> None:
    assert told(derived(rows_of(scenario))) == json.loads((GOLDEN / scenario / "call.json").read_text())


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_order_of_the_rows_and_their_repetition_change_nothing(scenario: str) -> None:
    rows = rows_of(scenario)
    whole, key = derived(rows), key_of(rows)
    chance = random.Random(scenario)
    for _ in range(60):
        mixed = [*rows, *chance.sample(rows, len(rows) // 2)]
        chance.shuffle(mixed)
        assert derived(mixed, key) == whole


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_order_of_few_rows_is_the_same_call(scenario: str) -> None:
    """All orders of up to seven: of what the queue wrote, and of the first that CEL did."""
    rows = rows_of(scenario)
    key = key_of(rows)
    for kind in (QueueRow, CelRow):
        few = [row for row in rows if isinstance(row, kind)][:7]
        if few:
            whole = derived(few, key)
            assert all(derived([*order], key) == whole for order in permutations(few))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_no_part_of_the_rows_is_too_few(scenario: str) -> None:
    """Rows come one by one: whatever is here so far is a call, or none yet."""
    rows = sorted(rows_of(scenario), key=lambda row: row.at)
    key = key_of(rows)
    for count in range(len(rows) + 1):
        call = derive(key, rows[:count], SITE)
        assert call is None or call.talk_s >= 0


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_site_that_writes_whole_seconds_has_the_same_story(scenario: str) -> None:
    """With `dateformat = %F %T`; only durations are less exact."""
    rows = [row._replace(at=float(int(row.at))) if isinstance(row, CelRow) else row for row in rows_of(scenario)]
    whole, exact = told(derived(rows)), told(derived(rows_of(scenario)))
    assert whole["talk_s"] == pytest.approx(exact["talk_s"], abs=2)
    assert [agent[0] for agent in whole["agents"]] == [agent[0] for agent in exact["agents"]]
    for figure in ("agents", "talk_s", "ring_s", "wait_s", "hold_s"):
        del whole[figure], exact[figure]
    assert whole == exact


@pytest.mark.parametrize("step_s", [-3600.0, -30.0, 3600.0])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_clock_that_was_set_in_the_middle_makes_no_nonsense(scenario: str, step_s: float) -> None:
    """Nobody can tell how long such a call was; but it is one call, of the same people, and no duration is negative."""
    rows = rows_of(scenario)
    middle = sorted(row.at for row in rows)[len(rows) // 2]
    stepped = [row._replace(at=row.at + step_s) if row.at > middle else row for row in rows]
    call, whole = derived(stepped, key_of(rows)), derived(rows)
    assert (call.customer, call.direction) == (whole.customer, whole.direction)
    assert min(call.ring_s, call.wait_s, call.talk_s, call.hold_s) >= 0
    assert all(share.talk_s >= 0 and share.hold_s >= 0 and share.ring_s >= 0 for share in call.agents)


def test_a_transfer_whose_target_asterisk_did_not_name_is_the_same() -> None:
    """Seen once in some runs of the lab: the bridges were joined a moment before the row was written."""
    rows = rows_of("attended_transfer")
    (transfer,) = (row for row in rows if isinstance(row, CelRow) and row.event == "ATTENDEDTRANSFER")
    extra = json.loads(transfer.extra)
    extra |= {"transfer_target_channel_name": "N/A", "transfer_target_channel_uniqueid": "N/A"}
    unnamed = [row if row is not transfer else transfer._replace(extra=json.dumps(extra)) for row in rows]
    assert told(derived(unnamed)) == told(derived(rows))


@pytest.mark.parametrize("scenario", ["voicemail", "voicemail_of_a_telephone"])
def test_that_a_message_was_left_is_known_from_cdr_alone(scenario: str) -> None:
    call = derived([row for row in rows_of(scenario) if isinstance(row, CdrRow)])
    assert (call.disposition, call.talk_s, call.agents) == (Disposition.VOICEMAIL, 0, ())


@pytest.mark.parametrize(
    ("scenario", "shares"),
    [
        ("attended_transfer", [("114", 9), ("115", 8)]),
        ("attended_transfer_by_telephone", [("128", 13), ("129", 10)]),
        ("blind_transfer", [("112", 6), ("113", 9)]),
    ],
)
def test_a_transfer_of_which_cdr_alone_tells_is_the_share_of_each_agent_once(
    scenario: str, shares: list[tuple[str, int]]
) -> None:
    """In whole seconds, by the telephone; the call has the name of its first channel."""
    rows = [row for row in rows_of(scenario) if isinstance(row, CdrRow)]
    key = key_of(rows)
    call = derived([row for row in rows if row.linked_id == key], key)
    assert [(share.agent, share.talk_s) for share in call.agents] == shares
    assert call.talk_s == sum(talk_s for _, talk_s in shares)
