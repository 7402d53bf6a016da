"""To whom a draft is open, and who reads whose comments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sapa.accounts.models import Person, Role
from sapa.accounts.services import person_disable
from sapa.calls.giving import calls_give
from sapa.calls.models import Call
from sapa.calls.services import queue_grant
from sapa.consultations.models import Consultation
from sapa.consultations.selectors import (
    comments_visible_to,
    consultation_visible_to,
    consultations_open_to,
    consultations_with,
    may_take_part,
    teams_with_people,
    trial_visible_to,
    trials_of,
)
from sapa.consultations.services import consultation_close, consultation_open
from sapa.consultations.tests.rounds import commented, opened, person_of, team_of, tried
from sapa.consultations.types import Terms
from sapa.scorecards.tests.drafted import KEY

pytestmark = pytest.mark.django_db
Refused = Callable[..., Any]


@pytest.fixture
def people(
    bogdan: Person, aigerim: Person, celina: Person, daniyar: Person, administrator: Person
) -> dict[str, Person]:
    """Aigerim is of Cards; each other name says what it is of or what was granted."""
    made = {
        "aigerim": aigerim, "bogdan": bogdan, "celina": celina, "daniyar": daniyar, "administrator": administrator,
        "erlan": person_of("erlan", Role.AGENT), "loaner": person_of("loaner", Role.AGENT),
        "cards_supervisor": person_of("cards_supervisor", Role.SUPERVISOR, granted="Cards"),
        "loans_supervisor": person_of("loans_supervisor", Role.SUPERVISOR, granted="Loans"),
        "loans_reviewer": person_of("loans_reviewer", Role.REVIEWER, granted="Loans"),
        "queue_reviewer": person_of("queue_reviewer", Role.REVIEWER),
        "farida": person_of("farida", Role.OUTSIDE, granted="Cards"),
    }  # fmt: skip
    queue_grant(None, "queue_reviewer", "cards")
    team_of("Cards", aigerim)
    team_of("Loans", made["loaner"])
    return made


def asked(people: dict[str, Person], consultation: Consultation) -> set[str]:
    found = {name for name, one in people.items() if consultations_open_to(one).filter(pk=consultation.pk).exists()}
    assert found == {name for name, one in people.items() if may_take_part(one, consultation)}
    return found


def test_everybody_with_a_role_is_asked_but_those_who_edit(people: dict[str, Person], bogdan: Person) -> None:
    made = opened(bogdan)
    assert asked(people, made) == set(people) - {"daniyar", "farida", "bogdan", "administrator"}


def test_a_team_is_its_people_and_those_who_answer_for_it(people: dict[str, Person], bogdan: Person) -> None:
    made = opened(bogdan, terms=Terms(to_everybody=False, team_ids=(team_of("Cards").pk,)))
    assert asked(people, made) == {"aigerim", "celina", "cards_supervisor"}


def test_an_agent_is_not_asked_by_a_grant(people: dict[str, Person], bogdan: Person) -> None:
    """Left over from when they reviewed."""
    grant = people["loans_reviewer"].team_grants.get()
    grant.person = people["erlan"]
    grant.save()
    made = opened(bogdan, terms=Terms(to_everybody=False, team_ids=(team_of("Loans").pk,)))
    assert "erlan" not in asked(people, made)


def test_a_deleted_team_opens_it_to_nobody_more(people: dict[str, Person], bogdan: Person) -> None:
    cards = team_of("Cards")
    made = opened(bogdan, terms=Terms(to_everybody=False, team_ids=(cards.pk,)))
    cards.delete()
    assert asked({name: Person.objects.get(pk=one.pk) for name, one in people.items()}, made) == {"celina"}


def test_whom_it_is_not_open_to_is_told_of_nothing(people: dict[str, Person], bogdan: Person, refused: Refused) -> None:
    made = opened(bogdan, terms=Terms(to_everybody=False, team_ids=(team_of("Cards").pk,)))
    for name in ("erlan", "loaner", "loans_supervisor", "loans_reviewer", "queue_reviewer", "farida", "daniyar"):
        with refused("consultation_missing"):
            consultation_visible_to(people[name], made.pk)
    assert consultation_visible_to(people["aigerim"], made.pk) == made
    assert consultation_visible_to(bogdan, made.pk) == made


def test_a_disabled_person_sees_nothing(people: dict[str, Person], bogdan: Person, refused: Refused) -> None:
    made = opened(bogdan)
    commented(people["aigerim"], made)
    person_disable(None, "aigerim")
    with refused("consultation_missing"):
        consultation_visible_to(Person.objects.get(username="aigerim"), made.pk)


def test_closed_it_stays_with_those_who_wrote(people: dict[str, Person], bogdan: Person, refused: Refused) -> None:
    made = opened(bogdan)
    commented(people["aigerim"], made)
    consultation_close(bogdan, made)
    assert not consultations_open_to(people["aigerim"]).exists()
    assert list(consultations_with(people["aigerim"])) == [made]
    assert consultation_visible_to(people["aigerim"], made.pk) == made
    with refused("consultation_missing"):
        consultation_visible_to(people["erlan"], made.pk)


def test_who_becomes_an_outside_reviewer_finds_nothing_of_before(
    people: dict[str, Person], bogdan: Person, call: Call, refused: Refused
) -> None:
    """Not even own words: colleagues answered them by name, and the page of a trial names the customer."""
    celina = people["celina"]
    made = opened(bogdan, terms=Terms(is_shared=True))
    commented(celina, made)
    trial = tried(celina, made, call)
    Person.objects.filter(pk=celina.pk).update(role=Role.OUTSIDE)
    celina = Person.objects.get(pk=celina.pk)
    calls_give(bogdan, celina, [call.pk])
    with refused("consultation_missing"):
        consultation_visible_to(celina, made.pk)
    with refused("trial_missing"):
        trial_visible_to(celina, trial.pk)
    assert not trials_of(celina, made).exists()


def test_comments_are_read_by_their_author_and_by_editors(people: dict[str, Person], bogdan: Person) -> None:
    made = opened(bogdan)
    mine = commented(people["aigerim"], made)
    other = commented(people["erlan"], made)
    assert list(comments_visible_to(people["aigerim"], made)) == [mine]
    assert list(comments_visible_to(people["celina"], made)) == []
    assert set(comments_visible_to(bogdan, made)) == {mine, other}


def test_shared_ones_are_read_by_those_it_is_addressed_to(people: dict[str, Person], bogdan: Person) -> None:
    terms = Terms(to_everybody=False, team_ids=(team_of("Cards").pk,), is_shared=True)
    made = opened(bogdan, terms=terms)
    comment = commented(people["aigerim"], made)
    assert list(comments_visible_to(people["celina"], made)) == [comment]
    assert list(comments_visible_to(people["erlan"], made)) == []
    assert list(comments_visible_to(people["daniyar"], made)) == []


def test_who_left_the_team_reads_own_words_only(people: dict[str, Person], bogdan: Person) -> None:
    terms = Terms(to_everybody=False, team_ids=(team_of("Cards").pk,), is_shared=True)
    made = opened(bogdan, terms=terms)
    mine = commented(people["aigerim"], made)
    commented(people["celina"], made)
    team_of("Loans", people["aigerim"])
    assert consultation_visible_to(people["aigerim"], made.pk) == made
    assert list(comments_visible_to(people["aigerim"], made)) == [mine]
    assert not may_take_part(people["aigerim"], made)


def test_another_audience_takes_the_place_of_the_first(people: dict[str, Person], bogdan: Person) -> None:
    made = opened(bogdan)
    consultation_open(bogdan, KEY, Terms(to_everybody=False, team_ids=(team_of("Loans").pk,)), version=1)
    assert asked(people, made) == {"loaner", "celina", "loans_supervisor", "loans_reviewer"}


def test_teams_are_listed_with_those_who_sign_in(people: dict[str, Person], bogdan: Person) -> None:
    team_of("Empty")
    person_disable(None, "loaner")
    assert [(team.name, count) for team, count in teams_with_people()] == [("Cards", 1), ("Empty", 0), ("Loans", 0)]
