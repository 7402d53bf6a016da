"""Queues and projects as their page shows them: each queue with how many calls came lately and whose it is."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from sapa.calls.log_conditions import period
from sapa.calls.models import Call, Project, Queue
from sapa.desk.filters import CallFilter

LATELY = "month"  # a period of the list, so that its number is the list's


@dataclass(frozen=True)
class QueueRow:
    """`calls` came lately; `address` is the list of all calls of it, `lately_address` of those."""

    pk: int
    name: str
    project: str
    calls: int
    address: str
    lately_address: str


@dataclass(frozen=True)
class ProjectRow:
    pk: int
    name: str
    queues: int
    address: str


@dataclass(frozen=True)
class QueuesPage:
    rows: tuple[QueueRow, ...]
    projects: tuple[ProjectRow, ...]
    names: tuple[str, ...]


def queues_page() -> QueuesPage:
    lately, found = _calls_lately(), Queue.objects.order_by("name").values_list("pk", "name", "project__name")
    projects = Project.objects.order_by("folded").annotate(number=Count("queues"))
    return QueuesPage(
        rows=tuple(_row(pk, name, project or "", lately.get(pk, 0)) for pk, name, project in found),
        projects=tuple(
            ProjectRow(one.pk, one.name, one.number, CallFilter(project=one.name).query()) for one in projects
        ),
        names=tuple(one.name for one in projects),
    )


def _row(pk: int, name: str, project: str, calls: int) -> QueueRow:
    wanted = CallFilter(queue=name)
    return QueueRow(pk, name, project, calls, wanted.query(), wanted.query(period=LATELY))


def _calls_lately() -> dict[int, int]:
    """By queue, in one walk through that part of the log's index."""
    wanted = period(*CallFilter(period=LATELY).between())
    calls = Call.objects.order_by().filter(wanted.lead) if wanted and wanted.lead else Call.objects.order_by()
    counted = calls.exclude(queue=None).values("queue").annotate(number=Count("pk"))
    return dict(counted.values_list("queue", "number"))
