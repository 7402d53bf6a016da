"""Reading calls, always as somebody: who may see which call is decided here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from sapa.accounts.models import Person, Role
from sapa.accounts.selectors import pbx_names_of
from sapa.calls.errors import CallMissing
from sapa.calls.models import Call, Queue, WatchedFile, WatchedOutcome


def calls_visible_to(person: Person) -> QuerySet[Call]:
    """Every call for those who control quality, an agent's own calls, nothing for anybody else."""
    if person.sees_every_call:
        return Call.objects.all()
    if person.is_active and person.role == Role.AGENT:
        return Call.objects.filter(agent_name__in=[name for name in pbx_names_of(person) if name])
    return Call.objects.none()


def call_visible_to(person: Person, call_id: UUID) -> Call:
    """Raises `CallMissing` alike for a call that is not there and one that is not theirs to see."""
    call = calls_visible_to(person).select_related("queue").filter(pk=call_id).first()
    if call is None:
        raise CallMissing
    return call


def agent_names_visible_to(person: Person) -> list[str]:
    names = calls_visible_to(person).exclude(agent_name="").order_by("agent_name")
    return list(names.values_list("agent_name", flat=True).distinct())


def queue_names_visible_to(person: Person) -> list[str]:
    queues = Queue.objects.filter(calls__in=calls_visible_to(person)).distinct()
    return list(queues.order_by("name").values_list("name", flat=True))


def watched_files_by_key(keys: Sequence[str]) -> dict[str, WatchedFile]:
    """Not more than some hundred at once: a database takes no more values in one question."""
    return {row.key: row for row in WatchedFile.objects.filter(key__in=keys)}


def watched_calls_like(size_bytes: int, mtime_ns: int) -> set[UUID]:
    """Calls of files that had this size and time: where a file was renamed, its call is among them."""
    alike = Call.objects.filter(watched_files__size_bytes=size_bytes, watched_files__mtime_ns=mtime_ns)
    return set(alike.values_list("pk", flat=True)[:20])


def watched_files_refused() -> QuerySet[WatchedFile]:
    return WatchedFile.objects.filter(outcome=WatchedOutcome.REFUSED).order_by("-seen_at")
