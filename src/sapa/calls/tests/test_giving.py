"""Calls for outside reviewers: given, seen without names, run out, taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils.timezone import localdate

from sapa.accounts.models import Person, Role
from sapa.accounts.services import PersonChange, person_change, person_disable
from sapa.audit.models import AuditEntry
from sapa.calls.errors import CallMissing
from sapa.calls.giving import MOST_AT_ONCE, calls_give, calls_take_back
from sapa.calls.models import Call, GivenCall
from sapa.calls.selectors import (
    NAMING,
    agent_names_visible_to,
    call_visible_to,
    calls_visible_to,
    queue_and_project_names_visible_to,
    veiled,
)
from sapa.calls.services import call_create, queue_grant
from sapa.calls.types import CallFacts
from sapa.core.clock import now_at

Refused = Callable[..., Any]


@pytest.fixture
def calls(db: None) -> list[Call]:
    return [
        call_create(
            CallFacts(
                external_id=f"x{number}", agent_name="Aigerim", queue="cards", customer_number="77015550101",
                customer_name="Robert Johnson",
            ),
            sha256=str(number), file_name=f"77015550101-{number}.wav", connector="files", payload={},
        )
        for number in range(3)
    ]  # fmt: skip


def today() -> date:
    return localdate(now_at())


def ids(calls: list[Call]) -> list[Any]:
    return [call.pk for call in calls]


def test_only_what_was_given_is_there(calls: list[Call], farida: Person, bogdan: Person) -> None:
    assert list(calls_visible_to(farida)) == []
    assert calls_give(bogdan, farida, ids(calls[:1])) == 1
    assert list(calls_visible_to(farida)) == calls[:1]
    with pytest.raises(CallMissing):
        call_visible_to(farida, calls[1].pk)


def test_grants_mean_nothing_to_an_outside_reviewer(calls: list[Call], farida: Person) -> None:
    queue_grant(None, "farida", "cards")
    assert list(calls_visible_to(farida)) == []


def test_the_day_is_the_last_on_which_it_is_seen(calls: list[Call], farida: Person, bogdan: Person) -> None:
    calls_give(bogdan, farida, ids(calls[:1]), until_on=today())
    assert list(calls_visible_to(farida)) == calls[:1]
    GivenCall.objects.update(until_on=today() - timedelta(days=1))
    assert list(calls_visible_to(farida)) == []
    assert calls_give(bogdan, farida, ids(calls[:1]), until_on=today()) == 0, "it is the same call, with a new day"
    assert list(calls_visible_to(farida)) == calls[:1]


def test_taken_back_it_is_gone_at_once(calls: list[Call], farida: Person, bogdan: Person) -> None:
    calls_give(bogdan, farida, ids(calls))
    assert calls_take_back(bogdan, farida, ids(calls[:2])) == 2
    assert list(calls_visible_to(farida)) == calls[2:]
    assert calls_take_back(bogdan, farida, ids(calls[:2])) == 0


def test_whoever_is_disabled_or_gets_another_role_sees_them_no_more(
    calls: list[Call], farida: Person, bogdan: Person
) -> None:
    calls_give(bogdan, farida, ids(calls))
    assert list(calls_visible_to(person_change(None, "farida", PersonChange(role=Role.AGENT)))) == []
    person_change(None, "farida", PersonChange(role=Role.OUTSIDE))
    assert list(calls_visible_to(person_disable(None, "farida"))) == []


def test_nobody_gives_what_they_do_not_see(calls: list[Call], farida: Person, bogdan: Person) -> None:
    queue_grant(None, "bogdan", "loans")
    bogdan = Person.objects.get(pk=bogdan.pk)
    assert calls_give(bogdan, farida, ids(calls)) == 0
    assert not GivenCall.objects.exists()


def test_nobody_takes_back_what_they_do_not_see(
    calls: list[Call], farida: Person, bogdan: Person, administrator: Person
) -> None:
    calls_give(administrator, farida, ids(calls))
    queue_grant(None, "bogdan", "loans")
    assert calls_take_back(Person.objects.get(pk=bogdan.pk), farida, ids(calls)) == 0
    assert calls_visible_to(farida).count() == 3


def test_who_gives_and_to_whom(
    calls: list[Call], farida: Person, celina: Person, bogdan: Person, aigerim: Person, refused: Refused
) -> None:
    for actor in (celina, aigerim, farida):
        with refused("giving_not_allowed"):
            calls_give(actor, farida, ids(calls))
        with refused("giving_not_allowed"):
            calls_take_back(actor, farida, ids(calls))
    with refused("giving_person_invalid"):
        calls_give(bogdan, celina, ids(calls))
    with refused("giving_day_invalid"):
        calls_give(bogdan, farida, ids(calls), until_on=today() - timedelta(days=1))
    with refused("giving_count_invalid"):
        calls_give(bogdan, farida, ids(calls) * MOST_AT_ONCE)
    assert not GivenCall.objects.exists()


def test_every_call_given_and_taken_back_is_in_the_audit_trail(
    calls: list[Call], farida: Person, bogdan: Person
) -> None:
    calls_give(bogdan, farida, ids(calls[:2]), until_on=today())
    calls_give(bogdan, farida, ids(calls[:2]), until_on=today())
    calls_take_back(bogdan, farida, ids(calls[:1]))
    given = AuditEntry.objects.filter(verb="call.given")
    assert {row.subject for row in given} == {f"call {call.pk}" for call in calls[:2]}
    assert given.count() == 2, "the same again is no act"
    assert all(row.details == {"given_to": "farida", "given_until": today().isoformat()} for row in given)
    taken = AuditEntry.objects.get(verb="call.taken_back")
    assert (taken.subject, taken.details) == (f"call {calls[0].pk}", {"taken_from": "farida"})


def test_names_are_kept_from_who_is_not_to_know_them(calls: list[Call], farida: Person, bogdan: Person) -> None:
    calls_give(bogdan, farida, ids(calls))
    shown = veiled(farida, calls[0])
    assert [getattr(shown, field) for field in NAMING] == [""] * len(NAMING)
    assert shown.queue == calls[0].queue
    assert calls[0].customer_name == "Robert Johnson", "the call itself stays as it was"
    assert agent_names_visible_to(farida) == []
    assert queue_and_project_names_visible_to(farida)[0] == ["cards"]
    with pytest.raises(TypeError):
        shown.save()
    assert veiled(bogdan, calls[0]) is calls[0]


def test_an_administrator_may_have_them_shown(calls: list[Call], farida: Person, bogdan: Person) -> None:
    calls_give(bogdan, farida, ids(calls))
    farida = person_change(None, "farida", PersonChange(names_hidden=False))
    assert veiled(farida, calls[0]).customer_name == "Robert Johnson"
    assert agent_names_visible_to(farida) == ["Aigerim"]
    assert AuditEntry.objects.get(verb="person.changed").details == {"names": "shown"}
