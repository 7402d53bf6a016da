"""The ways into the line and back into it: taking a call, claiming a stage, finishing or failing it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F, QuerySet

from sapa.audit.services import audit_write
from sapa.calls.models import Call
from sapa.core.clock import now_at
from sapa.core.errors import SapaError
from sapa.pipeline.errors import BusyCall, LateResult, StageNotFailed, WorkerDied
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.stages import STAGE_KEYS, STAGES, stage_after
from sapa.recordings.services import agent_channel_tell as recording_agent_channel_tell
from sapa.transcripts.services import parties_rename

MOST_ATTEMPTS = 3


def stage_open(call_id: UUID, stage: str) -> None:
    """Put a stage into the line: new, or again."""
    StageRow.objects.update_or_create(
        call_id=call_id,
        stage=stage,
        defaults={
            "state": StageState.WAITING,
            "progress_share": 0.0,
            "error_code": "",
            "error_message": "",
            "opened_at": now_at(),
            "started_at": None,
            "finished_at": None,
        },
    )


def stage_claim() -> StageRow | None:
    """A waiting stage, now ours: the conditional update lets exactly one claimer through.

    Later stages go first, so that calls come out of the line one by one instead of all at its end.
    """
    while True:
        row = _next_waiting()
        if row is None:
            return None
        claimed = StageRow.objects.filter(id=row.id, state=StageState.WAITING, attempt=row.attempt).update(
            state=StageState.RUNNING, attempt=F("attempt") + 1, started_at=now_at(), progress_share=0.0
        )
        if claimed:
            row.refresh_from_db()
            return row


def _next_waiting() -> StageRow | None:
    for stage in reversed(STAGE_KEYS):
        waiting = StageRow.objects.filter(state=StageState.WAITING, stage=stage)
        row = waiting.order_by("opened_at", "id").first()
        if row is not None:
            return row
    return None


def stage_progress(row: StageRow, share: float) -> None:
    _mine(row).update(progress_share=max(0.0, min(1.0, share)))


def stage_finish(row: StageRow, result: Any) -> None:
    """Write the result, close the stage and open the next, all or nothing, only under our own attempt."""
    stage = next(stage for stage in STAGES if stage.key == row.stage)
    with transaction.atomic():
        done = _mine(row).update(state=StageState.DONE, progress_share=1.0, finished_at=now_at())
        if not done:
            raise LateResult(row.stage, row.attempt)
        stage.write(row.call_id, result)
        following = stage_after(row.stage)
        if following is not None:
            stage_open(row.call_id, following.key)


def stage_fail(row: StageRow, error: SapaError) -> None:
    _mine(row).update(
        state=StageState.FAILED,
        error_code=error.code,
        error_message=error.message,
        finished_at=now_at(),
    )


def stage_release(row: StageRow) -> None:
    """Give a claimed stage back unworked. The attempt is not counted: its holder, who alone could write under it, lets
    go of it here."""
    _mine(row).update(state=StageState.WAITING, attempt=F("attempt") - 1, started_at=None, progress_share=0.0)


@transaction.atomic
def stages_return() -> int:
    """At the start of the one worker: what was running belonged to a dead one. How many wait again.

    What has been claimed `MOST_ATTEMPTS` times may be what kills the workers; it fails, and the line goes on.
    """
    left = StageRow.objects.filter(state=StageState.RUNNING)
    died = WorkerDied(MOST_ATTEMPTS)
    left.filter(attempt__gte=MOST_ATTEMPTS).update(
        state=StageState.FAILED, error_code=died.code, error_message=died.message, finished_at=now_at()
    )
    return left.update(state=StageState.WAITING, progress_share=0.0)


@transaction.atomic
def stage_retry(person: AbstractBaseUser | None, call: Call) -> None:
    """A person lets the failed stage try again. Raises `StageNotFailed`."""
    failed = StageRow.objects.select_for_update().filter(call=call, state=StageState.FAILED).first()
    if failed is None:
        raise StageNotFailed
    stage_open(call.id, failed.stage)
    audit_write("stage.retried", subject=f"call {call.id}", person=person, stage=failed.stage)


@transaction.atomic
def agent_channel_tell(person: AbstractBaseUser | None, call: Call, channel: int) -> None:
    """A person says who sits where; speakers are renamed and the later stages run again. Raises `BusyCall`."""
    rows = StageRow.objects.select_for_update().filter(call=call)
    if any(row.state == StageState.RUNNING for row in rows):
        raise BusyCall
    recording_agent_channel_tell(person, call, channel)
    heard = next((row for row in rows if row.stage == "transcribe"), None)
    if heard is None or heard.state != StageState.DONE:
        return
    parties_rename(call.id)
    later = STAGE_KEYS[STAGE_KEYS.index("transcribe") + 1 :]
    StageRow.objects.filter(call=call, stage__in=later).delete()
    stage_open(call.id, later[0])


def _mine(row: StageRow) -> QuerySet[StageRow]:
    return StageRow.objects.filter(id=row.id, state=StageState.RUNNING, attempt=row.attempt)
