"""Calls for outside reviewers: given by who controls quality here, taken back, and how far they are (ADR 18)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from sapa.accounts.models import Person, Role
from sapa.audit.services import audit_write
from sapa.calls.errors import GivingCountInvalid, GivingDayInvalid, GivingNotAllowed, GivingPersonInvalid
from sapa.calls.models import GivenCall
from sapa.calls.selectors import calls_visible_to
from sapa.core.clock import now_at

MOST_AT_ONCE = 500


@transaction.atomic
def calls_give(actor: Person, person: Person, call_ids: Sequence[UUID], *, until_on: date | None = None) -> int:
    """Of these calls those that `actor` sees, until the end of that day; how many are new to the person.

    Given again, a call gets the new day. Raises `GivingNotAllowed`, `GivingPersonInvalid`,
    `GivingDayInvalid`, `GivingCountInvalid`.
    """
    _may_give(actor)
    if not person.is_outside:
        raise GivingPersonInvalid
    if until_on is not None and until_on < localdate(now_at()):
        raise GivingDayInvalid
    if len(call_ids) > MOST_AT_ONCE:
        raise GivingCountInvalid(MOST_AT_ONCE)
    calls = list(calls_visible_to(actor).filter(pk__in=call_ids))
    before = dict(GivenCall.objects.filter(person=person, call__in=calls).values_list("call", "until_on"))
    at = now_at()
    for call in calls:
        facts = {"given_by": actor, "given_at": at, "until_on": until_on}
        if call.pk in before and before[call.pk] == until_on:
            continue
        GivenCall.objects.update_or_create(call=call, person=person, defaults=facts)
        told = {"given_until": until_on.isoformat()} if until_on else {}
        audit_write("call.given", subject=f"call {call.pk}", person=actor, given_to=person.username, **told)
    return len(calls) - len(before)


@transaction.atomic
def calls_take_back(actor: Person, person: Person, call_ids: Sequence[UUID]) -> int:
    """From now on the person does not see these calls; what they submitted counts on. How many had been given.

    Raises `GivingNotAllowed`.
    """
    given = given_visible_to(actor).filter(person=person, call__in=call_ids)
    calls = list(given.values_list("call", flat=True))
    for call_id in calls:
        audit_write("call.taken_back", subject=f"call {call_id}", person=actor, taken_from=person.username)
    given.delete()
    return len(calls)


def given_visible_to(actor: Person) -> QuerySet[GivenCall]:
    """What was given to whomever, of the calls that `actor` sees. Raises `GivingNotAllowed`."""
    _may_give(actor)
    return GivenCall.objects.filter(call__in=calls_visible_to(actor))


def outside_reviewers() -> QuerySet[Person]:
    return Person.objects.filter(role=Role.OUTSIDE, is_active=True).order_by("first_name", "username")


def outside_reviewer(username: str) -> Person:
    """Raises `GivingPersonInvalid`."""
    person = outside_reviewers().filter(username=username).first()
    if person is None:
        raise GivingPersonInvalid
    return person


def _may_give(actor: Person) -> None:
    if not actor.may_manage:
        raise GivingNotAllowed
