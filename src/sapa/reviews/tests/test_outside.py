"""An outside reviewer at work: what waits, what is hidden, what counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from django.utils.timezone import localdate

from sapa.accounts.models import Person
from sapa.accounts.services import PersonChange, person_change
from sapa.calls.giving import calls_give, calls_take_back
from sapa.calls.models import Call, GivenCall
from sapa.core.clock import now_at
from sapa.reviews.given import GivenState, calls_to_give, given_of, given_sums
from sapa.reviews.models import CountedMark, Review
from sapa.reviews.selectors import calls_to_mark, others_at_work, reviews_of
from sapa.reviews.services import machine_ask, review_start, review_start_next
from sapa.reviews.tests.test_reviewing import submitted
from tests.fixtures.graded_call import graded_again

pytestmark = pytest.mark.django_db


@pytest.fixture
def given(call: Call, farida: Person, bogdan: Person) -> Call:
    calls_give(bogdan, farida, [call.pk])
    return call


def test_what_was_given_waits_though_others_marked_it(given: Call, farida: Person, celina: Person) -> None:
    submitted(celina, given)
    assert calls_to_mark(farida).first() == given
    draft = review_start_next(farida)
    assert draft is not None
    assert (draft.call, draft.reviewer) == (given, farida)
    assert review_start_next(farida) is None


def test_nothing_else_waits(call: Call, farida: Person) -> None:
    assert review_start_next(farida) is None


def test_the_mark_counts_and_is_blind(given: Call, farida: Person) -> None:
    review = submitted(farida, given)
    assert review.is_blind is True
    assert {mark.mark.review for mark in CountedMark.objects.filter(call=given)} == {review}


def test_colleagues_are_not_known_before_nor_after(given: Call, farida: Person, celina: Person, bogdan: Person) -> None:
    review_start(bogdan, given)
    submitted(celina, given)
    assert others_at_work(farida, given) == []
    assert reviews_of(farida, given) == []
    own = submitted(farida, given)
    assert reviews_of(farida, given) == [own]


def test_the_machines_marks_open_with_the_own_and_cannot_be_asked_for(
    given: Call, farida: Person, signed_in: Any, refused: Callable[..., Any]
) -> None:
    site: Client = signed_in(farida)
    with refused("review_not_allowed"):
        machine_ask(farida, given)
    before = site.get(f"/calls/{given.pk}/").content.decode()
    assert "marked by the machine" not in before
    assert "Show them now" not in before
    submitted(farida, given)
    assert "marked by the machine" in site.get(f"/calls/{given.pk}/").content.decode()


def test_a_reviewer_reads_colleagues_after_their_own(call: Call, celina: Person, bogdan: Person, api_of: Any) -> None:
    of_bogdan = submitted(bogdan, call)
    program = api_of(celina)
    assert reviews_of(celina, call) == []
    assert program.get(f"/api/v1/calls/{call.pk}/reviews").json() == []
    assert program.get(f"/api/v1/reviews/{of_bogdan.pk}").status_code == 404
    own = submitted(celina, call)
    assert reviews_of(celina, call) == [own, of_bogdan]
    assert program.get(f"/api/v1/reviews/{of_bogdan.pk}").status_code == 200


def test_peoples_figures_of_the_list_are_hidden_alike(
    call: Call, celina: Person, bogdan: Person, signed_in: Any
) -> None:
    submitted(bogdan, call)
    assert "people-cqr" not in signed_in(celina).get("/calls/").content.decode()
    submitted(celina, call)
    assert "people-cqr" in signed_in(celina).get("/calls/").content.decode()


def test_a_search_by_name_tells_nothing(given: Call, farida: Person, signed_in: Any) -> None:
    site: Client = signed_in(farida)
    for query in ("q=Nobody", "agent=Nobody", "q=7701", "sort=agent", "sort=-customer"):
        page = site.get(f"/calls/?{query}").content.decode()
        assert f"/calls/{given.pk}/" in page, query
        assert 'class="chip"' not in page, "what is not looked for is not shown as a filter"


def test_with_names_shown_they_are_there_to_find(given: Call, farida: Person, signed_in: Any) -> None:
    person_change(None, "farida", PersonChange(names_hidden=False))
    site: Client = signed_in(farida)
    assert "Robert Johnson" in site.get("/calls/").content.decode()
    assert f"/calls/{given.pk}/" not in site.get("/calls/?q=Nobody").content.decode()


def test_it_is_heard_and_not_downloaded(given: Call, farida: Person, signed_in: Any) -> None:
    site: Client = signed_in(farida)
    heard = site.get(f"/recordings/{given.pk}/audio")
    assert heard.status_code == 200
    assert given.file_name not in heard.headers.get("Content-Disposition", "")
    assert b"".join(cast("StreamingHttpResponse", heard))
    assert site.get(f"/recordings/{given.pk}/audio?download=1").status_code == 403
    assert "download=1" not in site.get(f"/calls/{given.pk}/").content.decode()


def test_the_first_due_comes_first(given: Call, farida: Person, bogdan: Person) -> None:
    other = graded_again(given)
    calls_give(bogdan, farida, [other.pk], until_on=localdate(now_at()) + timedelta(days=2))
    assert list(calls_to_mark(farida)) == [other, given]
    calls_give(bogdan, farida, [given.pk], until_on=localdate(now_at()))
    assert list(calls_to_mark(farida)) == [given, other]


def test_how_far_it_is(given: Call, farida: Person, bogdan: Person) -> None:
    def state() -> GivenState:
        return GivenState(given_of(bogdan, farida).values_list("state", flat=True)[0])

    assert state() is GivenState.WAITING
    review_start(farida, given)
    assert state() is GivenState.BEGUN
    GivenCall.objects.update(until_on=localdate(now_at()) - timedelta(days=1))
    assert state() is GivenState.RUN_OUT
    GivenCall.objects.update(until_on=None)
    submitted(farida, given)
    assert state() is GivenState.MARKED
    (one,) = given_sums(bogdan)
    assert (one.given, one.marked, one.waiting, one.next_on) == (1, 1, 0, None)


def test_taken_back_a_draft_waits_for_the_call(given: Call, farida: Person, bogdan: Person, signed_in: Any) -> None:
    draft = review_start(farida, given)
    site: Client = signed_in(farida)
    calls_take_back(bogdan, farida, [given.pk])
    assert site.get(f"/reviews/{draft.pk}/").status_code == 404
    calls_give(bogdan, farida, [given.pk])
    assert site.get(f"/reviews/{draft.pk}/").status_code == 200
    assert Review.objects.get() == draft


def test_what_may_be_given(call: Call, farida: Person, celina: Person, bogdan: Person) -> None:
    calls = Call.objects.all()
    assert list(calls_to_give(calls, farida, skip_marked=True)) == [call]
    submitted(celina, call)
    assert list(calls_to_give(calls, farida, skip_marked=True)) == []
    assert list(calls_to_give(calls, farida, skip_marked=False)) == [call]
    calls_give(bogdan, farida, [call.pk])
    assert list(calls_to_give(calls, farida, skip_marked=False)) == []


def test_a_draft_of_yesterday_keeps_its_call_from_nobody(call: Call, celina: Person, bogdan: Person) -> None:
    draft = review_start(celina, call)
    assert calls_to_mark(bogdan).first() is None
    Review.objects.update(saved_at=now_at() - timedelta(hours=25))
    assert calls_to_mark(bogdan).first() == call
    assert calls_to_mark(celina).first() is None, "her own draft stands on her page already"
    assert Review.objects.get() == draft


def test_a_program_gives_looks_and_takes_back(call: Call, farida: Person, bogdan: Person, api_of: Any) -> None:
    program: Client = api_of(bogdan)
    asked = {"person": "farida", "call_ids": [str(call.pk)], "until_on": "2999-12-31"}
    assert program.post("/api/v1/given", asked, content_type="application/json").json() == {"count": 1}
    (one,) = program.get("/api/v1/given?person=farida").json()
    assert (one["call_id"], one["state"], one["until_on"]) == (str(call.pk), "waiting", "2999-12-31")
    assert api_of(farida).get("/api/v1/calls").json()["count"] == 1
    del asked["until_on"]
    assert program.post("/api/v1/given/take-back", asked, content_type="application/json").json() == {"count": 1}
    assert api_of(farida).get("/api/v1/calls").json()["count"] == 0
    wrong = program.post("/api/v1/given", {**asked, "person": "bogdan"}, content_type="application/json")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "giving_person_invalid")
