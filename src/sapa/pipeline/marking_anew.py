"""Marks of calls of which the phone system's records told late what decides them (ADR 22)."""

from __future__ import annotations

from sapa.calls.models import CallTurned
from sapa.pipeline.leases import soon_over, stage_open
from sapa.pipeline.models import StagePriority, StageRow, StageState
from sapa.pipeline.stages import STAGE_KEYS

AT_ONCE = 100


def calls_mark_anew(*, limit: int = AT_ONCE) -> int:
    """Let up to so many be marked again, if their marks were made or are being made; those of the others will be
    by what is told now. What people marked stays. Gives for how many calls that is settled; 0 when nothing is left, or
    somebody holds what is left, who may stand still: then it is for the next time."""
    with soon_over():
        turned = list(CallTurned.objects.order_by("pk").select_for_update(skip_locked=True)[:limit])
        reached = StageRow.objects.filter(call__in=[one.call_id for one in turned], stage=STAGE_KEYS[-1])
        ours = list(reached.order_by("pk").select_for_update(skip_locked=True))
        for row in ours:
            if row.state != StageState.WAITING or row.holder:  # who was taken for lost may come back with old marks
                stage_open(row.call_id, row.stage, priority=StagePriority(row.priority))
        held = set(reached.values_list("call", flat=True)) - {row.call_id for row in ours}
        settled = [one.pk for one in turned if one.call_id not in held]
        CallTurned.objects.filter(pk__in=settled).delete()
    return len(settled)
