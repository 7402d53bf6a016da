"""Reading the trail: what matches, newest first, a page or all of it; and how far it is sealed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from sapa.audit.models import AuditEntry, AuditSeal

AT_ONCE = 2000


@dataclass(frozen=True)
class AuditFilter:
    """Empty values are no filter. `is_by_nobody`: what the machine or the command line did. `subjects`: any of them."""

    person_ids: tuple[int, ...] | None = None
    is_by_nobody: bool = False
    verbs: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    since_at: datetime | None = None
    until_at: datetime | None = None


@dataclass(frozen=True)
class EntryPage:
    """Newest first. `newer` and `older`: whether there are more on that side."""

    entries: tuple[AuditEntry, ...]
    newer: bool
    older: bool


@dataclass(frozen=True)
class ChainState:
    """`verified` is the newest row that tells of a verification; it says what was found."""

    number: int
    sealed_at: datetime | None
    unsealed: int
    verified: AuditEntry | None


def entries_found(wanted: AuditFilter) -> QuerySet[AuditEntry]:
    found = AuditEntry.objects.select_related("person")
    if wanted.is_by_nobody:
        found = found.filter(person=None)
    elif wanted.person_ids is not None:
        found = found.filter(person_id__in=wanted.person_ids)
    if wanted.verbs:
        found = found.filter(verb__in=wanted.verbs)
    if wanted.subjects:
        found = found.filter(subject__in=wanted.subjects)
    if wanted.since_at:
        found = found.filter(at__gte=wanted.since_at)
    return found.filter(at__lt=wanted.until_at) if wanted.until_at else found


def entry_page(wanted: AuditFilter, *, limit: int, before: int | None = None, after: int | None = None) -> EntryPage:
    """Rows older than the row `before`, or newer than the row `after`: what is written meanwhile moves nothing."""
    found = entries_found(wanted)
    if after is not None:
        rows = list(found.filter(pk__gt=after).order_by("pk")[: limit + 1])
        return EntryPage(tuple(reversed(rows[:limit])), newer=len(rows) > limit, older=True)
    shown = found if before is None else found.filter(pk__lt=before)
    rows = list(shown.order_by("-pk")[: limit + 1])
    return EntryPage(tuple(rows[:limit]), newer=before is not None, older=len(rows) > limit)


def entry_stream(wanted: AuditFilter) -> Iterator[AuditEntry]:
    """All of it, newest first as of now. In portions, so that neither memory nor a transaction grows with it."""
    last: int | None = None
    while rows := entry_page(wanted, limit=AT_ONCE, before=last).entries:
        yield from rows
        last = rows[-1].pk


def chain_state() -> ChainState:
    head = AuditSeal.objects.order_by("-number").first()
    return ChainState(
        number=head.number if head else 0,
        sealed_at=head.sealed_at if head else None,
        unsealed=AuditEntry.objects.filter(number=None).count(),
        verified=AuditEntry.objects.filter(verb="audit.verified").order_by("-pk").first(),
    )


def verbs_written() -> Sequence[str]:
    return list(AuditEntry.objects.order_by("verb").values_list("verb", flat=True).distinct())
