"""Projects own queues: what is set, renamed and deleted, by whom, and what the audit trail keeps of it."""

from __future__ import annotations

from typing import Any

import pytest

from sapa.accounts.models import Person
from sapa.accounts.selectors import person_named
from sapa.audit.models import AuditEntry
from sapa.calls.errors import ProjectExists, ProjectInvalid, ProjectMissing, ProjectsNotYours, QueueMissing
from sapa.calls.models import Call, Project, Queue
from sapa.calls.projects import project_delete, project_name, queue_project_set
from sapa.calls.selectors import queue_and_project_names_visible_to
from sapa.calls.services import call_create, queue_grant
from sapa.calls.types import LONGEST_PROJECT, CallFacts

pytestmark = pytest.mark.django_db


@pytest.fixture
def cards() -> Queue:
    return Queue.objects.create(name="cards")


def made(queue: Queue, name: str) -> Project:
    queue_project_set(None, queue.pk, name, may_make=True)
    queue.refresh_from_db()
    assert queue.project is not None
    return queue.project


def trail() -> list[tuple[str, str, dict[str, Any]]]:
    told = AuditEntry.objects.filter(verb__contains="project").order_by("pk")
    return list(told.values_list("verb", "subject", "details"))


def test_a_queue_gets_a_new_project_and_the_trail_tells_it(cards: Queue, bogdan: Person) -> None:
    queue_project_set(bogdan, cards.pk, "  Retail \n 2026 ", may_make=True)
    cards.refresh_from_db()
    assert str(cards.project) == "Retail 2026"
    assert trail() == [
        ("project.created", "project Retail 2026", {}),
        ("queue.project_set", "queue cards", {"project": "Retail 2026", "before": ""}),
    ]


def test_the_same_again_is_no_act(cards: Queue) -> None:
    made(cards, "Retail")
    before = trail()
    queue_project_set(None, cards.pk, "Retail")
    queue_project_set(None, cards.pk, "RETAIL", may_make=True)
    assert trail() == before


@pytest.mark.parametrize(
    ("name", "same"), [("Retail", "rETAIL"), ("Кредиты", "КРЕДИТЫ"), ("Straße", "STRASSE"), ("é", "É")]
)
def test_a_name_that_differs_in_its_case_alone_is_the_same_project(cards: Queue, name: str, same: str) -> None:
    project = made(cards, name)
    other = Queue.objects.create(name="loans")
    assert made(other, same) == project
    assert Project.objects.get().name == name


@pytest.mark.parametrize("name", ["", " \t\n", "x" * (LONGEST_PROJECT + 1), "a\0b", "a\ud800", "a\u202eb", "a\x1bb"])
def test_a_name_that_cannot_be_kept_is_refused(cards: Queue, name: str) -> None:
    project = made(cards, "Retail")
    with pytest.raises(ProjectInvalid):
        queue_project_set(None, cards.pk, name, may_make=True)
    with pytest.raises(ProjectInvalid):
        project_name(None, project.pk, name)
    assert Project.objects.get().name == "Retail"


def test_the_longest_name_is_kept_however_it_folds(cards: Queue) -> None:
    assert made(cards, "ΐ" * LONGEST_PROJECT).name == "ΐ" * LONGEST_PROJECT  # folds into three signs each


def test_a_queue_is_taken_out_of_its_project(cards: Queue) -> None:
    made(cards, "Retail")
    queue_project_set(None, cards.pk, "")
    cards.refresh_from_db()
    assert cards.project is None
    assert trail()[-1] == ("queue.project_set", "queue cards", {"project": "", "before": "Retail"})


def test_what_is_not_there_is_told(cards: Queue) -> None:
    with pytest.raises(ProjectMissing):
        queue_project_set(None, cards.pk, "Retail")
    with pytest.raises(QueueMissing):
        queue_project_set(None, 404, "Retail", may_make=True)
    for act in (lambda: project_name(None, 404, "x"), lambda: project_delete(None, 404)):
        with pytest.raises(ProjectMissing):
            act()
    assert (Project.objects.count(), trail()) == (0, [])


def test_a_project_is_renamed_also_in_its_case_alone(cards: Queue, bogdan: Person) -> None:
    project = made(cards, "retail")
    for name in ("Retail", "Retail", "Cards"):
        project_name(bogdan, project.pk, name)
    assert Project.objects.get().name == "Cards"
    assert trail()[2:] == [
        ("project.renamed", "project Retail", {"before": "retail"}),
        ("project.renamed", "project Cards", {"before": "Retail"}),
    ]


def test_it_is_not_given_the_name_of_another(cards: Queue) -> None:
    project = made(cards, "Retail")
    made(cards, "Кредиты")
    with pytest.raises(ProjectExists):
        project_name(None, project.pk, "КРЕДИТЫ")
    assert Project.objects.filter(name="Retail").exists()


def test_one_that_is_deleted_leaves_its_queues_and_the_trail_names_them(cards: Queue) -> None:
    project = made(cards, "Retail")
    made(Queue.objects.create(name="bills"), "Retail")
    assert project_delete(None, project.pk) == 2
    assert [(queue.name, queue.project) for queue in Queue.objects.order_by("name")] == [
        ("bills", None),
        ("cards", None),
    ]
    assert trail()[-1] == ("project.deleted", "project Retail", {"count": 2, "queues": ["bills", "cards"]})


def test_who_does_not_see_every_call_changes_none(
    cards: Queue, aigerim: Person, bogdan: Person, celina: Person, farida: Person
) -> None:
    project = made(cards, "Retail")
    queue_grant(None, "bogdan", "cards")
    before = trail()
    for person in (aigerim, person_named("bogdan"), celina, farida):
        for act in (
            lambda: queue_project_set(person, cards.pk, ""),  # noqa: B023 - called at once
            lambda: project_name(person, project.pk, "x"),  # noqa: B023
            lambda: project_delete(person, project.pk),  # noqa: B023
        ):
            with pytest.raises(ProjectsNotYours):
                act()
    assert trail() == before


def test_projects_are_named_to_who_sees_calls_of_them(
    cards: Queue, aigerim: Person, bogdan: Person, celina: Person, daniyar: Person
) -> None:
    made(cards, "Retail")
    made(Queue.objects.create(name="loans"), "Loans")
    facts = CallFacts(external_id="a", agent_name="Aigerim", queue="cards")
    call_create(facts, sha256="a", file_name="a.wav", connector="files", payload={})
    queue_grant(None, "celina", "cards")
    told = {
        name: queue_and_project_names_visible_to(person_named(name))[1]
        for name in ("aigerim", "bogdan", "celina", "daniyar")
    }
    assert told == {"aigerim": ["Retail"], "bogdan": ["Loans", "Retail"], "celina": ["Retail"], "daniyar": []}
    assert Call.objects.count() == 1
