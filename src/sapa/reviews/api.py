"""People's marks over the REST API: begin a review, mark, submit, read; and how far the machine can be trusted."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from sapa.accounts.models import Person
from sapa.accounts.selectors import acting_person
from sapa.calls.selectors import call_visible_to, calls_visible_to
from sapa.core.api_shapes import ERRORS
from sapa.reviews.errors import ReviewNotAllowed
from sapa.reviews.models import Review
from sapa.reviews.selectors import draft_of, review_visible_to, reviews_by, reviews_of
from sapa.reviews.services import (
    LONGEST_TEXT,
    review_discard,
    review_mark,
    review_note,
    review_reopen,
    review_start,
    review_submit,
    review_undo,
)
from sapa.reviews.trust import trust_by_criterion
from sapa.reviews.types import Fault, Judgement, MarkChange, Stretch
from sapa.scorecards.types import Verdict

router = Router(tags=["reviews"])
Version = Annotated[int, Field(ge=1, lt=2**31, description="The version of the review that was seen")]
Words = Annotated[str, Field(max_length=LONGEST_TEXT)]
Seconds = Annotated[float, Field(ge=0, le=10**6)]


class StretchShape(Schema):
    """A stretch of the call, seconds from its first sample."""

    start_s: Seconds
    end_s: Seconds
    quote: Words = ""


class MarkIn(Schema):
    """What is left out stays as it is. A stretch is added to those that are there."""

    version: Version
    judgement: Literal["open", "1", "0.5", "0", "not_applicable", "cannot_tell"] | None = None
    comment: Words | None = None
    fault: Literal["agent", "process", "outside"] | None = None
    praised: bool | None = None
    stretch: StretchShape | None = None


class NoteIn(Schema):
    version: Version
    comment: Words = ""
    praise: Words = ""


class VersionIn(Schema):
    version: Version


class SubmitIn(VersionIn):
    """`verdict` is for forms in the plain mode; left out, it is what the marks propose."""

    verdict: Literal["successful", "unsuccessful"] | None = None


class ReasonIn(Schema):
    reason: Words


class MarkOut(Schema):
    criterion: str
    weight: float
    critical: bool
    judgement: str
    comment: str
    fault: str
    praised: bool
    evidence: list[StretchShape]


class ReviewOut(Schema):
    id: UUID
    call_id: UUID
    scorecard: str
    revision: int
    call_type: str
    reviewer: str
    state: str
    version: int
    is_blind: bool | None
    cqr_pct: float | None
    coverage_pct: float
    verdict: str
    comment: str
    praise: str
    change_reason: str
    replaces: UUID | None
    started_at: datetime
    submitted_at: datetime | None
    marks: list[MarkOut]


class TrustOut(Schema):
    """`agreement_share` with its 95 % interval; `alpha` null where all marks are alike."""

    scorecard: str
    criterion: str
    calls: int
    agreement_share: float | None
    low_share: float
    high_share: float
    alpha: float | None
    machine_abstained: int
    is_trusted: bool


@router.get("/reviews", response={200: list[ReviewOut], **ERRORS}, summary="Your own reviews, newest first")
def review_list(
    request: HttpRequest,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> list[dict[str, Any]]:
    mine = reviews_by(_person(request)).select_related("reviewer").prefetch_related("marks")
    return [_shape(review) for review in mine[offset : offset + limit]]


@router.get("/calls/{call_id}/reviews", response={200: list[ReviewOut], **ERRORS}, summary="What people said of a call")
def reviews_of_call(request: HttpRequest, call_id: UUID) -> list[dict[str, Any]]:
    """Of others' reviews those that are yours to read: a reviewer who marks blind reads them after their own."""
    person = _person(request)
    return [_shape(review) for review in reviews_of(person, call_visible_to(person, call_id))]


@router.post("/calls/{call_id}/reviews", response={201: ReviewOut, 200: ReviewOut, **ERRORS}, summary="Begin a review")
def review_begin(request: HttpRequest, call_id: UUID) -> Status[dict[str, Any]]:
    """Your draft for this call: 201 when it was made now, 200 when you had begun it before."""
    person = _person(request)
    call = call_visible_to(person, call_id)
    was_there = draft_of(person, call) is not None
    return Status(200 if was_there else 201, _shape(review_start(person, call)))


@router.get("/reviews/{review_id}", response={200: ReviewOut, **ERRORS}, summary="One review")
def review_get(request: HttpRequest, review_id: UUID) -> dict[str, Any]:
    return _shape(review_visible_to(_person(request), review_id))


