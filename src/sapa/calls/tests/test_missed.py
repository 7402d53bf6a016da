"""Who spoke with the customer of a missed call afterwards, and how soon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sapa.accounts.models import Person
from sapa.calls.missed import LOOKED_FOR, reached_after
from sapa.calls.models import Call, Queue
from sapa.calls.services import queue_grant

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 27, 9, tzinfo=UTC)
NUMBER = "+77011112233"


def made(name: str, after: timedelta = timedelta(0), **told: Any) -> Call:
    facts = {
        "direction": "inbound",
        "disposition": "abandoned",
        "customer_number": NUMBER,
        "started_at": AT + after,
        "ended_at": AT + after + timedelta(minutes=1),
        "revision": 1,
    }
    return Call.objects.create(source_key=f"id:{name}", external_id=name, created_at=AT, **(facts | told))


@pytest.fixture
def missed(db: None) -> Call:
    return made("1.0")


def test_a_missed_call_that_nobody_spoke_about_says_so(bogdan: Person, missed: Call) -> None:
    made("2.0", timedelta(minutes=5))  # tried again, and missed again
    made("3.0", timedelta(minutes=6), disposition="answered", customer_number="+77019990000")
    made("4.0", -timedelta(minutes=6), disposition="answered")
    reached = reached_after(bogdan, missed)
    assert reached is not None
    assert reached.call is None


@pytest.mark.parametrize(("direction", "is_called_back"), [("outbound", True), ("inbound", False)])
def test_the_first_talk_afterwards_counts(bogdan: Person, missed: Call, direction: str, is_called_back: bool) -> None:
    made("3.0", timedelta(hours=2), disposition="answered", direction="outbound")
    first = made("2.0", timedelta(minutes=13), disposition="answered", direction=direction)
    reached = reached_after(bogdan, missed)
    assert reached is not None
    assert (reached.call, reached.after_s, reached.is_called_back) == (first, 720, is_called_back)


def test_a_week_later_it_is_about_something_else(bogdan: Person, missed: Call) -> None:
    made("2.0", LOOKED_FOR + timedelta(minutes=1), disposition="answered", direction="outbound")
    reached = reached_after(bogdan, missed)
    assert reached is not None
    assert reached.call is None


@pytest.mark.parametrize(
    "told", [{"disposition": "answered"}, {"direction": "outbound"}, {"customer_number": ""}, {"disposition": ""}]
)
def test_of_other_calls_nothing_is_asked(bogdan: Person, told: dict[str, Any]) -> None:
    assert reached_after(bogdan, made("1.0", **told)) is None


def test_who_sees_some_calls_only_is_told_of_those(gulnara_of_loans: Person) -> None:
    loans, cards = (Queue.objects.get_or_create(name=name)[0] for name in ("loans", "cards"))
    missed = made("1.0", queue=loans)
    made("2.0", timedelta(minutes=2), disposition="answered", direction="outbound", queue=cards)
    assert reached_after(gulnara_of_loans, missed) is None
    seen = made("3.0", timedelta(minutes=9), disposition="answered", direction="outbound", queue=loans)
    reached = reached_after(gulnara_of_loans, missed)
    assert reached is not None
    assert reached.call == seen


@pytest.fixture
def gulnara_of_loans(bogdan: Person) -> Person:
    """Sees the queue of loans alone."""
    queue_grant(None, bogdan.username, "loans")
    return Person.objects.get(pk=bogdan.pk)


def test_who_is_shown_no_names_is_not_told_which_calls_are_one_customers(farida: Person, missed: Call) -> None:
    assert reached_after(farida, missed) is None
