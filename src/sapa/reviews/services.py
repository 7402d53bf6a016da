"""What reviewers do: begin, mark, undo, submit, change. Each names the version of the review that it saw."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from sapa.accounts.models import Person
from sapa.audit.services import audit_write
from sapa.calls.models import Call
from sapa.calls.selectors import call_visible_to
from sapa.core.clock import now_at
from sapa.reviews.errors import (
    MarkInvalid,
    NothingToUndo,
    ReasonMissing,
    ReviewBegun,
    ReviewChanged,
    ReviewClosed,
    ReviewMissing,
    ReviewNotAllowed,
    ReviewUnfinished,
)
from sapa.reviews.models import CountedMark, MachineShown, Review, ReviewEdit, ReviewMark, ReviewState
from sapa.reviews.scoring import criteria_for, score_of_marks
from sapa.reviews.selectors import calls_to_mark, is_blind, unasked_in, was_shown_machine
from sapa.reviews.types import Judgement, MarkChange
from sapa.scorecards.models import EvaluationRecord, ScorecardRevision
from sapa.scorecards.selectors import evaluations_of, scorecard_of
from sapa.scorecards.services import revision_for
from sapa.scorecards.types import Scorecard, Verdict

LONGEST_TEXT = 5000
MOST_STRETCHES = 20
MOST_TRIED = 50  # calls that others take while we look
_CHANGED_BY_A_MARK = ("judgement", "comment", "fault", "praised", "evidence")


@transaction.atomic
def review_start(person: Person, call: Call) -> Review:
    """This person's draft for the call, begun if there is none: by the form and call type the machine used, else by
    those the call would get. Raises `ReviewClosed` for who has submitted one: that is changed by `review_reopen`."""
    if not person.marks_calls:
        raise ReviewNotAllowed
    call = call_visible_to(person, call.pk)
    mine = Review.objects.filter(call=call, reviewer=person)
    if not mine.filter(state=ReviewState.DRAFT).exists() and mine.filter(state=ReviewState.SUBMITTED).exists():
        raise ReviewClosed
    evaluation = next(iter(evaluations_of(call)), None)
    revision = evaluation.revision if evaluation else revision_for(call)
    at = now_at()
    review, is_new = Review.objects.get_or_create(
        call=call,
        reviewer=person,
        state=ReviewState.DRAFT,
        defaults={
            "revision": revision,
            "call_type": _call_type(call, revision, evaluation),
            "started_at": at,
            "saved_at": at,
        },
    )
    if is_new:
        _rows_make(review, scorecard_of(revision))
    return review


@transaction.atomic
def review_start_next(person: Person) -> Review | None:
    """The draft for the call that waits for this person; None when none does. Two who ask at once get two calls."""
    if not person.marks_calls:
        raise ReviewNotAllowed
    for call_id in calls_to_mark(person).values_list("pk", flat=True)[:MOST_TRIED]:
        _lock(call_id)
        if calls_to_mark(person).filter(pk=call_id).exists():  # nobody began it while we waited
            return review_start(person, Call.objects.get(pk=call_id))
    return None


def _call_type(call: Call, revision: ScorecardRevision, evaluation: EvaluationRecord | None) -> str:
    known = [one.key for one in scorecard_of(revision).call_types]
    wanted = evaluation.call_type if evaluation else call.call_type
    return wanted if wanted in known else known[0]


def _rows_make(review: Review, card: Scorecard) -> None:
    """Rows for the criteria of the review's call type; what was said already of one that stays is kept."""
    said = {mark.criterion: mark for mark in review.marks.all()}
    review.marks.all().delete()
    for position, (criterion, weight) in enumerate(criteria_for(card, review.call_type)):
        row = said.get(criterion.key) or ReviewMark(criterion=criterion.key)
        row.pk, row.review, row.position, row.weight, row.critical = (
            None, review, position, weight, criterion.critical,
        )  # fmt: skip
        row.save(force_insert=True)


@transaction.atomic
def review_mark(person: Person, review: Review, criterion: str, change: MarkChange, *, version: int) -> Review:
    """Raises `ReviewChanged` when the draft is not of that version any more, `MarkInvalid`. Sent twice, as after an
    answer that was lost, a change is done once."""
    _own(person, review)
    mark = ReviewMark.objects.filter(review=review, criterion=criterion).first()
    if mark is None:
        raise MarkInvalid(f"This form has no criterion {criterion!r} for calls of this type.")
    if change.judgement is Judgement.NOT_APPLICABLE and not _may_be_left_out(review, criterion):
        raise MarkInvalid("This form does not let this criterion be left out as not applicable.")
    before = _state_of(mark)
    if _is_done(mark, change, version):
        return Review.objects.get(pk=review.pk)
    _apply(mark, change)
    if _state_of(mark) == before:  # nothing is new
        return Review.objects.get(pk=review.pk)
    draft = _claim(person, review, version)
    ReviewEdit.objects.create(review=draft, version=draft.version, criterion=criterion, before=before)
    mark.save(update_fields=_CHANGED_BY_A_MARK)
    return _scored(draft)


