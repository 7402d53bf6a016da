"""How long rows that lost their worker lie until a live one has claimed them again."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.faults.world import World


@dataclass
class Lost:
    """A row that was held under this attempt when its holder was killed."""

    row: int
    attempt: int
    kind: str
    at_s: float


@dataclass
class Watch:
    """Looked at often, so that a claim is seen before the next one of the same row."""

    world: World
    lying: dict[tuple[int, int], Lost] = field(default_factory=dict)
    recovered_s: dict[str, list[float]] = field(default_factory=dict)
    saved_in_time: int = 0
    parked: int = 0

    def lost(self, rows: Iterable[tuple[int, str, int, str]], *, kind: str, at_s: float) -> None:
        for key, _, attempt, _ in rows:
            self.lying[key, attempt] = Lost(key, attempt, kind, at_s)

    def look(self) -> None:
        if not self.lying:
            return
        keys = ", ".join(str(row) for row, _ in self.lying)
        rows = self.world.ask(
            f"SELECT id, attempt, state, error_code, started_at FROM pipeline_stagerow WHERE id IN ({keys})"
        )
        now = {key: (attempt, state, code, started_at) for key, attempt, state, code, started_at in rows}
        for name, lost in list(self.lying.items()):
            attempt, state, code, started_at = now[lost.row]
            if attempt > lost.attempt:
                seconds = as_seconds(started_at) - lost.at_s if started_at else time.time() - lost.at_s
                self.recovered_s.setdefault(lost.kind, []).append(max(0.0, seconds))
            elif state == "done":
                self.saved_in_time += 1  # the save was through when the kill came
            elif code == "worker_died":
                self.parked += 1
            else:
                continue
            del self.lying[name]


def as_seconds(at: Any) -> float:
    """A time of the database; SQLite gives text, in UTC."""
    moment = at if isinstance(at, datetime) else datetime.fromisoformat(at)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
