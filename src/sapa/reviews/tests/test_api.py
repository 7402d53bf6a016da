"""The whole way of a review over the REST API."""

from __future__ import annotations

from typing import Any

import pytest

from sapa.accounts.models import Person
from sapa.calls.models import Call
from sapa.reviews.models import Review
from sapa.reviews.tests.test_reviewing import CRITERIA, submitted

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json"}


def test_begin_mark_submit_read(celina: Person, call: Call, api_of: Any) -> None:
    api = api_of(celina)
    begun = api.post(f"/api/v1/calls/{call.pk}/reviews", **JSON)
    assert begun.status_code == 201
    assert api.post(f"/api/v1/calls/{call.pk}/reviews", **JSON).status_code == 200
    review = begun.json()
    address = f"/api/v1/reviews/{review['id']}"
    said = {"judgement": "1", "comment": "kind", "praised": True, "stretch": {"start_s": 1.5, "end_s": 3}}
    for criterion in CRITERIA:
        answer = api.patch(f"{address}/marks/{criterion}", {"version": review["version"], **said}, **JSON)
        review = answer.json()
    assert review["marks"][0] | {"weight": 10} == {
        "criterion": "greeting", "weight": 10, "critical": False, "judgement": "1", "comment": "kind",
        "fault": "agent", "praised": True, "evidence": [{"start_s": 1.5, "end_s": 3.0, "quote": ""}],
    }  # fmt: skip
    review = api.put(f"{address}/note", {"version": review["version"], "praise": "warm"}, **JSON).json()
    review = api.post(f"{address}/submit", {"version": review["version"]}, **JSON).json()
    assert (review["state"], review["cqr_pct"], review["is_blind"], review["praise"]) == (
        "submitted", 100.0, True, "warm",
    )  # fmt: skip
    assert [one["id"] for one in api.get(f"/api/v1/calls/{call.pk}/reviews").json()] == [review["id"]]
    assert [one["id"] for one in api.get("/api/v1/reviews").json()] == [review["id"]]
    again = api.post(f"{address}/reopen", {"reason": "heard again"}, **JSON)
    assert (again.status_code, again.json()["replaces"]) == (201, review["id"])


def test_an_old_version_is_told_by_its_code(celina: Person, call: Call, api_of: Any) -> None:
    api = api_of(celina)
    review = api.post(f"/api/v1/calls/{call.pk}/reviews", **JSON).json()
    address = f"/api/v1/reviews/{review['id']}"
    api.patch(f"{address}/marks/need", {"version": 1, "judgement": "1"}, **JSON)
    late = api.patch(f"{address}/marks/greeting", {"version": 1, "judgement": "0"}, **JSON)
    assert (late.status_code, late.json()["error"]["code"]) == (409, "review_changed")
    undone = api.post(f"{address}/undo", {"version": 2}, **JSON).json()
    assert {mark["judgement"] for mark in undone["marks"]} == {"open"}
    assert api.delete(f"{address}?version=3").status_code == 204
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    "given",
    [
        {"version": 1, "judgement": "2"},
        {"version": "x"},
        {"judgement": "1"},
        {"version": 1, "stretch": {"start_s": -1, "end_s": 2}},
        {"version": 1, "comment": "a" * 5001},
        {"version": 2**40},
        [],
    ],
)
def test_what_makes_no_sense_is_refused(celina: Person, call: Call, api_of: Any, given: Any) -> None:
    api = api_of(celina)
    review = api.post(f"/api/v1/calls/{call.pk}/reviews", **JSON).json()
    answer = api.patch(f"/api/v1/reviews/{review['id']}/marks/need", given, **JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "input_invalid")


def test_trust_is_for_those_who_manage(celina: Person, bogdan: Person, call: Call, api_of: Any) -> None:
    submitted(celina, call)
    assert api_of(celina).get("/api/v1/trust").status_code == 403
    found = {one["criterion"]: one for one in api_of(bogdan).get("/api/v1/trust").json()}
    assert (found["greeting"]["calls"], found["greeting"]["agreement_share"]) == (1, 1.0)
    assert (found["empathy"]["agreement_share"], found["empathy"]["machine_abstained"]) == (None, 1)
