"""Whose calls: by the teams and queues that were granted (ADR 13)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Q
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from sapa.accounts.models import Person, Role
from sapa.accounts.selectors import person_named
from sapa.accounts.services import (
    PersonChange,
    pbx_name_give,
    person_change,
    person_create,
    person_disable,
    team_create,
    team_grant,
    team_grant_end,
)
from sapa.calls.log_conditions import log_calls
from sapa.calls.models import Call
from sapa.calls.selectors import (
    calls_visible_to,
    pbx_names_unmapped,
    queue_and_project_names_visible_to,
    sees_all_calls,
    sees_whole_line,
    visible_conditions,
)  # fmt: skip
from sapa.calls.services import call_create, queue_grant, queue_grant_end
from sapa.calls.types import CallFacts


@pytest.fixture
def centre(aigerim: Person, bogdan: Person) -> dict[str, Call]:
    """Aigerim of team Cards, Erlan of team Loans; a call of each in queue "day", one of Erlan's in queue "night", and
    one of somebody whom nobody knows."""
    for team in ("Cards", "Loans"):
        team_create(None, team)
    pbx_name_give(person_create("erlan", role=Role.AGENT), name="Erlan")
    person_change(None, "aigerim", PersonChange(team="Cards"))
    person_change(None, "erlan", PersonChange(team="Loans"))
    told = {"a": ("Aigerim", "day"), "e": ("Erlan", "day"), "n": ("Erlan", "night"), "x": ("Stranger", "")}
    return {
        key: call_create(
            CallFacts(external_id=key, agent_name=agent, queue=queue),
            sha256=key,
            file_name=f"{key}.wav",
            connector="files",
            payload={},
        )
        for key, (agent, queue) in told.items()
    }


def seen(person: Person) -> str:
    return "".join(sorted(call.external_id for call in calls_visible_to(Person.objects.get(pk=person.pk))))


def test_without_grants_all_calls_and_with_one_only_those(centre: dict[str, Call], bogdan: Person) -> None:
    assert seen(bogdan) == "aenx"
    team_grant(None, "bogdan", "Cards")
    assert seen(bogdan) == "a"
    queue_grant(None, "bogdan", "night")
    assert seen(bogdan) == "an"
    team_grant_end(None, "bogdan", "Cards")
    assert seen(bogdan) == "n"
    assert queue_and_project_names_visible_to(person_named("bogdan"))[0] == ["night"]
    queue_grant_end(None, "bogdan", "night")
    assert seen(bogdan) == "aenx"


def test_a_granted_team_in_which_nobody_is_leaves_nothing_to_be_seen(
    centre: dict[str, Call], bogdan: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    team_create(None, "Empty")
    team_grant(None, "bogdan", "Empty")
    person = person_named("bogdan")
    with django_assert_num_queries(1):  # both are told by one question
        assert not sees_all_calls(person)
        assert visible_conditions(person)[0].parts[0] == Q(agent_name__in=[])
    assert seen(bogdan) == ""


@pytest.mark.parametrize("given", ["", "team", "queue", "team queue", "both teams and queue"])
def test_the_forms_of_whose_calls_mean_the_same_and_no_call_is_in_two_parts(
    given: str, centre: dict[str, Call], bogdan: Person
) -> None:
    if "team" in given:
        team_grant(None, "bogdan", "Loans")
    if "both" in given:
        team_grant(None, "bogdan", "Cards")
    if "queue" in given:
        queue_grant(None, "bogdan", "night")
    person = person_named("bogdan")
    conditions = visible_conditions(person)
    assert bool(conditions) is bool(given)
    for condition in conditions:
        assert condition.lead is not None
        parts = [set(log_calls().filter(part).values_list("pk", flat=True)) for part in condition.parts]
        wanted = set(calls_visible_to(person).values_list("pk", flat=True))
        assert set().union(*parts) == wanted
        assert sum(map(len, parts)) == len(wanted)
        for form in (condition.lead, condition.check):
            assert set(log_calls().filter(form).values_list("pk", flat=True)) == wanted


def test_a_person_who_changes_the_team_takes_the_calls_along(centre: dict[str, Call], bogdan: Person) -> None:
    team_grant(None, "bogdan", "Cards")
    person_change(None, "erlan", PersonChange(team="Cards"))
    assert seen(bogdan) == "aen"


def test_grants_narrow_no_administrator_and_widen_no_agent(
    centre: dict[str, Call], aigerim: Person, administrator: Person, daniyar: Person
) -> None:
    for username in ("aigerim", "administrator", "daniyar"):
        team_grant(None, username, "Loans")
    assert (seen(aigerim), seen(administrator), seen(daniyar)) == ("a", "aenx", "")


def test_a_disabled_supervisor_sees_nothing(centre: dict[str, Call], bogdan: Person) -> None:
    team_grant(None, "bogdan", "Cards")
    person_disable(None, "bogdan")
    assert seen(bogdan) == ""


def test_a_call_of_another_team_is_no_call_on_any_way(
    centre: dict[str, Call], bogdan: Person, signed_in: Callable[[Person], Client], api_of: Callable[[Person], Client]
) -> None:
    team_grant(None, "bogdan", "Cards")
    client, program = signed_in(bogdan), api_of(bogdan)
    for key, status in (("a", 200), ("e", 404)):
        call_id = centre[key].pk
        assert client.get(f"/calls/{call_id}/").status_code == status
        assert program.get(f"/api/v1/calls/{call_id}").status_code == status
    assert client.get(f"/recordings/{centre['e'].pk}/audio").status_code == 404
    assert "e.wav" not in client.get("/calls/").content.decode()
    assert [call["file_name"] for call in program.get("/api/v1/calls").json()["calls"]] == ["a.wav"]


def test_the_line_tells_of_all_calls_so_it_is_for_those_who_see_all(
    centre: dict[str, Call], bogdan: Person, administrator: Person, signed_in: Callable[[Person], Client]
) -> None:
    assert sees_whole_line(bogdan)
    team_grant(None, "bogdan", "Cards")
    assert not sees_whole_line(person_named("bogdan"))
    assert signed_in(bogdan).get("/line/").status_code == 404
    assert 'href="/line/"' not in signed_in(bogdan).get("/calls/").content.decode()
    assert signed_in(administrator).get("/line/").status_code == 200


def test_names_that_stand_for_nobody_are_told_with_their_calls(centre: dict[str, Call]) -> None:
    assert [(one.name, one.calls) for one in pbx_names_unmapped()] == [("Stranger", 1)]
    person_create("stranger", role=Role.AGENT).pbx_names.create(name="Stranger")
    assert pbx_names_unmapped() == []


@pytest.mark.parametrize("queue", ["", " ", "x" * 101])
def test_a_queue_has_a_name(queue: str, bogdan: Person, refused: Callable[..., Any]) -> None:
    with refused("queue_invalid"):
        queue_grant(None, "bogdan", queue)
