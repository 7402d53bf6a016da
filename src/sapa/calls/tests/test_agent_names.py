"""A few names are as they stand; many are read once a minute."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from sapa.calls import agent_names as module
from sapa.calls.agent_names import agent_names
from sapa.calls.models import Queue
from sapa.calls.services import call_create
from sapa.calls.types import CallFacts
from sapa.core import remembered
from sapa.core.remembered import Remembered

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    clock = SimpleNamespace(now_s=1000.0)
    monkeypatch.setattr(remembered, "time", SimpleNamespace(monotonic=lambda: clock.now_s))
    monkeypatch.setattr(module, "_kept", Remembered(module.KEPT_FOR_S))
    return clock


def call_of(agent: str, queue: str = "") -> None:
    facts = CallFacts(external_id=f"{agent} {queue}", agent_name=agent, queue=queue)
    call_create(facts, sha256=agent + queue, file_name="call.wav", connector="files", payload={})


def test_a_few_are_as_they_stand(clock: SimpleNamespace) -> None:
    call_of("Erlan")
    assert agent_names() == ["Erlan"]
    call_of("Aigerim")
    assert agent_names() == ["Aigerim", "Erlan"]


def test_many_are_read_once_a_minute(clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MANY", 2)
    call_of("Erlan")
    call_of("Dana")
    assert agent_names() == ["Dana", "Erlan"]
    call_of("Aigerim")
    clock.now_s += 59
    assert agent_names() == ["Dana", "Erlan"]
    clock.now_s += 2
    assert agent_names() == ["Aigerim", "Dana", "Erlan"]


def test_what_is_kept_is_of_one_queue(clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MANY", 1)
    call_of("Erlan", "cards")
    call_of("Dana", "loans")
    cards, loans = (Queue.objects.get(name=name).pk for name in ("cards", "loans"))
    assert (agent_names(), agent_names(in_queue=cards), agent_names(in_queue=loans)) == (
        ["Dana", "Erlan"],
        ["Erlan"],
        ["Dana"],
    )


def test_who_is_given_the_list_may_change_it(clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MANY", 1)
    call_of("Erlan")
    agent_names().clear()
    assert agent_names() == ["Erlan"]
