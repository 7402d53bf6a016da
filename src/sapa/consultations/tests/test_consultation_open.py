"""Opening a draft for comment, changing to whom, closing; and what ends it without being asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from sapa.accounts.models import Person, Role
from sapa.audit.models import AuditEntry
from sapa.consultations.models import Consultation
from sapa.consultations.selectors import card_now, consultations_open, standing_of
from sapa.consultations.services import consultation_close, consultation_open
from sapa.consultations.tests.rounds import commented, opened, person_of, reworded, team_of
from sapa.consultations.types import State, Terms
from sapa.scorecards.drafts import draft_discard, draft_make, draft_publish, form_start
from sapa.scorecards.selectors import draft_of
from sapa.scorecards.services import scorecard_publish
from sapa.scorecards.tests.cards import card
from sapa.scorecards.tests.drafted import KEY, drafted
from tests.fixtures.world import FrozenClock

pytestmark = pytest.mark.django_db
Refused = Callable[..., Any]
TODAY = date(2026, 3, 9)


def state(consultation: Consultation) -> State:
    found = standing_of(Consultation.objects.get(pk=consultation.pk))
    assert found.is_open == consultations_open().filter(pk=consultation.pk).exists()
    return found.state


def test_it_is_open_and_written_down(bogdan: Person) -> None:
    cards = team_of("Cards")
    terms = Terms(note="Is it fair?", until_on=None, to_everybody=False, team_ids=(cards.pk,), is_shared=True)
    made = opened(bogdan, terms=terms)
    assert state(made) is State.OPEN
    assert (made.note, made.is_shared, list(made.teams.all())) == ("Is it fair?", True, [cards])
    entry = AuditEntry.objects.get(verb="consultation.opened")
    assert (entry.person_id, entry.subject) == (bogdan.pk, f"scorecard {KEY}")
    assert entry.details == {"teams": ["Cards"], "until": "", "is_shared": True}


def test_only_who_may_change_forms_opens_and_closes(bogdan: Person, aigerim: Person, refused: Refused) -> None:
    team_of("Loans")
    scoped = person_of("gulnara", Role.SUPERVISOR, granted="Loans")
    drafted(bogdan)
    for person in (aigerim, scoped):
        with refused("forms_not_yours"):
            consultation_open(person, KEY, Terms())
    made = consultation_open(bogdan, KEY, Terms())
    with refused("forms_not_yours"):
        consultation_close(scoped, made)


def test_without_a_draft_there_is_nothing_to_open(bogdan: Person, refused: Refused) -> None:
    scorecard_publish(card())
    with refused("draft_missing"):
        consultation_open(bogdan, KEY, Terms())


@pytest.mark.parametrize(
    "terms",
    [
        Terms(to_everybody=False),
        Terms(to_everybody=False, team_ids=(404,)),
        Terms(until_on=date(2026, 3, 8)),
        Terms(note="x" * 2001),
    ],
)
def test_terms_that_cannot_be_are_refused(
    bogdan: Person, terms: Terms, frozen_clock: FrozenClock, refused: Refused
) -> None:
    drafted(bogdan)
    with refused("consultation_invalid"):
        consultation_open(bogdan, KEY, terms)
    assert not Consultation.objects.exists()


def test_the_last_day_counts_to_its_end(bogdan: Person, frozen_clock: FrozenClock) -> None:
    made = opened(bogdan, terms=Terms(until_on=TODAY))
    assert state(made) is State.OPEN
    frozen_clock.advance(days=1)
    assert state(made) is State.OVER


def test_terms_are_changed_by_who_saw_them(bogdan: Person, refused: Refused) -> None:
    made = opened(bogdan)
    changed = consultation_open(bogdan, KEY, Terms(note="And this?"), version=1)
    assert (changed.pk, changed.note, changed.version) == (made.pk, "And this?", 2)
    assert AuditEntry.objects.filter(verb="consultation.changed").count() == 1
    with refused("consultation_changed"):
        consultation_open(bogdan, KEY, Terms(note="Old window"), version=1)
    with refused("consultation_changed"):
        consultation_open(bogdan, KEY, Terms(note="No window"))


def test_what_was_written_for_editors_is_not_shared_later(bogdan: Person, aigerim: Person, refused: Refused) -> None:
    commented(aigerim, opened(bogdan))
    with refused("consultation_invalid"):
        consultation_open(bogdan, KEY, Terms(is_shared=True), version=1)
    consultation_open(bogdan, KEY, Terms(note="Still for us"), version=1)


def test_what_is_shared_may_be_kept_closer(bogdan: Person, aigerim: Person) -> None:
    commented(aigerim, opened(bogdan, terms=Terms(is_shared=True)))
    assert not consultation_open(bogdan, KEY, Terms(), version=1).is_shared


def test_it_is_closed_by_hand_and_opened_again(bogdan: Person, refused: Refused) -> None:
    made = opened(bogdan)
    consultation_close(bogdan, made)
    assert state(made) is State.CLOSED
    assert AuditEntry.objects.filter(verb="consultation.closed").count() == 1
    with refused("consultation_closed"):
        consultation_close(bogdan, made)
    consultation_open(bogdan, KEY, Terms(), version=2)
    assert state(made) is State.OPEN
    assert AuditEntry.objects.filter(verb="consultation.opened").count() == 2


def test_one_that_is_over_goes_on_with_a_later_day(bogdan: Person, frozen_clock: FrozenClock) -> None:
    made = opened(bogdan, terms=Terms(until_on=TODAY))
    frozen_clock.advance(days=2)
    consultation_open(bogdan, KEY, Terms(until_on=date(2026, 3, 20)), version=1)
    assert state(made) is State.OPEN


def test_publishing_ends_it_and_is_known(bogdan: Person) -> None:
    made = opened(bogdan)
    reworded(bogdan)
    revision = draft_publish(bogdan, KEY, version=2).revision
    assert state(made) is State.PUBLISHED
    standing = standing_of(made)
    assert standing.revision == revision
    assert card_now(made, standing).criteria[0].title == {"en": "Greets by name"}


def test_discarding_ends_it(bogdan: Person) -> None:
    made = opened(bogdan)
    draft_discard(bogdan, KEY, version=1)
    assert state(made) is State.DISCARDED
    assert [one.key for one in card_now(made, standing_of(made)).criteria] == ["greeting", "closing"]


def test_a_form_that_never_was_published_leaves_its_comments(bogdan: Person, aigerim: Person) -> None:
    form_start(bogdan, card())
    made = consultation_open(bogdan, KEY, Terms())
    comment = commented(aigerim, made)
    draft_discard(bogdan, KEY, version=1)
    comment.refresh_from_db()
    made.refresh_from_db()
    assert (made.scorecard, made.form_key, comment.criterion) == (None, KEY, "greeting")


def test_the_next_draft_is_another_consultation(bogdan: Person) -> None:
    first = opened(bogdan)
    reworded(bogdan)
    draft_publish(bogdan, KEY, version=2)
    draft_make(bogdan, KEY)
    second = consultation_open(bogdan, KEY, Terms())
    assert second.pk != first.pk
    assert (state(first), state(second)) == (State.PUBLISHED, State.OPEN)


def test_what_is_published_past_the_draft_ends_nothing(bogdan: Person) -> None:
    made = opened(bogdan)
    scorecard_publish(card(band_pct=50))
    assert state(made) is State.OPEN
    assert draft_of(KEY).token == made.draft_token
