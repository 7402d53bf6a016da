"""Marking a call: begin, mark, undo, submit, change; and whose marks count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sapa.accounts.models import Person
from sapa.audit.models import AuditEntry
from sapa.calls.models import Call
from sapa.reviews.models import CountedMark, Review, ReviewState
from sapa.reviews.selectors import others_at_work, peoples_score, review_visible_to
from sapa.reviews.services import (
    machine_show,
    review_call_type,
    review_discard,
    review_mark,
    review_note,
    review_reopen,
    review_start,
    review_submit,
    review_undo,
)
from sapa.reviews.types import Fault, Judgement, MarkChange, Stretch
from sapa.scorecards.models import EvaluationRecord, MarkRecord

pytestmark = pytest.mark.django_db
Refused = Callable[..., Any]
CRITERIA = ["greeting", "need", "no_long_silence", "identity", "empathy", "objection"]


def marked(person: Person, review: Review, criterion: str, judgement: Judgement, **more: Any) -> Review:
    return review_mark(person, review, criterion, MarkChange(judgement, **more), version=review.version)


def submitted(person: Person, call: Call, judgement: Judgement = Judgement.FULL) -> Review:
    review = review_start(person, call)
    for criterion in CRITERIA:
        review = marked(person, review, criterion, judgement)
    return review_submit(person, review, version=review.version)


def test_it_begins_with_the_form_and_call_type_of_the_machine(celina: Person, call: Call) -> None:
    review = review_start(celina, call)
    assert (review.revision.scorecard.key, review.call_type, review.state) == ("test_service", "service", "draft")
    assert [mark.criterion for mark in review.marks.all()] == CRITERIA
    assert review_start(celina, call).pk == review.pk


def test_an_agent_does_not_mark(aigerim: Person, call: Call, refused: Refused) -> None:
    with refused("review_not_allowed"):
        review_start(aigerim, call)


def test_who_may_not_see_the_call_cannot_begin(daniyar: Person, celina: Person, call: Call, refused: Refused) -> None:
    daniyar.role = celina.role
    daniyar.is_scoped = True  # granted nothing of this call
    with refused("call_missing"):
        review_start(daniyar, call)


def test_each_mark_moves_the_score_and_is_kept_at_once(celina: Person, call: Call) -> None:
    review = marked(celina, review_start(celina, call), "need", Judgement.HALF)
    assert (review.version, review.cqr_pct) == (2, None)  # coverage is too small for a CQR
    for criterion in CRITERIA:
        if criterion != "need":
            review = marked(celina, review, criterion, Judgement.FULL)
    assert review.cqr_pct == pytest.approx(100 * (50 + 10) / 70)


def test_a_mark_carries_comment_proof_praise_and_fault(celina: Person, call: Call) -> None:
    review = review_start(celina, call)
    said = Stretch(7.8, 12.1, "Hi, my name is Robert Johnson.")
    change = MarkChange(Judgement.ZERO, comment="The menu misled him", fault=Fault.PROCESS, praised=True, stretch=said)
    review = review_mark(celina, review, "need", change, version=1)
    review = review_mark(celina, review, "need", MarkChange(stretch=Stretch(1.0, 2.0)), version=2)
    review = review_mark(celina, review, "need", MarkChange(without_stretch=0), version=3)
    mark = review.marks.get(criterion="need")
    assert (mark.judgement, mark.comment, mark.fault, mark.praised) == ("0", "The menu misled him", "process", True)
    assert mark.evidence == [{"start_s": 1.0, "end_s": 2.0, "quote": ""}]


def test_a_second_window_is_told_and_nothing_is_overwritten(celina: Person, call: Call, refused: Refused) -> None:
    review = review_start(celina, call)
    marked(celina, review, "need", Judgement.FULL)
    with refused("review_changed", version=2):
        review_mark(celina, review, "greeting", MarkChange(Judgement.ZERO), version=1)
    assert review.marks.get(criterion="greeting").judgement == Judgement.OPEN


def test_a_change_sent_twice_is_done_once(celina: Person, call: Call, refused: Refused) -> None:
    review = review_start(celina, call)
    change = MarkChange(stretch=Stretch(1.0, 2.0))
    first = review_mark(celina, review, "need", change, version=1)
    again = review_mark(celina, review, "need", change, version=1)
    assert (first.version, again.version) == (2, 2)
    assert len(review.marks.get(criterion="need").evidence) == 1
    with refused("review_changed"):
        review_mark(celina, review, "need", MarkChange(Judgement.FULL), version=1)


def test_undo_goes_back_step_by_step(celina: Person, call: Call, refused: Refused) -> None:
    review = marked(celina, review_start(celina, call), "need", Judgement.FULL)
    review = marked(celina, review, "need", Judgement.ZERO, comment="no")
    review = review_undo(celina, review, version=review.version)
    assert review.marks.get(criterion="need").judgement == Judgement.FULL
    assert review.marks.get(criterion="need").comment == ""
    review = review_undo(celina, review, version=review.version)
    assert review.marks.get(criterion="need").judgement == Judgement.OPEN
    with refused("review_nothing_to_undo"):
        review_undo(celina, review, version=review.version)


def test_an_unfinished_one_is_not_submitted(celina: Person, call: Call, refused: Refused) -> None:
    review = marked(celina, review_start(celina, call), "need", Judgement.FULL)
    with refused("review_unfinished", criteria=[one for one in CRITERIA if one != "need"]):
        review_submit(celina, review, version=review.version)


def test_submitted_it_counts_beside_the_machine(celina: Person, call: Call) -> None:
    machine = EvaluationRecord.objects.get(call=call)
    before = list(MarkRecord.objects.filter(evaluation=machine).values())
    submitted(celina, call, Judgement.ZERO)
    people = peoples_score(call, scorecard_key="test_service")
    assert people is not None
    assert (people.score.cqr_pct, people.score.verdict, people.reviewers) == (0.0, "unsuccessful", ["Celina"])
    machine.refresh_from_db()
    assert machine.cqr_pct == pytest.approx(70)
    assert list(MarkRecord.objects.filter(evaluation=machine).values()) == before


def test_of_two_reviews_the_later_counts_and_both_stay(celina: Person, bogdan: Person, call: Call) -> None:
    submitted(celina, call, Judgement.ZERO)
    submitted(bogdan, call, Judgement.FULL)
    people = peoples_score(call, scorecard_key="test_service")
    assert people is not None
    assert (people.score.cqr_pct, people.reviewers) == (100.0, ["Bogdan"])
    assert Review.objects.filter(state=ReviewState.SUBMITTED).count() == 2


def test_a_submitted_review_is_closed(celina: Person, call: Call, refused: Refused) -> None:
    review = submitted(celina, call)
    with refused("review_closed"):
        marked(celina, review, "need", Judgement.ZERO)
    with refused("review_closed"):
        review_submit(celina, review, version=review.version)


def test_to_change_it_takes_a_reason_and_the_old_one_stays(celina: Person, call: Call, refused: Refused) -> None:
    old = submitted(celina, call)
    with refused("reason_missing"):
        review_reopen(celina, old, reason="  ")
    draft = review_reopen(celina, old, reason="I heard it again")
    draft = marked(celina, draft, "need", Judgement.ZERO)
    people = peoples_score(call, scorecard_key="test_service")
    assert people is not None
    assert people.score.cqr_pct == 100  # until the new one is submitted
    new = review_submit(celina, draft, version=draft.version)
    old.refresh_from_db()
    assert (old.state, new.replaces_id, new.change_reason) == ("replaced", old.pk, "I heard it again")
    assert old.marks.get(criterion="need").judgement == Judgement.FULL
    assert CountedMark.objects.get(call=call, criterion="need").mark.judgement == Judgement.ZERO


def test_only_who_made_it_changes_it(celina: Person, bogdan: Person, call: Call, refused: Refused) -> None:
    review = review_start(celina, call)
    with refused("review_not_allowed"):
        review_mark(bogdan, review, "need", MarkChange(Judgement.ZERO), version=1)


def test_a_draft_is_seen_by_its_reviewer_alone(
    celina: Person, bogdan: Person, aigerim: Person, call: Call, refused: Refused
) -> None:
    review = review_start(celina, call)
    assert review_visible_to(celina, review.pk) == review
    for other in (bogdan, aigerim):
        with refused("review_missing"):
            review_visible_to(other, review.pk)


def test_submitted_it_goes_with_its_call(
    celina: Person, bogdan: Person, aigerim: Person, daniyar: Person, call: Call, refused: Refused
) -> None:
    review = submitted(celina, call)
    assert {review_visible_to(who, review.pk) for who in (celina, bogdan, aigerim)} == {review}
    with refused("review_missing"):
        review_visible_to(daniyar, review.pk)


def test_two_on_one_call_know_of_each_other(celina: Person, bogdan: Person, call: Call, frozen_clock: Any) -> None:
    review_start(celina, call)
    assert [draft.reviewer for draft in others_at_work(bogdan, call)] == [celina]
    assert others_at_work(celina, call) == []
    frozen_clock.advance(minutes=11)
    assert others_at_work(bogdan, call) == []


def test_it_is_blind_only_if_the_machine_was_not_shown(celina: Person, bogdan: Person, call: Call) -> None:
    machine_show(bogdan, call)
    assert submitted(celina, call).is_blind is True
    assert submitted(bogdan, call).is_blind is False


def test_a_discarded_draft_is_gone_and_told(celina: Person, call: Call) -> None:
    review = review_start(celina, call)
    review_discard(celina, review, version=1)
    assert not Review.objects.exists()
    assert AuditEntry.objects.filter(verb="review.discarded", person=celina).count() == 1


def test_another_call_type_keeps_what_was_said_of_the_criteria_that_stay(celina: Person, call: Call) -> None:
    review = marked(celina, review_start(celina, call), "need", Judgement.HALF)
    review = review_call_type(celina, review, "service", version=review.version)
    assert review.marks.get(criterion="need").judgement == Judgement.HALF
    assert [mark.criterion for mark in review.marks.all()] == CRITERIA


def test_words_that_are_too_long_are_refused(celina: Person, call: Call, refused: Refused) -> None:
    review = review_start(celina, call)
    with refused("mark_invalid"):
        review_note(celina, review, comment="a" * 5001, praise="", version=1)
    review.refresh_from_db()
    assert review.version == 1


def test_who_has_submitted_one_changes_that_and_begins_no_second(celina: Person, call: Call, refused: Refused) -> None:
    first = submitted(celina, call)
    with refused("review_closed"):
        review_start(celina, call)
    draft = review_reopen(celina, first, reason="heard again")
    assert review_start(celina, call) == draft == review_reopen(celina, first, reason="once more")


def test_a_reason_is_not_lost_behind_another_draft(celina: Person, call: Call, refused: Refused) -> None:
    other = review_start(celina, call)
    first = submitted_beside(celina, call, other)
    with refused("review_begun"):
        review_reopen(celina, first, reason="heard again")


def submitted_beside(person: Person, call: Call, draft: Review) -> Review:
    """As older versions let it stand: a submitted review and a draft that does not replace it."""
    Review.objects.filter(pk=draft.pk).update(state=ReviewState.REPLACED)
    first = submitted(person, call)
    Review.objects.filter(pk=draft.pk).update(state=ReviewState.DRAFT)
    return first
