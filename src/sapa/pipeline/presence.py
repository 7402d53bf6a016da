"""Which workers there are, at work or not: each says so every few seconds, in a row of its own.

A lease tells only of those who hold something. An empty line with a living worker and one without any look alike
there, and the second is what an administrator must hear of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from sapa.pipeline.models import StageRow, StageState, WorkerSeen

FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class WorkerPresent:
    holder: str
    stages: tuple[str, ...]
    is_working: bool


def worker_seen(holder: str, stages: Sequence[str]) -> None:
    WorkerSeen.objects.update_or_create(holder=holder, defaults={"stages": ",".join(stages), "seen_at": Now()})
    WorkerSeen.objects.filter(seen_at__lt=Now() - FORGOTTEN_AFTER).delete()


def worker_gone(holder: str) -> None:
    WorkerSeen.objects.filter(holder=holder).delete()


def leases_live() -> Counter[str]:
    """How many rows each living worker holds, by its name."""
    live = StageRow.objects.filter(state=StageState.RUNNING, lease_until__gt=Now())
    return Counter(live.values_list("holder", flat=True))


def workers_present(leases: Mapping[str, int] | None = None) -> tuple[WorkerPresent, ...]:
    """Those who gave a sign within a lease, by themselves or by the heartbeat of what they hold."""
    working = set(leases_live() if leases is None else leases)
    lately = Now() - timedelta(seconds=settings.SAPA_LEASE_S)
    seen = WorkerSeen.objects.filter(Q(seen_at__gt=lately) | Q(holder__in=working)).order_by("holder")
    told = tuple(WorkerPresent(row.holder, tuple(row.stages.split(",")), row.holder in working) for row in seen)
    strangers = sorted(working - {worker.holder for worker in told})
    return (*told, *(WorkerPresent(holder, (), is_working=True) for holder in strangers))
