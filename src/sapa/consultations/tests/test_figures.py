"""What trials say of a criterion, never of a person."""

from __future__ import annotations

import pytest

from sapa.accounts.models import Person, Role
from sapa.calls.models import Call
from sapa.consultations.figures import LEAST_SHARED_CALLS, Between, CriterionTried, tried_by_criterion
from sapa.consultations.models import Consultation
from sapa.consultations.selectors import card_now, standing_of
from sapa.consultations.tests.rounds import opened, person_of, reworded, tried
from sapa.consultations.trials import trial_start
from sapa.scorecards.tests.cards import criterion

pytestmark = pytest.mark.django_db


def figures(consultation: Consultation) -> dict[str, CriterionTried]:
    return tried_by_criterion(consultation, card_now(consultation, standing_of(consultation)))


@pytest.fixture
def reviewers(celina: Person) -> list[Person]:
    return [celina, person_of("zarina", Role.REVIEWER)]


def test_from_three_people_on_there_are_figures(
    bogdan: Person, aigerim: Person, reviewers: list[Person], call: Call
) -> None:
    made = opened(bogdan)
    assert figures(made) == {}
    tried(aigerim, made, call, greeting="1", closing="1")
    tried(reviewers[0], made, call, greeting="0.5", closing="cannot_tell")
    assert not figures(made)["greeting"].is_enough
    tried(reviewers[1], made, call, greeting="1", closing="0")
    found = figures(made)
    assert found["greeting"].is_enough
    assert found["greeting"].counts == {"1": 2, "0.5": 1}
    assert (found["greeting"].machine.agree, found["greeting"].machine.pairs) == (2, 3)
    assert found["closing"].counts == {"1": 1, "0": 1, "cannot_tell": 1}
    assert (found["closing"].machine.agree, found["closing"].machine.pairs) == (1, 2)
    assert (found["greeting"].between.calls, found["greeting"].between.alike) == (1, 0)
    assert not found["greeting"].between.is_enough


def test_what_is_not_done_is_in_no_figure(bogdan: Person, aigerim: Person, call: Call) -> None:
    made = opened(bogdan)
    trial_start(aigerim, made, call.pk)
    assert figures(made) == {}


def test_marks_of_other_words_are_left_out_and_said(
    bogdan: Person, aigerim: Person, celina: Person, call: Call
) -> None:
    made = opened(bogdan)
    tried(aigerim, made, call)
    reworded(bogdan)
    found = figures(made)
    assert (found["greeting"].people, found["greeting"].other) == (0, 1)
    assert (found["closing"].people, found["closing"].other) == (1, 0)
    tried(celina, made, call)
    assert (figures(made)["greeting"].people, figures(made)["greeting"].other) == (1, 1)


def test_where_only_the_machine_abstains_it_is_counted_apart(bogdan: Person, aigerim: Person, call: Call) -> None:
    made = opened(bogdan, criterion("greeting"), criterion("closing"))  # no rules
    tried(aigerim, made, call)
    found = figures(made)["greeting"]
    assert (found.abstained, found.machine.pairs) == (1, 0)


def test_agreement_between_people_waits_for_enough_calls() -> None:
    assert not Between(LEAST_SHARED_CALLS - 1, 4, None).is_enough
    assert Between(LEAST_SHARED_CALLS, 4, None).is_enough
