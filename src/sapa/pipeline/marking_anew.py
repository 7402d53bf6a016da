"""Marks of calls of which the phone system's records told late what decides them (ADR 22)."""

from __future__ import annotations

from sapa.calls.models import CallTurned
from sapa.pipeline.leases import soon_over, stage_open
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.stages import STAGE_KEYS

AT_ONCE = 100


def calls_mark_anew(*, limit: int = AT_ONCE) -> int:
    """Let up to so many be marked again, if their marks were made or are being made; those of the others will be
    by what is told now. What people marked stays. Gives how many calls it looked at; 0 when nothing is left."""
    with soon_over():
        turned = list(CallTurned.objects.order_by("pk").select_for_update(skip_locked=True)[:limit])
        call_ids = [one.call_id for one in turned]
        marks = StageRow.objects.select_for_update().filter(call__in=call_ids, stage=STAGE_KEYS[-1])
        for row in marks.exclude(state=StageState.WAITING).order_by("pk"):
            stage_open(row.call_id, row.stage)
        CallTurned.objects.filter(pk__in=[one.pk for one in turned]).delete()
    return len(turned)
