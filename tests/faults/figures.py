"""What one fault showed on one database, and the table of all of them."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.faults.world import World

STAGES = 4


@dataclass
class Figures:
    """`recoveries_s` are the seconds until it went on, one for each that was measured; `wrong` is all else that should
    not have been, in words."""

    fault: str
    world: str
    repetitions: int
    calls: int
    lost: int
    doubled: int
    recoveries_s: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    took_s: float = 0.0

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.doubled or self.wrong)

    @property
    def median_s(self) -> float | None:
        return statistics.median(self.recoveries_s) if self.recoveries_s else None

    @property
    def longest_s(self) -> float | None:
        return max(self.recoveries_s, default=None)


def counted(world: World) -> tuple[int, int, int]:
    """Calls taken; results that are missing; results that are there more than once, by the ledger and the tables."""
    calls = world.number("SELECT count(*) FROM calls_call")
    entered = world.number("SELECT count(*) FROM faults_ledger")
    once = world.number("SELECT count(*) FROM (SELECT DISTINCT call_id, stage FROM faults_ledger) AS each_one")
    doubled = entered - once
    for table in ("transcripts_transcriptrecord", "analytics_callmeasures", "scorecards_evaluationrecord"):
        made, called = world.ask(f"SELECT count(*), count(DISTINCT call_id) FROM {table}")[0]
        doubled += made - called
    done = world.number("SELECT count(*) FROM pipeline_stagerow WHERE state = 'done'")
    return calls, max(STAGES * calls - once, STAGES * calls - done), doubled


def wrong_of(**facts: int) -> list[str]:
    """`wrong_of(workers_ended=2)` gives "2 workers ended"; what did not happen is left out."""
    return [f"{count} {words.replace('_', ' ')}" for words, count in facts.items() if count]


def table(all_figures: Sequence[Figures]) -> str:
    head = ("times", 6), ("calls", 8), ("lost", 6), ("doubled", 8), ("median s", 9), ("max s", 7)
    lines = [f"{'fault':<36}{'on':<23}" + "".join(f"{word:>{width}}" for word, width in head) + "  notes"]
    for each in all_figures:
        times = (_seconds(each.median_s), _seconds(each.longest_s))
        counts = (each.repetitions, each.calls, each.lost, each.doubled, *times)
        cells = "".join(f"{value:>{width}}" for value, (_, width) in zip(counts, head, strict=True))
        notes = [*(f"WRONG: {words}" for words in each.wrong), *each.notes]
        lines.append(f"{each.fault:<36}{each.world:<23}{cells}  {'; '.join(notes)}")
    return "\n".join(lines)


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def kept(all_figures: Sequence[Figures], file: Path, *, machine: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    raw = {"machine": machine, "figures": [asdict(each) for each in all_figures]}
    file.write_text(json.dumps(raw, ensure_ascii=False, indent=1) + "\n")
