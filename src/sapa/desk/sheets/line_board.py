"""The line as its board shows it: stages with their bars, who works at what, and what failed in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.timezone import localtime

from sapa.calls.models import Call
from sapa.desk.wording.failures import failure_words
from sapa.pipeline.retrying import Wanted, stages_failed
from sapa.pipeline.stages import stage_named
from sapa.pipeline.status import Failure, LineStatus, RefusedFile, RunningStage, StageCounts

MOST_REASONS = 20
MOST_CALLS_OF_A_REASON = 5


@dataclass(frozen=True)
class StageBar:
    """`waiting_pct` and `running_pct` are shares of the longest bar."""

    counts: StageCounts
    title: Promise | str
    waiting_pct: float
    running_pct: float


@dataclass(frozen=True)
class AtWork:
    row: RunningStage
    title: Promise | str
    for_s: float | None
    progress_pct: float


@dataclass(frozen=True)
class FailedCall:
    id: UUID
    name: str
    at: datetime | None


@dataclass(frozen=True)
class Reason:
    """Everything that failed at one stage with one code; `calls` are the newest of them."""

    key: str
    code: str
    stage: str
    title: Promise | str
    words: str
    count: int
    calls: tuple[FailedCall, ...]


@dataclass(frozen=True)
class Refused:
    path: str
    code: str
    words: str
    at: datetime


@dataclass(frozen=True)
class LineBoard:
    status: LineStatus
    bars: tuple[StageBar, ...]
    at_work: tuple[AtWork, ...]
    reasons: tuple[Reason, ...]
    more_reasons: int
    refused: tuple[Refused, ...]

    @property
    def is_idle(self) -> bool:
        return not (self.status.in_line or self.status.failed)

    @property
    def workers(self) -> int:
        return len(self.status.workers) + len(self.status.idle)

    @property
    def oldest_s(self) -> float | None:
        oldest = self.status.oldest_waiting_at
        return (self.status.at - oldest).total_seconds() if oldest else None

    @property
    def audio_hours(self) -> float:
        return self.status.pace.hour.audio_s / 3600

    @property
    def heard_lately_s(self) -> float:
        """Sound heard in an hour of the clock, by the last minutes."""
        return self.status.pace.recent.heard_ratio * 3600

    @property
    def is_empty_another_day(self) -> bool:
        empty_at = self.status.empty_at
        return empty_at is not None and localtime(empty_at).date() != localtime(self.status.at).date()


def line_board(status: LineStatus) -> LineBoard:
    longest = max((counts.in_line for counts in status.stages), default=0)
    shown = status.failures[:MOST_REASONS]
    return LineBoard(
        status=status,
        bars=tuple(_bar(counts, longest) for counts in status.stages),
        at_work=tuple(_at_work(row, status.at) for row in status.running),
        reasons=tuple(_reason(failure) for failure in shown),
        more_reasons=len(status.failures) - len(shown),
        refused=tuple(_refused(file) for file in status.newest_refused),
    )


def _bar(counts: StageCounts, longest: int) -> StageBar:
    share = 100.0 / longest if longest else 0.0
    waiting = counts.waiting + counts.later
    return StageBar(counts, stage_named(counts.stage).title, share * waiting, share * counts.running)


def _at_work(row: RunningStage, at: datetime) -> AtWork:
    for_s = (at - row.started_at).total_seconds() if row.started_at else None
    return AtWork(row, stage_named(row.stage).title, for_s, 100.0 * row.progress_share)


def _reason(failure: Failure) -> Reason:
    newest = stages_failed(Wanted(code=failure.code, stage=failure.stage)).order_by("-pk").select_related("call")
    return Reason(
        key=f"{failure.stage}-{failure.code}",
        code=failure.code,
        stage=failure.stage,
        title=stage_named(failure.stage).title,
        words=failure_words(failure.code, failure.message),
        count=failure.count,
        calls=tuple(
            FailedCall(row.call_id, _name_of(row.call), row.finished_at) for row in newest[:MOST_CALLS_OF_A_REASON]
        ),
    )


def _refused(file: RefusedFile) -> Refused:
    return Refused(file.path, file.code, failure_words(file.code, file.message), file.seen_at)


def _name_of(call: Call) -> str:
    return call.file_name or call.customer_name or call.customer_number or str(call.pk)[:8]