@transaction.atomic
def review_note(person: Person, review: Review, *, comment: str, praise: str, version: int) -> Review:
    said = {"comment": _text(comment), "praise": _text(praise)}
    if said == {"comment": review.comment, "praise": review.praise}:
        return review
    draft = _claim(person, review, version)
    draft.comment, draft.praise = said["comment"], said["praise"]
    draft.save(update_fields=["comment", "praise"])
    return draft


@transaction.atomic
def review_call_type(person: Person, review: Review, call_type: str, *, version: int) -> Review:
    """The criteria and weights become those of this call type. What was undone before cannot be brought back."""
    draft = _claim(person, review, version)
    card = scorecard_of(draft.revision)
    if call_type not in {one.key for one in card.call_types}:
        raise MarkInvalid(f"This form has no call type {call_type!r}.")
    draft.call_type = call_type
    draft.save(update_fields=["call_type"])
    draft.edits.all().delete()
    _rows_make(draft, card)
    return _scored(draft)


@transaction.atomic
def review_undo(person: Person, review: Review, *, version: int) -> Review:
    """Takes back the last change of a mark. Raises `NothingToUndo`."""
    draft = _claim(person, review, version)
    last = draft.edits.order_by("-version").first()
    if last is None:
        raise NothingToUndo
    draft.marks.filter(criterion=last.criterion).update(**last.before)
    last.delete()
    return _scored(draft)


@transaction.atomic
def review_submit(person: Person, review: Review, *, version: int, verdict: Verdict | None = None) -> Review:
    """The marks count from now on, and the agent reads them. What the form did not ask is not applicable.

    `verdict` is for forms in the plain mode, where a person says it; left out, it is what the marks propose. Raises
    `ReviewUnfinished`.
    """
    draft = _claim(person, review, version)
    _lock(draft.call_id)
    unasked = unasked_in(draft)
    draft.marks.filter(criterion__in=unasked).update(judgement=Judgement.NOT_APPLICABLE)
    _scored(draft)  # what is known of the call may be other than at the last mark
    marks = list(draft.marks.all())
    unsaid = [mark.criterion for mark in marks if mark.judgement == Judgement.OPEN]
    if unsaid:
        raise ReviewUnfinished(unsaid)
    card = scorecard_of(draft.revision)
    if card.mode == "plain":
        draft.verdict = verdict or score_of_marks(marks, card).proposed or Verdict.UNDECIDED
        if draft.verdict == Verdict.UNDECIDED:
            raise ReviewUnfinished(["verdict"])
        draft.save(update_fields=["verdict"])
    at = now_at()
    draft.state, draft.submitted_at = ReviewState.SUBMITTED, at
    draft.is_blind = is_blind(person) and not was_shown_machine(person, draft.call)
    draft.save(update_fields=["state", "submitted_at", "is_blind"])
    draft.edits.all().delete()
    if draft.replaces_id:
        Review.objects.filter(pk=draft.replaces_id).update(state=ReviewState.REPLACED)
    _count(draft, marks, at)
    audit_write("review.submitted", **_named(person, draft), is_blind=draft.is_blind, cqr_pct=draft.cqr_pct)
    return draft


@transaction.atomic
def review_reopen(person: Person, review: Review, *, reason: str) -> Review:
    """A draft that will replace this review. The old one stays, and counts until then. Raises `ReasonMissing`,
    `ReviewBegun`."""
    if not reason.strip():
        raise ReasonMissing
    _own(person, review)
    _lock(review.call_id)
    review.refresh_from_db(fields=["state"])
    if review.state != ReviewState.SUBMITTED:
        raise ReviewClosed
    at = now_at()
    draft, is_new = Review.objects.get_or_create(
        call=review.call,
        reviewer=person,
        state=ReviewState.DRAFT,
        defaults={
            "revision": review.revision, "call_type": review.call_type, "replaces": review,
            "change_reason": _text(reason), "comment": review.comment, "praise": review.praise,
            "cqr_pct": review.cqr_pct, "coverage_pct": review.coverage_pct, "verdict": review.verdict,
            "started_at": at, "saved_at": at,
        },
    )  # fmt: skip
    if is_new:
        for mark in review.marks.all():
            mark.pk, mark.review = None, draft
            mark.save(force_insert=True)
        # What was not asked was stored as n.a.; asked after all, it has to be said.
        draft.marks.filter(criterion__in=unasked_in(draft)).update(judgement=Judgement.OPEN)
        audit_write("review.reopened", **_named(person, draft), reason=draft.change_reason)
    elif draft.replaces_id != review.pk:
        raise ReviewBegun
    return draft


