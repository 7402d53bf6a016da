"""Reading the line: at which stage a call is, and how far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from django.utils.functional import Promise

from sapa.calls.models import Call
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.stages import STAGES


class StageRead(NamedTuple):
    """What is shown of a stage row; to read all of it takes a list of calls three times as long."""

    state: str
    progress_share: float
    tries: int
    next_try_at: datetime | None
    error_code: str
    error_message: str

    @property
    def title(self) -> Promise | str:
        return StageState(self.state).label


@dataclass(frozen=True)
class StageStanding:
    """One stage of one call; `row` is None while the call has not come so far."""

    key: str
    title: Promise | str
    row: StageRead | None

    @property
    def state(self) -> str:
        return self.row.state if self.row else ""

    @property
    def progress_pct(self) -> float:
        return 100.0 * self.row.progress_share if self.row else 0.0


@dataclass(frozen=True)
class LineStanding:
    """Where a call is in the whole line. `share` 0–1 counts finished stages and the running one's part."""

    stages: tuple[StageStanding, ...]

    @cached_property
    def is_begun(self) -> bool:
        """A call of which only the phone system told has nothing to carry."""
        return any(stage.row for stage in self.stages)

    @cached_property
    def current(self) -> StageStanding | None:
        """The stage that failed, else the one that runs or waits; None when all are done."""
        for wanted in (StageState.FAILED, StageState.RUNNING, StageState.WAITING):
            for stage in self.stages:
                if stage.state == wanted:
                    return stage
        return None

    @property
    def state(self) -> str:
        return self.current.state if self.current else StageState.DONE

    @property
    def is_settled(self) -> bool:
        """All is done, or there is nothing to do."""
        return self.current is None

    @property
    def is_moving(self) -> bool:
        return self.state in {StageState.RUNNING, StageState.WAITING}

    @property
    def share(self) -> float:
        done = sum(1.0 for stage in self.stages if stage.state == StageState.DONE)
        running = sum(
            stage.row.progress_share for stage in self.stages if stage.row and stage.state == StageState.RUNNING
        )
        return min((done + running) / len(STAGES), 1.0)


def line_of(call: Call) -> LineStanding:
    return lines_of([call.pk])[call.pk]


def lines_of(call_ids: Iterable[UUID]) -> dict[UUID, LineStanding]:
    """The standing of each call, by one query."""
    ids = list(call_ids)
    rows: dict[UUID, dict[str, StageRead]] = {call_id: {} for call_id in ids}
    for call_id, stage, *told in StageRow.objects.filter(call__in=ids).values_list("call", "stage", *StageRead._fields):
        rows[call_id][stage] = StageRead(*told)
    return {
        call_id: LineStanding(tuple(StageStanding(stage.key, stage.title, found.get(stage.key)) for stage in STAGES))
        for call_id, found in rows.items()
    }
