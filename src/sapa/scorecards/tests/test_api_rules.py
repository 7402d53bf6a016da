"""Over the REST API: which form a call gets."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from sapa.accounts.models import Person
from sapa.calls.models import Call
from sapa.calls.services import queue_grant
from sapa.pipeline.tests.test_api_call_post import refusal
from sapa.scorecards.models import FormRule
from tests.fixtures.cast import SignedIn

pytestmark = pytest.mark.django_db
RULES = "/api/v1/form-rules"
JSON: dict[str, Any] = {"content_type": "application/json"}


@pytest.fixture
def office(api_of: SignedIn, bogdan: Person) -> Client:
    return api_of(bogdan)


def made(client: Client, form: str, **conditions: list[str]) -> int:
    answer = client.post(RULES, {"form": form, "conditions": conditions}, **JSON)
    assert answer.status_code == 201
    number: int = answer.json()["id"]
    return number


def test_rules_are_added_at_the_end_changed_and_deleted(office: Client) -> None:
    first, second = made(office, "cqr", queue=["Local/1@x", "100%"]), made(office, "outbound_sales")
    assert office.get(RULES).json() == [
        {"id": first, "place": 1, "form": "cqr", "conditions": {"queue": ["100%", "Local/1@x"]}},
        {"id": second, "place": 2, "form": "outbound_sales", "conditions": {}},
    ]
    wanted = {"form": "cqr", "conditions": {"direction": ["inbound"], "team": ["Cards"]}}
    assert office.put(f"{RULES}/{second}", wanted, **JSON).json() == {"id": second, "place": 2, **wanted}
    assert office.delete(f"{RULES}/{first}").status_code == 204
    assert [(one["id"], one["place"]) for one in office.get(RULES).json()] == [(second, 1)]


@pytest.mark.parametrize(("place", "order"), [(1, [2, 0, 1]), (2, [0, 2, 1]), (3, [0, 1, 2]), (1000, [0, 1, 2])])
def test_a_rule_is_put_at_its_place(office: Client, place: int, order: list[int]) -> None:
    rules = [made(office, "cqr", queue=[name]) for name in ("a", "b", "c")]
    answer = office.post(f"{RULES}/{rules[2]}/move", {"place": place}, **JSON)
    assert [one["id"] for one in answer.json()] == [rules[at] for at in order]
    assert [one["place"] for one in office.get(RULES).json()] == [1, 2, 3]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"form": "nothing"}, "form_rule_invalid"),
        ({"form": "cqr", "conditions": {"queue": ["x" * 101]}}, "form_rule_invalid"),
        ({"form": "cqr", "conditions": {"queue": ["\0"]}}, "input_invalid"),
        ({"form": "cqr", "conditions": {"queue": "loans"}}, "input_invalid"),
        ({"form": "cqr", "conditions": {"direction": ["sideways"]}}, "input_invalid"),
        ({"form": "cqr", "conditions": {"weather": ["rain"]}}, "input_invalid"),
        ({"form": "cqr", "conditions": []}, "input_invalid"),
        ({"conditions": {}}, "input_invalid"),
        ({"form": "cqr", "place": 1}, "input_invalid"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(office: Client, given: dict[str, Any], code: str) -> None:
    assert refusal(office.post(RULES, given, **JSON)) == (400, code)
    assert not FormRule.objects.exists()


@pytest.mark.parametrize("number", [1, 2**63 - 1])
def test_a_rule_that_is_not_there_is_told(office: Client, number: int) -> None:
    address = f"{RULES}/{number}"
    assert refusal(office.put(address, {"form": "cqr"}, **JSON)) == (404, "form_part_missing")
    assert refusal(office.delete(address)) == (404, "form_part_missing")
    assert refusal(office.post(f"{address}/move", {"place": 1}, **JSON)) == (404, "form_part_missing")


@pytest.mark.parametrize("number", ["0", "-1", "x", str(2**63), "%00"])
def test_what_is_no_number_is_refused(office: Client, number: str) -> None:
    assert refusal(office.delete(f"{RULES}/{number}")) == (400, "input_invalid")


def test_a_call_tells_which_form_it_gets_and_why(office: Client, call: Call) -> None:
    address = f"/api/v1/calls/{call.pk}/form"
    told = office.get(address).json()
    assert (told["why"], told["rule"]) == ("call_type", None)
    made(office, "outbound_sales", queue=["loans"])
    made(office, "cqr", queue=["cards"])
    assert office.get(address).json() == {"form": "cqr", "revision": 1, "why": "rule", "rule": 2}
    assert refusal(office.get(f"/api/v1/calls/{uuid4()}/form")) == (404, "call_missing")


def test_who_may_not_change_forms_does_not_ask(api_of: SignedIn, bogdan: Person, celina: Person, call: Call) -> None:
    queue_grant(None, "bogdan", "cards")
    for person in (bogdan, celina):
        for address in (RULES, f"/api/v1/calls/{call.pk}/form"):
            assert refusal(api_of(person).get(address)) == (403, "forms_not_yours")
