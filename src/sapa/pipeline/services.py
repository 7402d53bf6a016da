"""What people do to a call that is in the line: try again, tell who the agent is, have it heard again, look at it."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q

from sapa.audit.services import audit_write
from sapa.calls.models import Call
from sapa.pipeline.errors import BusyCall, StageNotFailed
from sapa.pipeline.leases import soon_over, stage_open
from sapa.pipeline.models import StagePriority, StageRow, StageState
from sapa.pipeline.stages import STAGE_KEYS
from sapa.recordings.services import agent_channel_tell as recording_agent_channel_tell
from sapa.transcripts.services import hearing_wish_make, parties_rename


@soon_over()
def stage_retry(person: AbstractBaseUser | None, call: Call) -> None:
    """A person lets the stage that failed, or waits for its next try, try again now. Raises `StageNotFailed`."""
    stuck = Q(state=StageState.FAILED) | Q(state=StageState.WAITING, next_try_at__isnull=False)
    failed = StageRow.objects.select_for_update().filter(stuck, call=call).first()
    if failed is None:
        raise StageNotFailed
    stage_open(call.id, failed.stage, priority=StagePriority.WATCHED)
    audit_write("stage.retried", subject=f"call {call.id}", person=person, stage=failed.stage)


@soon_over()
def agent_channel_tell(person: AbstractBaseUser | None, call: Call, channel: int) -> None:
    """A person says who sits where; speakers are renamed and the later stages run again. Raises `BusyCall`."""
    rows = _rows_at_rest(call)
    recording_agent_channel_tell(person, call, channel)
    heard = next((row for row in rows if row.stage == "transcribe"), None)
    if heard is None or heard.state != StageState.DONE:
        return
    parties_rename(call.id)
    stage_open(call.id, _later_closed(call), priority=StagePriority.WATCHED)


@soon_over()
def call_hear_again(person: AbstractBaseUser | None, call: Call) -> None:
    """A person has it heard by the second model, and the later stages run again; what people marked stays.

    Before the words are there the first hearing is by that model. Raises `BusyCall`, `SecondModelMissing`,
    `HeardBySecondModel`.
    """
    rows = _rows_at_rest(call)
    hearing_wish_make(person, call)
    if any(row.stage == "transcribe" for row in rows):
        _later_closed(call)
        stage_open(call.id, "transcribe", priority=StagePriority.WATCHED)


def _rows_at_rest(call: Call) -> list[StageRow]:
    """Locked. What somebody lost comes back with was made of what stood here before, and counts no more."""
    rows = list(StageRow.objects.select_for_update().filter(call=call))
    if any(row.state == StageState.RUNNING for row in rows):
        raise BusyCall
    StageRow.objects.filter(call=call).exclude(holder="").update(holder="")
    return rows


def _later_closed(call: Call) -> str:
    """What follows the words is taken out of the line. Gives the first of it."""
    later = STAGE_KEYS[STAGE_KEYS.index("transcribe") + 1 :]
    StageRow.objects.filter(call=call, stage__in=later).delete()
    return later[0]


def call_watch(call: Call) -> None:
    """Somebody looks at this call and waits: it goes before what nobody waits for."""
    moving = StageRow.objects.filter(call=call, state__in=(StageState.WAITING, StageState.RUNNING))
    behind = moving.filter(priority__lt=StagePriority.WATCHED)
    if behind.exists():
        behind.update(priority=StagePriority.WATCHED)