@router.patch("/reviews/{review_id}/marks/{criterion}", response={200: ReviewOut, **ERRORS}, summary="Mark a criterion")
def mark_patch(request: HttpRequest, review_id: UUID, criterion: str, given: MarkIn) -> dict[str, Any]:
    """409 `review_changed` when the review is of another version by now: read it again."""
    person = _person(request)
    draft = review_visible_to(person, review_id)
    change = MarkChange(
        judgement=Judgement(given.judgement) if given.judgement is not None else None,
        comment=given.comment,
        fault=Fault(given.fault) if given.fault is not None else None,
        praised=given.praised,
        stretch=Stretch(given.stretch.start_s, given.stretch.end_s, given.stretch.quote) if given.stretch else None,
    )
    return _again(person, review_mark(person, draft, criterion, change, version=given.version))


@router.put("/reviews/{review_id}/note", response={200: ReviewOut, **ERRORS}, summary="Comment and praise of a review")
def note_put(request: HttpRequest, review_id: UUID, given: NoteIn) -> dict[str, Any]:
    person = _person(request)
    draft = review_visible_to(person, review_id)
    return _again(person, review_note(person, draft, comment=given.comment, praise=given.praise, version=given.version))


@router.post("/reviews/{review_id}/undo", response={200: ReviewOut, **ERRORS}, summary="Take the last mark back")
def undo_post(request: HttpRequest, review_id: UUID, given: VersionIn) -> dict[str, Any]:
    person = _person(request)
    return _again(person, review_undo(person, review_visible_to(person, review_id), version=given.version))


@router.post("/reviews/{review_id}/submit", response={200: ReviewOut, **ERRORS}, summary="Submit a review")
def submit_post(request: HttpRequest, review_id: UUID, given: SubmitIn) -> dict[str, Any]:
    """Its marks count from now on, and the agent reads them. 409 `review_unfinished` names what is not marked yet."""
    person = _person(request)
    verdict = Verdict(given.verdict) if given.verdict else None
    draft = review_visible_to(person, review_id)
    return _again(person, review_submit(person, draft, version=given.version, verdict=verdict))


@router.post("/reviews/{review_id}/reopen", response={201: ReviewOut, **ERRORS}, summary="Change a submitted review")
def reopen_post(request: HttpRequest, review_id: UUID, given: ReasonIn) -> Status[dict[str, Any]]:
    """Gives a draft that replaces the review once it is submitted."""
    person = _person(request)
    draft = review_reopen(person, review_visible_to(person, review_id), reason=given.reason)
    return Status(201, _again(person, draft))


@router.delete("/reviews/{review_id}", response={204: None, **ERRORS}, summary="Put a draft away")
def review_delete(
    request: HttpRequest, review_id: UUID, version: Annotated[int, Query(ge=1, lt=2**31)]
) -> Status[None]:
    person = _person(request)
    review_discard(person, review_visible_to(person, review_id), version=version)
    return Status(204, None)


@router.get("/trust", response={200: list[TrustOut], **ERRORS}, summary="Agreement of machine and people")
def trust_get(request: HttpRequest) -> list[dict[str, Any]]:
    person = _person(request)
    if not person.may_manage:
        raise ReviewNotAllowed("Your role does not see how far the machine is trusted.")
    return [
        {
            "scorecard": one.scorecard,
            "criterion": one.criterion,
            "calls": one.agreement.pairs,
            "agreement_share": one.agreement.share if one.agreement.pairs else None,
            "low_share": one.agreement.interval.low,
            "high_share": one.agreement.interval.high,
            "alpha": one.agreement.alpha,
            "machine_abstained": one.abstained,
            "is_trusted": one.agreement.is_trusted,
        }
        for one in trust_by_criterion(calls_visible_to(person))
    ]


def _again(person: Person, review: Review) -> dict[str, Any]:
    return _shape(review_visible_to(person, review.pk))


def _person(request: HttpRequest) -> Person:
    return acting_person(request)


def _shape(review: Review) -> dict[str, Any]:
    fields = (
        "id", "call_id", "call_type", "state", "version", "is_blind", "cqr_pct", "coverage_pct", "verdict", "comment",
        "praise", "change_reason", "started_at", "submitted_at",
    )  # fmt: skip
    marks = ("criterion", "weight", "critical", "judgement", "comment", "fault", "praised", "evidence")
    return {
        **{field: getattr(review, field) for field in fields},
        "scorecard": review.revision.scorecard.key,
        "revision": review.revision.number,
        "reviewer": str(review.reviewer),
        "replaces": review.replaces_id,
        "marks": [{field: getattr(mark, field) for field in marks} for mark in review.marks.all()],
    }
