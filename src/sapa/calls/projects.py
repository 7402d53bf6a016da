"""Projects: which queues are whose, changed by who manages and sees every call; and what a log is narrowed by."""

from __future__ import annotations

from unicodedata import normalize

from django.db import IntegrityError, transaction

from sapa.accounts.models import Person
from sapa.audit.services import audit_write
from sapa.calls.errors import ProjectExists, ProjectInvalid, ProjectMissing, ProjectsNotYours, QueueMissing
from sapa.calls.log_conditions import Condition, fact
from sapa.calls.models import Project, Queue
from sapa.calls.selectors import sees_whole_line
from sapa.calls.types import LONGEST_PROJECT
from sapa.core.clock import now_at
from sapa.core.storable import is_storable

MOST_TOLD = 50  # queues in a row of the audit trail


@transaction.atomic
def queue_project_set(actor: Person | None, queue_id: int, name: str, *, may_make: bool = False) -> None:
    """From now on the queue, with all calls that ever came through it, is of this project; of none for "". With
    `may_make` a project that is not there is made; one whose name differs in its case alone is the same.

    Raises `ProjectsNotYours`, `ProjectInvalid`, `ProjectMissing`, `QueueMissing`.
    """
    _may_change(actor)
    project = None
    if may_make:
        project = _made(actor, name)
    elif name:
        project = _named(name)
    queue = Queue.objects.select_for_update(of=("self",)).select_related("project").filter(pk=queue_id).first()
    if queue is None:
        raise QueueMissing
    if queue.project == project:
        return
    before = queue.project.name if queue.project else ""
    queue.project = project
    queue.save(update_fields=["project"])
    after = project.name if project else ""
    audit_write("queue.project_set", subject=_subject("queue", queue.name), person=actor, project=after, before=before)


@transaction.atomic
def project_name(actor: Person | None, project_id: int, name: str) -> None:
    """Give it another name. Raises `ProjectsNotYours`, `ProjectMissing`, `ProjectInvalid`, `ProjectExists`."""
    _may_change(actor)
    wanted, folded = _cleaned(name)
    project = _locked(project_id)
    if project.name == wanted:
        return
    before, project.name, project.folded = project.name, wanted, folded
    try:
        with transaction.atomic():
            project.save(update_fields=["name", "folded"])
    except IntegrityError as exc:
        raise ProjectExists(wanted) from exc
    audit_write("project.renamed", subject=_subject("project", wanted), person=actor, before=before)


@transaction.atomic
def project_delete(actor: Person | None, project_id: int) -> int:
    """Its queues are of no project then; how many they were. The audit trail keeps their names, by which it can be set
    again. Raises `ProjectsNotYours`, `ProjectMissing`."""
    _may_change(actor)
    project = _locked(project_id)
    queues = list(project.queues.order_by("name").values_list("name", flat=True))
    subject = _subject("project", project.name)
    project.delete()
    audit_write("project.deleted", subject=subject, person=actor, count=len(queues), queues=queues[:MOST_TOLD])
    return len(queues)


def in_project(name: str) -> Condition:
    """Calls of its queues, with values and not a subquery, for which PostgreSQL goes to no index."""
    queues = Queue.objects.filter(project__name=name).values_list("pk", flat=True)
    return fact("queue_id", lookup="in", value=list(queues))


def _may_change(actor: Person | None) -> None:
    if actor is not None and not sees_whole_line(actor):
        raise ProjectsNotYours


def _made(actor: Person | None, name: str) -> Project:
    wanted, folded = _cleaned(name)
    facts = {"name": wanted, "created_at": now_at()}
    project, is_new = Project.objects.select_for_update().get_or_create(folded=folded, defaults=facts)
    if is_new:
        audit_write("project.created", subject=_subject("project", wanted), person=actor)
    return project


def _named(name: str) -> Project:
    project = Project.objects.select_for_update().filter(name=name).first() if is_storable(name) else None
    if project is None:
        raise ProjectMissing
    return project


def _locked(project_id: int) -> Project:
    project = Project.objects.select_for_update().filter(pk=project_id).first()
    if project is None:
        raise ProjectMissing
    return project


def _cleaned(name: str) -> tuple[str, str]:
    """As it is kept, and as it is compared. What is printable every database keeps."""
    wanted = normalize("NFC", " ".join(name.split()))
    if not wanted or len(wanted) > LONGEST_PROJECT or not wanted.isprintable():
        raise ProjectInvalid(LONGEST_PROJECT)
    return wanted, wanted.casefold()


def _subject(kind: str, name: str) -> str:
    return f"{kind} {name}"[:100]
