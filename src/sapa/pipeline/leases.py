"""The rules of the line: who may work at a stage row, for how long, and whose result counts (ADR 9).

Every function here is one short transaction. A row is claimed for `SAPA_LEASE_S`, which the heartbeat of its holder
moves on. Times of leases are the database's, so machines need not agree about the clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import InternalError, OperationalError, connection, transaction
from django.db.models import Case, DateTimeField, F, Q, QuerySet, Value, When
from django.db.models.functions import Greatest, Now

from sapa.core.clock import now_at
from sapa.core.errors import SapaError
from sapa.pipeline.bell import ring
from sapa.pipeline.errors import LateResult, WorkerDied
from sapa.pipeline.models import StagePriority, StageRow, StageState
from sapa.pipeline.stages import STAGE_KEYS, stage_after, stage_named

MOST_DEATHS = 5  # holders lost on a row before it is taken for what kills them
MOST_TRIES = 10  # with the pauses below, two hours of a storage or an engine that is away
FIRST_PAUSE_S = 30.0
LONGEST_PAUSE_S = 1800.0
AFTER_DEATH_PAUSE_S = 10.0  # from the second one on: a poison must not take one worker after the other at once


def stage_open(call_id: UUID, stage: str, *, priority: int = StagePriority.NORMAL) -> None:
    """Put a stage into the line: new, or again. Its attempts go on counting, so that old results stay late."""
    StageRow.objects.update_or_create(
        call_id=call_id,
        stage=stage,
        defaults={
            "state": StageState.WAITING,
            "priority": priority,
            "tries": 0,
            "deaths": 0,
            "progress_share": 0.0,
            "holder": "",
            "lease_until": None,
            "next_try_at": None,
            "error_code": "",
            "error_message": "",
            "opened_at": now_at(),
            "started_at": None,
            "finished_at": None,
        },
    )
    _ring_after_commit(stage)


def stages_claim(holder: str, *, stages: Sequence[str] = STAGE_KEYS, limit: int | None = None) -> list[StageRow]:
    """Some due rows of one stage, now ours: the best priority, then the latest stage, then who waits longest.

    `limit` is what the stage says unless given. Later stages go first, so that calls come out one by one. A row that
    some holder was lost on comes alone, so that what kills workers takes no other row with it.
    """
    looked_at = set(stages)
    while (stage := _best_stage([key for key in stages if key in looked_at])) is not None:
        if rows := _claim_of(stage, holder, limit or stage_named(stage).at_once):
            return rows
        looked_at.remove(stage)  # others take what is due there, or hold it locked and stand still
    return []


def _claim_of(stage: str, holder: str, limit: int) -> list[StageRow]:
    with soon_over():
        return _claimed(stage, holder, limit)


def _claimed(stage: str, holder: str, limit: int) -> list[StageRow]:
    found = list(_due(stage).select_for_update(skip_locked=True)[:limit])
    found = found[:1] if found and found[0].deaths else [row for row in found if not row.deaths]
    ids = [row.pk for row in found]
    StageRow.objects.filter(id__in=ids, state=StageState.WAITING).update(
        state=StageState.RUNNING,
        attempt=F("attempt") + 1,
        holder=holder,
        lease_until=_from_now(settings.SAPA_LEASE_S),
        started_at=now_at(),
        progress_share=0.0,
    )
    mine = StageRow.objects.filter(id__in=ids, state=StageState.RUNNING, holder=holder)
    return sorted(mine, key=lambda row: ids.index(row.pk))


def _best_stage(stages: Sequence[str]) -> str | None:
    """The stage to claim from next; None when nothing is due."""
    best: tuple[int, str] | None = None
    for stage in sorted(stages, key=STAGE_KEYS.index, reverse=True):
        priority = _due(stage).values_list("priority", flat=True).first()  # one look into the index
        if priority is not None and (best is None or priority > best[0]):
            best = priority, stage
    return best[1] if best else None


def stages_due(stages: Sequence[str] = STAGE_KEYS) -> list[str]:
    """The stages that have work which could be claimed now."""
    return [stage for stage in stages if _due(stage).exists()]


def stages_behind(stages: Sequence[str] = STAGE_KEYS) -> list[str]:
    """The stages with more due work than one claim takes, so that another worker has use too."""
    return [stage for stage in stages if _due(stage)[stage_named(stage).at_once :].exists()]


def _due(stage: str) -> QuerySet[StageRow]:
    waiting = StageRow.objects.filter(state=StageState.WAITING, stage=stage)
    due = waiting.filter(Q(next_try_at=None) | Q(next_try_at__lte=Now()))
    return due.order_by("-priority", "opened_at", "id")


def leases_extend(holder: str) -> int:
    """The heartbeat: all rows of this holder are held for another lease. How many there are.

    What a sweep had returned meanwhile, since the database was away from its holder, and nobody has claimed, is its
    holder's again, and no death.
    """
    until = _from_now(settings.SAPA_LEASE_S)
    held = _held_by(holder).update(lease_until=until)
    returned = StageRow.objects.filter(holder=holder, state=StageState.WAITING)
    return held + returned.update(
        state=StageState.RUNNING, lease_until=until, next_try_at=None, deaths=Greatest(F("deaths") - 1, 0)
    )


def stages_let_go(holder: str) -> int:
    """All that this holder may have, back into the line unworked: a claim whose answer was lost on the way."""
    held = StageRow.objects.filter(holder=holder, state__in=(StageState.RUNNING, StageState.WAITING))
    return held.update(state=StageState.WAITING, started_at=None, progress_share=0.0, **_NOBODYS)


def stage_progress(row: StageRow, share: float) -> None:
    """Raises `LateResult` when the row is no longer ours, so that its worker can stop early."""
    if not _mine(row).update(progress_share=max(0.0, min(1.0, share))):
        raise LateResult(row.stage, row.attempt)


def stage_finish(row: StageRow, result: Any) -> bool:
    """Write the result, close the stage and open the next, all or nothing, only under our own attempt."""
    with soon_over():
        done = _mine(row).update(
            state=StageState.DONE,
            progress_share=1.0,
            finished_at=now_at(),
            error_code="",
            error_message="",
            **_NOBODYS,
        )
        if not done:
            raise LateResult(row.stage, row.attempt)
        stage_named(row.stage).write(row.call_id, result)
        following = stage_after(row.stage)
        if following is not None:
            priority = StageRow.objects.values_list("priority", flat=True).get(id=row.pk)
            stage_open(row.call_id, following.key, priority=priority)
    return True


def stage_fail(row: StageRow, error: SapaError, *, most_tries: int | None = None) -> None:
    """Keep why it failed. What another try may mend waits for it, with growing pauses; the rest waits for a person."""
    kept = {"error_code": error.code, "error_message": error.message, "tries": row.tries + 1, **_NOBODYS}
    if error.retryable and row.tries + 1 < (most_tries or MOST_TRIES):
        pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0**row.tries)
        _mine(row).update(state=StageState.WAITING, progress_share=0.0, next_try_at=_from_now(pause_s), **kept)
    else:
        _mine(row).update(state=StageState.FAILED, finished_at=now_at(), **kept)


def stage_release(row: StageRow) -> None:
    """Give a claimed stage back unworked."""
    _mine(row).update(state=StageState.WAITING, started_at=None, progress_share=0.0, **_NOBODYS)


def stages_sweep() -> int:
    """Return the rows whose lease ran out: their holder, or its machine, is lost. How many wait again.

    The holder stays written at them: should it live after all, its result counts until somebody else has claimed.
    """
    lost = StageRow.objects.filter(Q(lease_until=None) | Q(lease_until__lte=Now()), state=StageState.RUNNING)
    return _return(lost, lease_until=None)


def stages_of_dead(holder: str) -> int:
    """Return the rows of a holder that is known to be dead, without waiting for its leases."""
    return _return(_held_by(holder), **_NOBODYS)


def is_holding(holder: str) -> bool:
    return _held_by(holder).exists()


def _return(lost: QuerySet[StageRow], **ended: Any) -> int:
    with soon_over():
        # A row that its lost holder has locked, frozen inside its save, waits for the next sweep and holds up nobody.
        ids = list(lost.select_for_update(skip_locked=True).values_list("pk", flat=True))
        these = StageRow.objects.filter(id__in=ids, state=StageState.RUNNING)
        return _return_these(these, ended) if ids else 0


def _return_these(lost: QuerySet[StageRow], ended: dict[str, Any]) -> int:
    stages = set(lost.values_list("stage", flat=True))
    died = WorkerDied(MOST_DEATHS)
    lost.filter(deaths__gte=MOST_DEATHS - 1).update(
        state=StageState.FAILED,
        deaths=F("deaths") + 1,
        error_code=died.code,
        error_message=died.message,
        finished_at=now_at(),
        **_NOBODYS,
    )
    again_at = Case(
        When(deaths=0, then=Value(None)),
        default=_from_now(AFTER_DEATH_PAUSE_S),
        output_field=DateTimeField(),
    )
    returned = lost.update(
        state=StageState.WAITING,
        deaths=F("deaths") + 1,
        next_try_at=again_at,
        progress_share=0.0,
        **ended,
    )
    for stage in stages:
        _ring_after_commit(stage)
    return returned


def _ring_after_commit(stage: str) -> None:
    """Robust: what was committed stands, even where no thread can be had to ring with."""
    transaction.on_commit(lambda: ring(stage), robust=True)


@contextmanager
def soon_over() -> Iterator[None]:
    """A transaction that PostgreSQL ends when its machine stands still inside it: its locks must not outlast a lease.

    SQLite needs none: its lock ends with the process, and a process that stands still there is on this machine.
    """
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{settings.SAPA_LEASE_S}s'")
            yield
    except InternalError as exc:  # so psycopg calls it; what is to be done is the same as when the server was away
        raise OperationalError(str(exc)) from exc


def _mine(row: StageRow) -> QuerySet[StageRow]:
    """Ours until somebody else claims it or it is put into the line anew, even when a sweep took us for lost."""
    ours = StageRow.objects.filter(id=row.pk, attempt=row.attempt, holder=row.holder)
    return ours.filter(state__in=(StageState.RUNNING, StageState.WAITING))


def _held_by(holder: str) -> QuerySet[StageRow]:
    return StageRow.objects.filter(holder=holder, state=StageState.RUNNING)


def _from_now(seconds: float) -> Any:
    return Now() + timedelta(seconds=seconds)


_NOBODYS: dict[str, Any] = {"holder": "", "lease_until": None}
