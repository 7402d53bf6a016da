from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from sapa.accounts.models import Person
from sapa.accounts.services import pbx_name_give
from sapa.calls.models import Call
from sapa.calls.selectors import (
    agent_names_visible_to,
    call_visible_to,
    calls_visible_to,
    queue_and_project_names_visible_to,
)
from sapa.calls.services import call_create
from sapa.calls.types import CallFacts


@pytest.fixture
def calls(db: None) -> dict[str, Call]:
    """Two calls of Aigerim, one of Erlan, one of nobody, in two queues."""
    told = {"a1": ("Aigerim", "cards"), "a2": ("101", "loans"), "e": ("Erlan", "loans"), "n": ("", "")}
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


def seen(person: Person) -> set[str]:
    return {call.external_id for call in calls_visible_to(person)}


def test_those_who_control_quality_see_every_call(
    calls: dict[str, Call], bogdan: Person, celina: Person, administrator: Person
) -> None:
    for person in (bogdan, celina, administrator):
        assert seen(person) == set(calls)


def test_an_agent_sees_the_calls_under_all_names_of_hers_and_no_other(calls: dict[str, Call], aigerim: Person) -> None:
    assert seen(aigerim) == {"a1"}
    pbx_name_give(aigerim, name="101")
    assert seen(aigerim) == {"a1", "a2"}


def test_an_agent_without_a_name_does_not_see_the_calls_of_nobody(calls: dict[str, Call], aigerim: Person) -> None:
    aigerim.pbx_names.all().delete()
    assert seen(aigerim) == set()
    aigerim.pbx_names.create(name="")  # no service would, a hand in the database might
    assert seen(aigerim) == set()


def test_an_outsider_sees_nothing(calls: dict[str, Call], daniyar: Person) -> None:
    assert seen(daniyar) == set()
    assert agent_names_visible_to(daniyar) == queue_and_project_names_visible_to(daniyar)[0] == []


def test_who_was_put_out_sees_nothing(calls: dict[str, Call], aigerim: Person, bogdan: Person) -> None:
    for person in (aigerim, bogdan):
        person.is_active = False
        assert seen(person) == set()


def test_a_call_of_somebody_else_and_one_that_is_not_are_refused_alike(
    calls: dict[str, Call], aigerim: Person, refused: Callable[..., Any]
) -> None:
    assert call_visible_to(aigerim, calls["a1"].pk) == calls["a1"]
    for call_id in (calls["e"].pk, uuid4()):
        with refused("call_missing"):
            call_visible_to(aigerim, call_id)


def test_filters_offer_only_what_one_may_see(calls: dict[str, Call], aigerim: Person, bogdan: Person) -> None:
    assert agent_names_visible_to(bogdan) == ["101", "Aigerim", "Erlan"]
    assert queue_and_project_names_visible_to(bogdan)[0] == ["cards", "loans"]
    assert (agent_names_visible_to(aigerim), queue_and_project_names_visible_to(aigerim)[0]) == (["Aigerim"], ["cards"])
