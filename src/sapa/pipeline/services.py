"""What people do to a call that is in the line: try again, tell who the agent is, look at it."""

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
from sapa.transcripts.services import parties_rename


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
    rows = StageRow.objects.select_for_update().filter(call=call)
    if any(row.state == StageState.RUNNING for row in rows):
        raise BusyCall
    rows.exclude(holder="").update(holder="")  # what somebody lost comes back with was made of what stood here before
    recording_agent_channel_tell(person, call, channel)
    heard = next((row for row in rows if row.stage == "transcribe"), None)
    if heard is None or heard.state != StageState.DONE:
        return
    parties_rename(call.id)
    later = STAGE_KEYS[STAGE_KEYS.index("transcribe") + 1 :]
    StageRow.objects.filter(call=call, stage__in=later).delete()
    stage_open(call.id, later[0], priority=StagePriority.WATCHED)


def call_watch(call: Call) -> None:
    """Somebody looks at this call and waits: it goes before what nobody waits for."""
    moving = StageRow.objects.filter(call=call, state__in=(StageState.WAITING, StageState.RUNNING))
    behind = moving.filter(priority__lt=StagePriority.WATCHED)
    if behind.exists():
        behind.update(priority=StagePriority.WATCHED)
