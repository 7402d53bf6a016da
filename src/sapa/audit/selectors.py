"""Reading the trail: what matches, newest first, a page or all of it; and how far it is sealed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
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
    rows = _nearest(wanted, limit + 1, before=before, after=after)
    has_more = len(rows) > limit
    if after is not None:
        return EntryPage(tuple(reversed(rows[:limit])), newer=has_more, older=True)
    return EntryPage(tuple(rows[:limit]), newer=before is not None, older=has_more)


def _nearest(wanted: AuditFilter, limit: int, *, before: int | None, after: int | None) -> list[AuditEntry]:
    """Each act is asked for by itself, along the index of acts: for several at once a database reads and sorts every
    row there is of them (SQLite 3.40: half a minute for a million)."""
    rows: list[AuditEntry] = []
    for one in [replace(wanted, verbs=(verb,)) for verb in wanted.verbs] or [wanted]:
        found = entries_found(one)
        if after is not None:
            rows += found.filter(pk__gt=after).order_by("pk")[:limit]
        else:
            rows += (found if before is None else found.filter(pk__lt=before)).order_by("-pk")[:limit]
    return sorted(rows, key=lambda entry: entry.pk, reverse=after is None)[:limit]


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
