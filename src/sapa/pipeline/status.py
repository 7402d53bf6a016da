"""How the whole line stands: what waits, what is worked at and by whom, what failed and why, how fast it goes.

Figures come by a handful of queries, so that a monitor may ask every few seconds.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Count, ExpressionWrapper, Max, Min, Q, Sum
from django.db.models.functions import Now

from sapa.calls.models import Call
from sapa.calls.selectors import watched_files_refused
from sapa.core.clock import now_at
from sapa.core.storage import data_dir
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.presence import workers_present
from sapa.pipeline.stages import STAGE_KEYS
from sapa.recordings.selectors import stored_bytes

LAST_STAGE = STAGE_KEYS[-1]
FEWEST_CALLS = 5  # fewer, or in less time, say nothing about how long the rest will take
SHORTEST_S = 30.0
MOST_RUNNING = 50
MOST_REFUSED = 10
_DUE = Q(state=StageState.WAITING) & (Q(next_try_at=None) | Q(next_try_at__lte=Now()))


@dataclass(frozen=True)
class StageCounts:
    """`waiting` can be taken now; `later` waits for its next try."""

    stage: str
    waiting: int
    later: int
    running: int
    failed: int
    done: int
    oldest_waiting_at: datetime | None


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
class Throughput:
    """Calls that came out of the line, and their sound, in the last minutes."""

    minutes: int
    calls: int
    audio_s: float
    since_at: datetime | None

    def calls_per_s(self, at: datetime) -> float | None:
        """None when too few came out to say."""
        took_s = (at - self.since_at).total_seconds() if self.since_at else 0.0
        return None if self.calls < FEWEST_CALLS or took_s < SHORTEST_S else self.calls / took_s


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
    """`left_s` until nothing is in the line, if nothing more comes; None: not known. `workers` hold work now, `idle`
    ones wait for some."""

    at: datetime
    stages: tuple[StageCounts, ...]
    running: tuple[RunningStage, ...]
    failures: tuple[Failure, ...]
    recent: Throughput
    hour: Throughput
    workers: tuple[str, ...]
    idle: tuple[str, ...]
    refused_files: int
    newest_refused: tuple[RefusedFile, ...]
    calls: int
    space: Space

    @property
    def in_line(self) -> int:
        return sum(counts.waiting + counts.later + counts.running for counts in self.stages)

    @property
    def failed(self) -> int:
        return sum(counts.failed for counts in self.stages)

    @property
    def oldest_waiting_at(self) -> datetime | None:
        return min((counts.oldest_waiting_at for counts in self.stages if counts.oldest_waiting_at), default=None)

    @property
    def left_s(self) -> float | None:
        if not self.in_line:
            return 0.0
        speed = self.hour.calls_per_s(self.at)
        return None if speed is None else self.in_line / speed


def line_status() -> LineStatus:
    at = now_at()
    running = list(_running())
    present = workers_present()
    return LineStatus(
        at=at,
        stages=stage_counts(),
        running=tuple(running[:MOST_RUNNING]),
        failures=failures(),
        recent=_throughput(at, minutes=5),
        hour=_throughput(at, minutes=60),
        workers=tuple(worker.holder for worker in present if worker.is_working),
        idle=tuple(worker.holder for worker in present if not worker.is_working),
        refused_files=watched_files_refused().count(),
        newest_refused=tuple(_refused()),
        calls=Call.objects.count(),
        space=space(),
    )


def stage_counts() -> tuple[StageCounts, ...]:
    """One for each stage of the line, in its order."""
    found = {row["stage"]: row for row in _counted()}
    none: Mapping[str, Any] = {"waiting": 0, "later": 0, "running": 0, "failed": 0, "done": 0, "oldest": None}
    return tuple(_stage_counts(stage, found.get(stage, none)) for stage in STAGE_KEYS)


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


def _counted() -> Iterable[Mapping[str, Any]]:
    return (
        StageRow.objects.order_by()
        .values("stage")
        .annotate(
            waiting=Count("pk", filter=_DUE),
            later=Count("pk", filter=Q(state=StageState.WAITING, next_try_at__gt=Now())),
            running=Count("pk", filter=Q(state=StageState.RUNNING)),
            failed=Count("pk", filter=Q(state=StageState.FAILED)),
            done=Count("pk", filter=Q(state=StageState.DONE)),
            oldest=Min("opened_at", filter=_DUE),
        )
    )


def _stage_counts(stage: str, row: Mapping[str, Any]) -> StageCounts:
    return StageCounts(stage, row["waiting"], row["later"], row["running"], row["failed"], row["done"], row["oldest"])


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


def _throughput(at: datetime, *, minutes: int) -> Throughput:
    since = at - timedelta(minutes=minutes)
    done = StageRow.objects.filter(state=StageState.DONE, stage=LAST_STAGE, finished_at__gt=since)
    told = done.aggregate(calls=Count("pk"), audio_s=Sum("call__duration_s"), first=Min("started_at"))
    first = max(since, told["first"]) if told["first"] else None
    return Throughput(minutes, told["calls"], float(told["audio_s"] or 0.0), first)


def _database_bytes() -> int:
    if connection.vendor == "sqlite":
        file = Path(str(connection.settings_dict["NAME"]))
        parts = (file, file.with_name(f"{file.name}-wal"))
        return sum(part.stat().st_size for part in parts if part.exists())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])
