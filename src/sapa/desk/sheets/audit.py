"""The audit trail as its page shows it: what is asked for, a page of rows, and how the chain stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sapa.accounts.models import Person
from sapa.accounts.selectors import people
from sapa.audit.errors import ChainBroken
from sapa.audit.models import AuditEntry
from sapa.audit.sealing import chain_end_check, entries_due
from sapa.audit.selectors import AuditFilter, chain_state, entry_page
from sapa.audit.verifying import SEALED_WITHIN
from sapa.calls.models import Call
from sapa.calls.selectors import calls_visible_to
from sapa.core.clock import now_at
from sapa.desk.filters import clean_text, date_of, midnight
from sapa.desk.wording.act_details import details_words
from sapa.desk.wording.acts import act_words, verbs_of

PAGE_ROWS = 100
NOBODY = "*"  # no name to sign in with may hold it
_CALL_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
_KINDS = ("person", "team", "queue", "project", "scorecard", "backup")


@dataclass(frozen=True)
class Asked:
    """As it stands in the address. `person` is a name to sign in with, or `*` for nobody; `verb` an act or a group."""

    person: str = ""
    verb: str = ""
    subject: str = ""
    since_on: date | None = None
    until_on: date | None = None

    def pairs(self) -> dict[str, str]:
        told = {
            "person": self.person,
            "verb": self.verb,
            "subject": self.subject,
            "from": self.since_on.isoformat() if self.since_on else "",
            "to": self.until_on.isoformat() if self.until_on else "",
        }
        return {name: value for name, value in told.items() if value}

    def query(self, **more: int) -> str:
        return "?" + urlencode({**self.pairs(), **more})

    def as_filter(self) -> AuditFilter:
        named = self.person and self.person != NOBODY
        return AuditFilter(
            person_ids=tuple(people().filter(username=self.person).values_list("pk", flat=True)) if named else None,
            is_by_nobody=self.person == NOBODY,
            verbs=verbs_of(self.verb),
            subjects=_subjects(self.subject),
            since_at=midnight(self.since_on),
            until_at=midnight(self.until_on + timedelta(days=1) if self.until_on else None),
        )


@dataclass(frozen=True)
class Row:
    """`address` is empty where there is no page of the subject."""

    entry: AuditEntry
    words: str
    subject: str
    address: str
    details: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Page:
    rows: tuple[Row, ...]
    newer: str
    older: str


@dataclass(frozen=True)
class Chain:
    """`broken` says what is wrong with its end; `overdue` rows wait for their seal longer than they should."""

    number: int
    sealed_at: datetime | None
    unsealed: int
    overdue: int
    broken: str
    verified_at: datetime | None
    verified_to: int
    problems: int

    @property
    def is_well(self) -> bool:
        return not (self.broken or self.overdue or self.problems)


def asked_from(given: QueryDict) -> Asked:
    verb = given.get("verb", "")
    return Asked(
        person=clean_text(given.get("person", "")),
        verb=verb if verbs_of(verb) else "",
        subject=clean_text(given.get("subject", "")),
        since_on=date_of(given.get("from", "")),
        until_on=date_of(given.get("to", "")),
    )


def audit_page(reader: Person, asked: Asked, *, before: int | None, after: int | None) -> Page:
    found = entry_page(asked.as_filter(), limit=PAGE_ROWS, before=before, after=after)
    if not found.entries:
        return Page((), newer="", older="")
    calls, names = _calls(reader, found.entries), _people(found.entries)
    rows = tuple(_row(entry, calls, names) for entry in found.entries)
    newest, oldest = found.entries[0].pk, found.entries[-1].pk
    return Page(
        rows,
        newer=asked.query(after=newest) if found.newer else "",
        older=asked.query(before=oldest) if found.older else "",
    )


def audit_chain() -> Chain:
    state = chain_state()
    try:
        chain_end_check()
        broken = ""
    except ChainBroken as exc:
        broken = str(exc.details["number"])
    verified = state.verified
    at = now_at()
    return Chain(
        number=state.number,
        sealed_at=state.sealed_at,
        unsealed=state.unsealed,
        overdue=entries_due(at).filter(last_at__lt=at - 2 * SEALED_WITHIN).count() if state.unsealed else 0,
        broken=broken,
        verified_at=verified.at if verified else None,
        verified_to=verified.details.get("number", 0) if verified else 0,
        problems=verified.details.get("problems", 0) if verified else 0,
    )


def _subjects(text: str) -> tuple[str, ...]:
    """A call by its id or its address; else what is named so, of whatever kind."""
    if not text:
        return ()
    if found := _CALL_ID.search(text):
        return (f"call {found[0].lower()}",)
    return (text, *(f"{kind} {text}"[:100] for kind in _KINDS))


def _calls(reader: Person, entries: Iterable[AuditEntry]) -> dict[str, Call]:
    ids = {_call_id(entry.subject) for entry in entries}
    found = calls_visible_to(reader).filter(pk__in=[call_id for call_id in ids if call_id])
    return {f"call {call.pk}": call for call in found}


def _people(entries: Iterable[AuditEntry]) -> dict[str, Person]:
    names = [entry.subject.removeprefix("person ") for entry in entries if entry.subject.startswith("person ")]
    return {f"person {person.username}": person for person in Person.objects.filter(username__in=names)}


def _call_id(subject: str) -> UUID | None:
    found = _CALL_ID.fullmatch(subject.removeprefix("call "))
    return UUID(found[0]) if found else None


def _row(entry: AuditEntry, calls: Mapping[str, Call], names: Mapping[str, Person]) -> Row:
    subject, address = _subject_words(entry.subject), ""
    if call := calls.get(entry.subject):
        subject, address = _call_words(call), reverse("call-detail", args=[call.pk])
    elif person := names.get(entry.subject):
        subject, address = str(person), reverse("person", args=[person.pk])
    return Row(entry, act_words(entry.verb), subject, address, tuple(details_words(entry.verb, entry.details)))


def _call_words(call: Call) -> str:
    return call.customer_name or call.customer_number or call.file_name or str(call.pk)


def _subject_words(subject: str) -> str:
    kind, _space, name = subject.partition(" ")
    if kind == "audit":
        return _("The audit trail")
    if kind == "line":
        return _("All calls")
    patterns = {
        "call": _("Call %(name)s"),
        "person": "%(name)s",
        "team": _("Team %(name)s"),
        "queue": _("Queue %(name)s"),
        "project": _("Project %(name)s"),
        "scorecard": _("Scorecard %(name)s"),
        "form_rule": pgettext("that chooses the form", "Rule %(name)s"),
        "backup": _("Backup %(name)s"),
    }
    return patterns[kind] % {"name": name} if kind in patterns and name else subject
