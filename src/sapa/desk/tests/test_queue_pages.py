"""The page Queues: who finds it, what stands there, and what its forms do; the project on the list and on a call."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from sapa.accounts.models import Person
from sapa.audit.models import AuditEntry
from sapa.calls.models import Call, Project, Queue
from sapa.calls.projects import queue_project_set
from sapa.calls.services import queue_grant
from sapa.core.clock import now_at
from sapa.desk.tests.test_call_list import add_calls, page
from tests.fixtures.cast import SignedIn

pytestmark = pytest.mark.django_db
ODD = 'A & "B" <script>\'x'


@pytest.fixture
def client(bogdan: Person, signed_in: SignedIn) -> Client:
    return signed_in(bogdan)


@pytest.fixture
def cards() -> Queue:
    return Queue.objects.create(name="cards")


def shown(client: Client) -> str:
    answer = client.get("/queues/")
    assert answer.status_code == 200
    return answer.content.decode()


def project_of(queue: Queue) -> str:
    return str(Queue.objects.get(pk=queue.pk).project or "")


def test_who_does_not_see_every_call_finds_no_such_page(
    cards: Queue, aigerim: Person, bogdan: Person, celina: Person, daniyar: Person, signed_in: SignedIn
) -> None:
    queue_project_set(None, cards.pk, "Retail", may_make=True)
    queue_grant(None, "bogdan", "cards")
    for person in (aigerim, bogdan, celina, daniyar):
        client = signed_in(Person.objects.get(pk=person.pk))
        assert client.get("/queues/").status_code == 404
        assert client.post(f"/queues/{cards.pk}/", {"project": ""}).status_code == 404
        assert client.post(f"/queues/projects/{Project.objects.get().pk}/", {"act": "delete"}).status_code == 404
    assert project_of(cards) == "Retail"


def test_the_line_and_the_people_lead_there(client: Client, administrator: Person, signed_in: SignedIn) -> None:
    assert 'href="/queues/"' in client.get("/line/").content.decode()
    assert 'href="/queues/"' in signed_in(administrator).get("/people/").content.decode()


def test_without_queues_it_says_where_they_come_from(client: Client) -> None:
    text = shown(client)
    assert "Queues appear here by themselves" in text
    assert "<table" not in text


def test_it_tells_of_each_queue_how_many_calls_came_lately(client: Client, cards: Queue) -> None:
    Queue.objects.create(name="idle")
    add_calls(3, queue=cards)
    add_calls(2)  # through no queue
    Call.objects.filter(pk=add_calls(1, queue=cards)[0].pk).update(started_at=now_at() - timedelta(days=31))
    text = shown(client)
    assert '<a href="/calls/?period=month&amp;queue=cards">3</a>' in text
    assert '<a href="/calls/?queue=cards">cards</a>' in text
    assert '<a href="/calls/?queue=idle">idle</a>' in text


def test_many_queues_take_no_more_questions(
    client: Client, cards: Queue, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        queue = Queue.objects.create(name=f"q{number}")
        queue_project_set(None, queue.pk, f"p{number}", may_make=True)
        add_calls(1, queue=queue)
    with django_assert_max_num_queries(10):
        shown(client)


def test_a_queue_is_put_into_a_new_project_then_into_another_and_out(client: Client, cards: Queue) -> None:
    for given, project in (
        ({"new": " Retail "}, "Retail"),
        ({"new": "Loans", "project": "Retail"}, "Loans"),
        ({"new": "", "project": "Retail"}, "Retail"),
        ({"project": ""}, ""),
    ):
        answer = client.post(f"/queues/{cards.pk}/", given, follow=True)
        assert "Saved." in answer.content.decode()
        assert project_of(cards) == project
    assert AuditEntry.objects.filter(verb="queue.project_set").count() == 4


def test_saved_twice_it_is_one_act(client: Client, cards: Queue) -> None:
    for _ in range(2):
        assert client.post(f"/queues/{cards.pk}/", {"new": "Retail"}).status_code == 302
    assert AuditEntry.objects.filter(verb="queue.project_set").count() == 1
    assert Project.objects.count() == 1


def test_hostile_names_are_text(client: Client) -> None:
    queue = Queue.objects.create(name=f"{ODD} queue")
    client.post(f"/queues/{queue.pk}/", {"new": ODD})
    assert project_of(queue) == ODD
    text = shown(client)
    assert "<script>'x" not in text
    assert ODD in unescape(text)
    assert f"/calls/?{urlencode({'queue': queue.name})}" in unescape(text)


@pytest.mark.parametrize(
    ("new", "code"), [("x" * 101, "project_invalid"), ("a\u202eb", "project_invalid"), ("a\0", "project_invalid")]
)
def test_a_name_that_cannot_be_kept_comes_back_as_it_was_typed(
    client: Client, cards: Queue, new: str, code: str
) -> None:
    answer = client.post(f"/queues/{cards.pk}/", {"new": new})
    assert answer.status_code == 400
    assert code in answer.content.decode()
    assert f'value="{new}"' in answer.content.decode()
    assert project_of(cards) == ""


def test_what_somebody_else_deleted_meanwhile_is_told(client: Client, cards: Queue) -> None:
    for address, given, code in (
        (f"/queues/{cards.pk}/", {"project": "Gone"}, "project_missing"),
        (f"/queues/{cards.pk}/", {"project": "a\0"}, "project_missing"),
        ("/queues/404/", {"new": "Retail"}, "queue_missing"),
        (f"/queues/{'9' * 30}/", {"new": "Retail"}, "queue_missing"),
        ("/queues/projects/404/", {"name": "Retail"}, "project_missing"),
        ("/queues/projects/404/", {"act": "delete"}, "project_missing"),
    ):
        answer = client.post(address, given)
        assert answer.status_code == 404, address
        assert code in answer.content.decode()
    assert not Project.objects.exists()


def test_a_project_is_renamed_and_deleted(client: Client, cards: Queue) -> None:
    queue_project_set(None, cards.pk, "Retail", may_make=True)
    queue_project_set(None, Queue.objects.create(name="loans").pk, "Loans", may_make=True)
    address = f"/queues/projects/{Project.objects.get(name='Retail').pk}/"
    assert client.post(address, {"act": "rename", "name": "Cards"}, follow=True).status_code == 200
    assert project_of(cards) == "Cards"
    answer = client.post(address, {"act": "rename", "name": "LOANS"})
    assert answer.status_code == 409
    assert 'value="LOANS"' in answer.content.decode()
    answer = client.post(address, {"act": "delete"}, follow=True)
    assert "The project is deleted; 1 queue is of none now." in answer.content.decode()
    assert project_of(cards) == ""


def test_the_list_is_narrowed_to_a_project(client: Client, cards: Queue) -> None:
    add_calls(3, queue=cards)
    add_calls(2, queue=Queue.objects.create(name="bills"))
    add_calls(4)
    assert 'name="project"' not in page(client)
    for queue in Queue.objects.all():
        queue_project_set(None, queue.pk, ODD, may_make=True)
    queue_project_set(None, Queue.objects.create(name="loans").pk, "Empty", may_make=True)
    text = page(client)
    assert 'name="project"' in text
    assert f">{ODD}</option>" in unescape(text)
    for given, count in (
        ({"project": ODD}, 5),
        ({"project": ODD, "queue": "cards"}, 3),
        ({"project": "Empty"}, 0),
        ({"project": "a\0"}, 0),
        ({"project": "None such"}, 0),
    ):
        assert page(client, "?" + urlencode(given)).count('role="row" id="call-') == count, given


def test_the_call_tells_its_project_beside_its_queue(client: Client, cards: Queue) -> None:
    call = add_calls(1, queue=cards)[0]
    assert "<dt>Project</dt>" not in client.get(f"/calls/{call.pk}/").content.decode()
    queue_project_set(None, cards.pk, ODD, may_make=True)
    assert f"<dt>Project</dt><dd>{ODD}</dd>" in unescape(client.get(f"/calls/{call.pk}/").content.decode())


def test_the_trail_tells_it_in_words(client: Client, cards: Queue, administrator: Person, signed_in: SignedIn) -> None:
    client.post(f"/queues/{cards.pk}/", {"new": "Retail"})
    text = signed_in(administrator).get("/audit/").content.decode()
    for words in (
        "Said of which project a queue is",
        "Queue cards",
        "Made a project",
        "Project Retail",
        "Project:</span> Retail",
    ):
        assert words in text
    found = signed_in(administrator).get("/audit/?subject=Retail").content.decode()
    assert "Made a project" in found
