"""Letting what failed try again, many calls at once: by call, by reason, by stage.

In portions, each a transaction of its own, so that ten thousand failed calls do not hold up the line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet

from sapa.audit.services import audit_write
from sapa.pipeline.leases import soon_over, stage_open
from sapa.pipeline.models import StagePriority, StageRow, StageState

PORTION = 200


@dataclass(frozen=True)
class Wanted:
    """Which of the failed: what is empty does not narrow."""

    calls: Sequence[UUID] = ()
    code: str = ""
    stage: str = ""


def stages_failed(wanted: Wanted) -> QuerySet[StageRow]:
    failed = StageRow.objects.filter(state=StageState.FAILED)
    if wanted.calls:
        failed = failed.filter(call__in=wanted.calls)
    if wanted.code:
        failed = failed.filter(error_code=wanted.code)
    return failed.filter(stage=wanted.stage) if wanted.stage else failed


def stages_retry(person: AbstractBaseUser | None, wanted: Wanted) -> int:
    """How many wait again. What fails anew meanwhile is left: each is tried once."""
    last = stages_failed(wanted).order_by("-pk").values_list("pk", flat=True).first()
    count, done_to = 0, 0
    while last is not None and done_to < last:
        opened, done_to = _portion(wanted, after=done_to, last=last)
        count += opened
    if count:
        narrowed = {"code": wanted.code, "stage": wanted.stage, "calls": [str(call) for call in wanted.calls[:100]]}
        told = {name: value for name, value in narrowed.items() if value}
        audit_write("stages.retried", subject="line", person=person, count=count, **told)
    return count


@soon_over()
def _portion(wanted: Wanted, *, after: int, last: int) -> tuple[int, int]:
    """How many were opened, and the last row that was looked at."""
    rows = stages_failed(wanted).filter(pk__gt=after, pk__lte=last).order_by("pk")
    found = list(rows.select_for_update()[:PORTION])
    for row in found:
        stage_open(row.call_id, row.stage, priority=StagePriority(row.priority))
    return len(found), found[-1].pk if found else last