@transaction.atomic
def review_discard(person: Person, review: Review, *, version: int) -> None:
    """A draft is put away; of a submitted review nothing can be."""
    draft = _claim(person, review, version)
    audit_write("review.discarded", **_named(person, draft))
    draft.delete()


def machine_ask(person: Person, call: Call) -> None:
    """A reviewer asks for the machine's marks before their own. Raises `ReviewNotAllowed`."""
    if not person.controls_quality:
        raise ReviewNotAllowed
    machine_show(person, call)


def machine_show(person: Person, call: Call) -> None:
    """Write down that this person is shown the machine's marks now. Whoever does not mark calls is not asked about."""
    if person.marks_calls:
        MachineShown.objects.get_or_create(call=call, person=person, defaults={"at": now_at()})


def _count(review: Review, marks: list[ReviewMark], at: datetime) -> None:
    """The newest review counts whole: another call type may have other criteria."""
    call, scorecard = review.call, review.revision.scorecard
    CountedMark.objects.filter(call=call, scorecard=scorecard).delete()
    CountedMark.objects.bulk_create(
        CountedMark(call=call, scorecard=scorecard, criterion=mark.criterion, mark=mark, since=at) for mark in marks
    )


def _lock(call_id: UUID) -> None:
    """One at a time on a call: of two reviews submitted at once the one named later counts, whole."""
    Call.objects.select_for_update(no_key=True, of=("self",)).get(pk=call_id)


def _own(person: Person, review: Review) -> None:
    call_visible_to(person, review.call_id)
    if review.reviewer_id != person.pk or not person.marks_calls:
        raise ReviewNotAllowed("Only who made a review changes it. Mark the call yourself, beside theirs.")


def _claim(person: Person, review: Review, version: int) -> Review:
    """The draft with its next version, if it was of this one; the conditional update is the lock."""
    _own(person, review)
    at = now_at()
    ours = Review.objects.filter(pk=review.pk, version=version, state=ReviewState.DRAFT)
    if not ours.update(version=F("version") + 1, saved_at=at):
        now = Review.objects.filter(pk=review.pk).first()
        if now is None:
            raise ReviewMissing
        raise ReviewChanged(now.version) if now.is_draft else ReviewClosed
    return Review.objects.select_related("call", "revision__scorecard").get(pk=review.pk)


def _may_be_left_out(review: Review, criterion: str) -> bool:
    return next((one.na_allowed for one in scorecard_of(review.revision).criteria if one.key == criterion), True)


def _is_done(mark: ReviewMark, change: MarkChange, version: int) -> bool:
    """Whether the version after the one named was made by this very change, and nothing came later."""
    done = ReviewEdit.objects.filter(review=mark.review_id, version=version + 1, criterion=mark.criterion)
    edit = done.filter(review__version=version + 1).first()
    if edit is None:
        return False
    repeated = ReviewMark(criterion=mark.criterion, **edit.before)
    _apply(repeated, change)
    return _state_of(repeated) == _state_of(mark)


def _scored(draft: Review) -> Review:
    score = score_of_marks(draft.marks.all(), scorecard_of(draft.revision), unasked=unasked_in(draft))
    draft.cqr_pct, draft.coverage_pct, draft.verdict = score.cqr_pct, score.coverage_pct, score.verdict.value
    draft.save(update_fields=["cqr_pct", "coverage_pct", "verdict"])
    return draft


def _state_of(mark: ReviewMark) -> dict[str, Any]:
    return {field: getattr(mark, field) for field in _CHANGED_BY_A_MARK}


def _apply(mark: ReviewMark, change: MarkChange) -> None:
    if change.judgement is not None:
        mark.judgement = change.judgement.value
    if change.comment is not None:
        mark.comment = _text(change.comment)
    if change.fault is not None:
        mark.fault = change.fault.value
    if change.praised is not None:
        mark.praised = change.praised
    if change.without_stretch is not None:
        if not 0 <= change.without_stretch < len(mark.evidence):
            raise MarkInvalid("There is no such stretch of the call at this mark.")
        mark.evidence = [one for place, one in enumerate(mark.evidence) if place != change.without_stretch]
    if change.stretch is not None:
        if len(mark.evidence) >= MOST_STRETCHES:
            raise MarkInvalid(f"A mark points at {MOST_STRETCHES} stretches of the call at most.")
        if change.stretch.end_s < change.stretch.start_s:
            raise MarkInvalid("A stretch of the call ends after it begins.")
        mark.evidence = [*mark.evidence, {**asdict(change.stretch), "quote": _text(change.stretch.quote)}]


def _text(given: str) -> str:
    if len(given) > LONGEST_TEXT:
        raise MarkInvalid(f"The text is longer than {LONGEST_TEXT} signs.")
    return given.replace("\x00", "").strip()


def _named(person: Person, review: Review) -> dict[str, Any]:
    return {"subject": f"call {review.call_id}", "person": person, "review": str(review.pk)}
