"""What the form says holds for people too: criteria that are asked only sometimes, no "n.a.", the plain mode."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sapa.accounts.models import Person
from sapa.calls.models import Call
from sapa.reviews.models import Review
from sapa.reviews.selectors import unasked_in
from sapa.reviews.services import review_mark, review_reopen, review_start, review_submit
from sapa.reviews.tests.test_reviewing import CRITERIA, marked
from sapa.reviews.types import Judgement, MarkChange
from sapa.scorecards.models import ScorecardRevision
from sapa.scorecards.types import Verdict

pytestmark = pytest.mark.django_db


def form_change(call: Call, criterion: str = "", **changes: Any) -> None:
    """Of the form that the call was marked with, as if it had been published so."""
    revision = ScorecardRevision.objects.get(scorecard__key="test_service")
    if not criterion:
        revision.content.update(changes)
    for section in revision.content["sections"]:
        for one in section["criteria"]:
            if one["key"] == criterion:
                one.update(changes)
    revision.save(update_fields=["content"])


def all_marked(person: Person, review: Review, judgement: Judgement, *, but: str = "") -> Review:
    for criterion in CRITERIA:
        if criterion != but:
            review = marked(person, review, criterion, judgement)
    return review


def test_a_criterion_is_asked_only_when_another_answer_says_so(celina: Person, call: Call) -> None:
    form_change(call, "objection", conditions=[{"kind": "answer", "criterion": "need", "values": ["0"]}])
    review = marked(celina, review_start(celina, call), "need", Judgement.FULL)
    assert unasked_in(review) == {"objection"}
    assert unasked_in(marked(celina, review, "need", Judgement.ZERO)) == frozenset()


def test_what_is_not_asked_need_not_be_marked_and_does_not_count(celina: Person, call: Call) -> None:
    form_change(call, "objection", conditions=[{"kind": "fact", "fact": "queue", "values": ["loans"]}])
    review = all_marked(celina, review_start(celina, call), Judgement.FULL, but="objection")
    review = review_submit(celina, review, version=review.version)
    assert (review.cqr_pct, review.coverage_pct) == (100.0, 100.0)
    assert review.marks.get(criterion="objection").judgement == Judgement.NOT_APPLICABLE


def test_an_answer_that_is_open_hides_nothing(celina: Person, call: Call) -> None:
    form_change(call, "objection", conditions=[{"kind": "answer", "criterion": "need", "values": ["0"]}])
    assert unasked_in(review_start(celina, call)) == frozenset()


def test_what_may_not_be_left_out_is_not(celina: Person, call: Call, refused: Callable[..., Any]) -> None:
    form_change(call, "need", na_allowed=False)
    review = review_start(celina, call)
    with refused("mark_invalid"):
        review_mark(celina, review, "need", MarkChange(Judgement.NOT_APPLICABLE), version=1)
    assert marked(celina, review, "need", Judgement.CANNOT_TELL).version == 2


def test_in_the_plain_mode_a_person_says_the_verdict(celina: Person, call: Call) -> None:
    form_change(call, mode="plain")
    review = all_marked(celina, review_start(celina, call), Judgement.HALF)
    review = review_submit(celina, review, version=review.version, verdict=Verdict.UNSUCCESSFUL)
    assert (review.cqr_pct, review.verdict) == (None, "unsuccessful")


def test_unsaid_it_is_what_the_marks_propose(celina: Person, call: Call) -> None:
    form_change(call, mode="plain")
    review = all_marked(celina, review_start(celina, call), Judgement.HALF)
    assert review_submit(celina, review, version=review.version).verdict == "successful"


def test_where_the_marks_propose_nothing_it_has_to_be_said(
    celina: Person, call: Call, refused: Callable[..., Any]
) -> None:
    form_change(call, mode="plain")
    review = all_marked(celina, review_start(celina, call), Judgement.CANNOT_TELL)
    with refused("review_unfinished", criteria=["verdict"]):
        review_submit(celina, review, version=review.version)


def test_the_page_leaves_out_what_is_not_asked(celina: Person, call: Call, signed_in: Any) -> None:
    form_change(call, "objection", conditions=[{"kind": "answer", "criterion": "need", "values": ["0"]}])
    review = marked(celina, review_start(celina, call), "need", Judgement.ZERO)
    site, htmx = signed_in(celina), {"HX-Request": "true"}
    sent = {"version": review.version, "judgement": "1", "has_praise": "1"}
    answer = site.post(f"/reviews/{review.pk}/marks/need", sent, headers=htmx).content.decode()
    assert 'id="mark-objection" hidden' in answer
    assert 'id="mark-identity"' not in answer
    assert "/ 5</span>" in answer
    again = site.post(f"/reviews/{review.pk}/marks/greeting", {**sent, "version": 3}, headers=htmx).content.decode()
    assert 'id="mark-objection"' not in again


def test_reopened_a_criterion_that_is_asked_after_all_has_to_be_said(
    celina: Person, call: Call, refused: Callable[..., Any]
) -> None:
    form_change(call, "objection", conditions=[{"kind": "answer", "criterion": "need", "values": ["0"]}])
    review = all_marked(celina, review_start(celina, call), Judgement.FULL, but="objection")
    review = review_submit(celina, review, version=review.version)
    draft = marked(celina, review_reopen(celina, review, reason="heard again"), "need", Judgement.ZERO)
    with refused("review_unfinished", criteria=["objection"]):
        review_submit(celina, draft, version=draft.version)


def test_over_the_interface_a_verdict_can_be_said(celina: Person, call: Call, api_of: Any) -> None:
    form_change(call, mode="plain")
    review = all_marked(celina, review_start(celina, call), Judgement.CANNOT_TELL)
    sent = {"version": review.version, "verdict": "unsuccessful"}
    answer = api_of(celina).post(f"/api/v1/reviews/{review.pk}/submit", sent, content_type="application/json")
    assert (answer.status_code, answer.json()["verdict"]) == (200, "unsuccessful")


def test_the_score_is_that_of_what_is_asked_when_it_is_submitted(celina: Person, call: Call) -> None:
    form_change(call, "need", conditions=[{"kind": "fact", "fact": "direction", "values": ["inbound"]}])
    review = all_marked(celina, review_start(celina, call), Judgement.FULL, but="need")
    review = marked(celina, review, "need", Judgement.ZERO)
    assert review.cqr_pct == pytest.approx(100 * 50 / 70)
    Call.objects.filter(pk=call.pk).update(direction="outbound")
    assert review_submit(celina, review, version=review.version).cqr_pct == 100
