from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sapa.accounts.models import Person
from sapa.audit.models import AuditEntry
from sapa.calls.models import Call
from sapa.scorecards.library import scorecard_shipped, shipped_keys
from sapa.scorecards.models import ScorecardRecord, ScorecardRevision
from sapa.scorecards.selectors import scorecard_of
from sapa.scorecards.services import revision_for, scorecard_publish, scorecards_ship
from sapa.scorecards.tests.cards import card, criterion

pytestmark = pytest.mark.django_db


@pytest.fixture
def bare(db: None) -> None:
    """No form at all: `sapa migrate`, which made the test database, published those that ship."""
    AuditEntry.objects.filter(verb="scorecard.published").delete()
    ScorecardRevision.objects.all().delete()
    ScorecardRecord.objects.all().delete()


def test_a_changed_form_is_the_next_revision_and_the_old_one_stays(bare: None, bogdan: Person) -> None:
    first = scorecard_publish(card(), person=bogdan)
    second = scorecard_publish(card(band_pct=70), person=bogdan)
    assert [first.revision.number, second.revision.number] == [1, 2]
    assert scorecard_of(ScorecardRevision.objects.get(number=1)) == card()
    assert scorecard_of(ScorecardRevision.objects.get(number=2)) == card(band_pct=70)


def test_the_same_content_again_changes_nothing(bare: None) -> None:
    scorecard_publish(card())
    again = scorecard_publish(card(band_pct=80))
    assert not again.changed
    assert ScorecardRevision.objects.count() == 1


def test_going_back_to_old_content_is_a_new_revision(bare: None) -> None:
    numbers = [scorecard_publish(card(band_pct=band)).revision.number for band in (70, 60, 70)]
    assert numbers == [1, 2, 3]


def test_publishing_is_audited_with_who_and_which(bare: None, bogdan: Person) -> None:
    scorecard_publish(card(), person=bogdan)
    entry = AuditEntry.objects.get(verb="scorecard.published")
    assert (entry.subject, entry.person_id, entry.details) == ("scorecard test_form", bogdan.pk, {"revision": 1})


def test_shipping_publishes_what_is_not_there_and_leaves_edited_forms_alone(bare: None) -> None:
    edited = scorecard_shipped("inbound_service").model_copy(update={"band_pct": 75.0})
    scorecard_publish(edited)
    shipped = {publication.revision.scorecard.key for publication in scorecards_ship()}
    assert shipped == set(shipped_keys()) - {"inbound_service"}
    assert scorecards_ship() == []
    assert scorecard_of(ScorecardRevision.objects.get(scorecard__key="inbound_service")).band_pct == 75.0


def kind(key: str) -> dict[str, Any]:
    return {"key": key, "title": {"en": key}}


def form(key: str, call_type: str, *directions: str) -> None:
    graded = criterion(weights={call_type: 1})
    scorecard_publish(card(graded, key=key, call_types=[kind(call_type)], directions=list(directions)))


@pytest.fixture
def forms(bare: None) -> None:
    form("a_outbound", "sale", "outbound")
    form("b_inbound", "service", "inbound")
    form("inbound_service", "any")


@pytest.mark.parametrize(
    ("call_type", "direction", "chosen"),
    [
        ("sale", "inbound", "a_outbound"),
        ("", "inbound", "b_inbound"),
        ("unheard of", "outbound", "a_outbound"),
        ("", "", "inbound_service"),
        ("", "internal", "inbound_service"),
    ],
)
def test_the_form_goes_by_type_then_by_direction_then_the_default(
    forms: None, call_type: str, direction: str, chosen: str
) -> None:
    assert revision_for(Call(call_type=call_type, direction=direction)).scorecard.key == chosen


def test_the_newest_revision_is_taken(forms: None) -> None:
    form("a_outbound", "sale", "internal")
    assert revision_for(Call(direction="internal")).number == 2
    assert revision_for(Call(direction="outbound")).scorecard.key == "inbound_service"


def test_without_any_form_it_says_what_to_do(bare: None, refused: Callable[..., Any]) -> None:
    with refused("scorecards_unpublished"):
        revision_for(Call())
