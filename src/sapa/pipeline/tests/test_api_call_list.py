from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sapa.accounts.models import Person
from sapa.calls.models import Call, Queue
from sapa.calls.projects import queue_project_set
from sapa.pipeline.tests.test_api_call_post import CALLS, refusal
from sapa.pipeline.tests.workbench import take, tiny_wav
from tests.fixtures.cast import SignedIn


@pytest.fixture
def three(db: None) -> list[str]:
    """Ids of three calls, the newest first."""
    calls = [
        take(tiny_wav(day), started_at=datetime(2026, 3, day, tzinfo=UTC), agent_name="Aigerim" if day == 2 else "")
        for day in (1, 2, 3)
    ]
    return [str(taken.call.pk) for taken in reversed(calls)]


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200
    return [call["id"] for call in answer.json()["calls"]]


def test_the_newest_call_comes_first(api_of: SignedIn, celina: Person, three: list[str]) -> None:
    answer = api_of(celina).get(CALLS)
    assert (answer.json()["count"], ids(answer)) == (3, three)


def test_a_page_is_a_part_and_the_count_is_the_whole(api_of: SignedIn, celina: Person, three: list[str]) -> None:
    answer = api_of(celina).get(CALLS, {"limit": 1, "offset": 1})
    assert (answer.json()["count"], ids(answer)) == (3, three[1:2])


def test_behind_the_last_page_there_is_nothing(api_of: SignedIn, celina: Person, three: list[str]) -> None:
    assert ids(api_of(celina).get(CALLS, {"offset": 10**9})) == []


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0}, {"limit": 201}, {"limit": -1}, {"limit": "many"}, {"limit": "1.5"}, {"limit": "\0"},
        {"offset": -1}, {"offset": 10**9 + 1}, {"offset": 10**30}, {"offset": ""},
    ],
)  # fmt: skip
def test_a_page_out_of_bounds_is_refused(api_of: SignedIn, celina: Person, query: dict[str, Any]) -> None:
    assert refusal(api_of(celina).get(CALLS, query)) == (400, "input_invalid")


def test_an_agent_sees_the_own_calls_only(api_of: SignedIn, aigerim: Person, three: list[str]) -> None:
    answer = api_of(aigerim).get(CALLS)
    assert (answer.json()["count"], ids(answer)) == (1, three[1:2])


def test_an_outsider_sees_none(api_of: SignedIn, daniyar: Person, three: list[str]) -> None:
    answer = api_of(daniyar).get(CALLS)
    assert answer.json() == {"count": 0, "next": "", "calls": []}


def test_cursors_lead_from_page_to_page_without_a_count(api_of: SignedIn, celina: Person, three: list[str]) -> None:
    found: list[str] = []
    cursor = ""
    for _ in three:
        answer = api_of(celina).get(f"{CALLS}?limit=1&cursor={cursor}")
        found += ids(answer)
        cursor = answer.json()["next"]
        assert answer.json()["count"] is None
    assert (found, cursor) == (three, "")


@pytest.mark.parametrize("query", [{}, {"offset": 1}])
def test_a_page_by_number_gives_the_cursor_to_go_on_with(
    api_of: SignedIn, celina: Person, three: list[str], query: dict[str, Any]
) -> None:
    cursor = api_of(celina).get(CALLS, query | {"limit": 1}).json()["next"]
    assert ids(api_of(celina).get(CALLS, {"cursor": cursor})) == three[1 + len(query) :]


def test_when_a_program_comes_back_after_the_last_call_went_it_gets_nothing(
    api_of: SignedIn, celina: Person, three: list[str]
) -> None:
    cursor = api_of(celina).get(CALLS, {"limit": 2}).json()["next"]
    Call.objects.filter(pk=three[2]).delete()
    assert ids(api_of(celina).get(CALLS, {"cursor": cursor})) == []


@pytest.mark.parametrize("query", [{"cursor": "nonsense"}, {"cursor": "WyJ4Il0"}, {"cursor": "\0"}])
def test_a_cursor_that_was_not_given_here_is_refused(
    api_of: SignedIn, celina: Person, three: list[str], query: dict[str, Any]
) -> None:
    assert refusal(api_of(celina).get(CALLS, query)) == (400, "cursor_invalid")


def test_a_cursor_and_a_number_are_one_too_many(api_of: SignedIn, celina: Person, three: list[str]) -> None:
    cursor = api_of(celina).get(CALLS, {"limit": 1}).json()["next"]
    assert refusal(api_of(celina).get(CALLS, {"cursor": cursor, "offset": 1})) == (400, "cursor_invalid")


def test_each_call_tells_its_facts_and_where_it_stands(api_of: SignedIn, bogdan: Person, call: Call) -> None:
    (told,) = api_of(bogdan).get(CALLS).json()["calls"]
    assert told == {
        "id": str(call.pk),
        "file_name": call.file_name,
        "agent": "Aigerim",
        "customer_number": "+77015550101",
        "direction": "inbound",
        "started_at": "2026-03-09T09:15:00Z",
        "duration_s": 34.0,
        "project": None,
        "state": "done",
    }


def test_calls_of_a_project_are_asked_for_by_its_name(
    api_of: SignedIn, celina: Person, aigerim: Person, three: list[str]
) -> None:
    queue = Queue.objects.create(name="cards")
    Call.objects.filter(pk__in=three[:2]).update(queue=queue)
    assert api_of(celina).get(CALLS).json()["calls"][0]["project"] is None
    queue_project_set(None, queue.pk, "Retail", may_make=True)
    client = api_of(celina)
    assert [call["project"] for call in client.get(CALLS).json()["calls"]] == ["Retail", "Retail", None]
    assert client.get(f"{CALLS}/{three[0]}").json()["project"] == "Retail"
    whole = client.get(CALLS, {"project": "Retail"})
    assert (whole.json()["count"], ids(whole)) == (2, three[:2])
    page = client.get(f"{CALLS}?project=Retail&limit=1").json()
    assert (page["count"], len(page["calls"])) == (2, 1)
    assert ids(client.get(CALLS, {"project": "Retail", "cursor": page["next"]})) == three[1:2]
    assert ids(client.get(f"{CALLS}?project=Retail&offset=1")) == three[1:2]
    assert ids(api_of(aigerim).get(CALLS, {"project": "Retail"})) == three[1:2]  # her own alone
    assert client.get(CALLS, {"project": "None such"}).json() == {"count": 0, "next": "", "calls": []}
    assert refusal(client.get(CALLS, {"project": "\0"})) == (400, "input_invalid")
