"""How the whole line stands: what waits, what is worked at and by whom, what failed and why, how fast it goes.

Figures come by a handful of queries, so that a monitor may ask every few seconds.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Count, ExpressionWrapper, Max, Min, Q, Sum
from django.db.models.functions import Now

from sapa.calls.models import Call
from sapa.calls.selectors import PhoneSystem, phone_system, watched_files_refused
from sapa.core.clock import now_at
from sapa.core.storage import data_dir
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.pace import Pace, line_pace
from sapa.pipeline.presence import WorkerPresent, workers_present
from sapa.pipeline.stages import STAGE_KEYS
from sapa.recordings.selectors import stored_bytes

LAST_STAGE = STAGE_KEYS[-1]
MOST_RUNNING = 50
MOST_REFUSED = 10
_DUE = Q(next_try_at=None) | Q(next_try_at__lte=Now())
_NONE_WAITS: Mapping[str, Any] = {"later": 0, "later_until": None, "oldest": None}


@dataclass(frozen=True)
class StageCounts:
    """`waiting` can be taken now; `later` waits for its next try, the last of them until `later_until`."""

    stage: str
    waiting: int
    later: int
    running: int
    failed: int
    done: int
    oldest_waiting_at: datetime | None
    later_until: datetime | None = None

    @property
    def in_line(self) -> int:
        return self.waiting + self.later + self.running


@dataclass(frozen=True)
class RunningStage:
    call_id: UUID
    stage: str
    holder: str
    started_at: datetime | None
    progress_share: float
    is_live: bool


@dataclass(frozen=True)
class Failure:
    """All rows of one stage that failed for one reason; `message` is what the newest of them says."""

    code: str
    stage: str
    count: int
    message: str
    call_id: UUID
    file_name: str
    last_at: datetime | None


@dataclass(frozen=True)
class RefusedFile:
    """A file of a watched folder that is no call."""

    path: str
    code: str
    message: str
    seen_at: datetime


@dataclass(frozen=True)
class Space:
    recordings_bytes: int
    database_bytes: int
    free_bytes: int


@dataclass(frozen=True)
class LineStatus:
    """`workers` hold work now, `idle` ones wait for some."""

    at: datetime
    stages: tuple[StageCounts, ...]
    running: tuple[RunningStage, ...]
    failures: tuple[Failure, ...]
    pace: Pace
    workers: tuple[str, ...]
    idle: tuple[str, ...]
    refused_files: int
    newest_refused: tuple[RefusedFile, ...]
    calls: int
    phone_system: PhoneSystem | None
    space: Space

    @property
    def in_line(self) -> int:
        return sum(counts.in_line for counts in self.stages)

    @property
    def failed(self) -> int:
        return sum(counts.failed for counts in self.stages)

    @property
    def oldest_waiting_at(self) -> datetime | None:
        return min((counts.oldest_waiting_at for counts in self.stages if counts.oldest_waiting_at), default=None)

    @property
    def empty_at(self) -> datetime | None:
        """When nothing is in the line any more, if nothing more comes; None: not known, or it is empty."""
        left_s = self.pace.left_s
        return None if left_s is None or not self.in_line else self.at + timedelta(seconds=left_s)


def line_status() -> LineStatus:
    at = now_at()
    running = list(_running())
    present = workers_present()
    stages = stage_counts()
    return LineStatus(
        at=at,
        stages=stages,
        running=tuple(running[:MOST_RUNNING]),
        failures=failures(),
        pace=pace_of(at, stages, present),
        workers=tuple(worker.holder for worker in present if worker.is_working),
        idle=tuple(worker.holder for worker in present if not worker.is_working),
        refused_files=watched_files_refused().count(),
        newest_refused=tuple(_refused()),
        calls=Call.objects.count(),
        phone_system=phone_system(),
        space=space(),
    )


def pace_of(at: datetime, stages: Sequence[StageCounts], present: Sequence[WorkerPresent]) -> Pace:
    later_until = max((counts.later_until for counts in stages if counts.later_until), default=None)
    return line_pace(at, {counts.stage: counts.in_line for counts in stages}, present, later_until=later_until)


def stage_counts() -> tuple[StageCounts, ...]:
    """One for each stage of the line, in its order. Counted within the index; only rows that wait are looked at."""
    rows = StageRow.objects.order_by().values("stage", "state").annotate(count=Count("pk"))
    counted = {(row["stage"], row["state"]): row["count"] for row in rows}
    waiting = {row["stage"]: row for row in _waiting()}
    return tuple(_stage_counts(stage, counted, waiting.get(stage, _NONE_WAITS)) for stage in STAGE_KEYS)


def failures(*, limit: int | None = None) -> tuple[Failure, ...]:
    """The commonest first."""
    failed = StageRow.objects.filter(state=StageState.FAILED, stage__in=STAGE_KEYS).order_by()
    grouped = failed.values("error_code", "stage").annotate(count=Count("pk"), newest=Max("pk"))
    groups = list(grouped.order_by("-count", "error_code", "stage")[:limit])
    newest = StageRow.objects.select_related("call").in_bulk([group["newest"] for group in groups])
    return tuple(_failure(group, newest[group["newest"]]) for group in groups if group["newest"] in newest)


def space() -> Space:
    try:
        free = shutil.disk_usage(data_dir()).free
    except OSError:
        free = 0
    return Space(stored_bytes(), _database_bytes(), free)


def audio_done() -> tuple[int, float]:
    """Calls that came out of the line since it exists, and the seconds of sound in them."""
    done = StageRow.objects.filter(state=StageState.DONE, stage=LAST_STAGE)
    told = done.aggregate(calls=Count("pk"), audio_s=Sum("call__duration_s"))
    return told["calls"], float(told["audio_s"] or 0.0)


def _waiting() -> Iterable[Mapping[str, Any]]:
    later = Q(next_try_at__gt=Now())
    waiting = StageRow.objects.filter(state=StageState.WAITING).order_by().values("stage")
    return waiting.annotate(
        later=Count("pk", filter=later),
        later_until=Max("next_try_at", filter=later),
        oldest=Min("opened_at", filter=_DUE),
    )


def _stage_counts(stage: str, counted: Mapping[tuple[str, str], int], waiting: Mapping[str, Any]) -> StageCounts:
    def those(state: StageState) -> int:
        return counted.get((stage, state), 0)

    later = min(waiting["later"], those(StageState.WAITING))
    return StageCounts(
        stage=stage,
        waiting=those(StageState.WAITING) - later,
        later=later,
        running=those(StageState.RUNNING),
        failed=those(StageState.FAILED),
        done=those(StageState.DONE),
        oldest_waiting_at=waiting["oldest"],
        later_until=waiting["later_until"],
    )


def _running() -> Iterable[RunningStage]:
    rows = StageRow.objects.filter(state=StageState.RUNNING).annotate(
        live=ExpressionWrapper(Q(lease_until__gt=Now()), output_field=BooleanField())
    )
    for row in rows.order_by("started_at", "pk"):
        yield RunningStage(row.call_id, row.stage, row.holder, row.started_at, row.progress_share, bool(row.live))


def _refused() -> Iterable[RefusedFile]:
    for file in watched_files_refused()[:MOST_REFUSED]:
        yield RefusedFile(file.path, file.error_code, file.error_message, file.seen_at)


def _failure(group: Mapping[str, Any], row: StageRow) -> Failure:
    return Failure(
        code=group["error_code"],
        stage=group["stage"],
        count=group["count"],
        message=row.error_message,
        call_id=row.call_id,
        file_name=row.call.file_name,
        last_at=row.finished_at,
    )


def _database_bytes() -> int:
    if connection.vendor == "sqlite":
        file = Path(str(connection.settings_dict["NAME"]))
        parts = (file, file.with_name(f"{file.name}-wal"))
        return sum(part.stat().st_size for part in parts if part.exists())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])
