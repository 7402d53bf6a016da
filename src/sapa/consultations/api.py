"""Drafts open for comment over the REST API: those open to you, their comments, and one more."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Path, Router, Schema, Status
from pydantic import Field

from sapa.accounts.models import Person
from sapa.accounts.selectors import acting_person
from sapa.consultations.comments import LONGEST_COMMENT, comment_add
from sapa.consultations.models import Comment, Consultation
from sapa.consultations.readings import WHOLE_FORM, part_digest
from sapa.consultations.selectors import (
    card_now,
    comments_visible_to,
    consultation_visible_to,
    consultations_open_to,
    standing_of,
)
from sapa.consultations.types import Said
from sapa.core.api_shapes import ERRORS
from sapa.scorecards.types import Scorecard

router = Router(tags=["consultations"])
ConsultationId = Annotated[int, Path(ge=1, lt=2**31)]
Kinds = Literal["clear", "unclear", "unfair", "missing", "idea"]


class CriterionOut(Schema):
    """Texts are by language. `read` goes with a comment on it."""

    key: str
    title: dict[str, str]
    help: dict[str, str]
    anchors: dict[str, dict[str, str]]
    weights: dict[str, float]
    critical: bool
    read: str


class ConsultationOut(Schema):
    """`read` goes with a comment on the whole form. With `is_shared` comments are read by all whom it is open to."""

    id: int
    form: str
    title: dict[str, str]
    purpose: dict[str, str]
    note: str
    opened_by: str
    opened_at: datetime
    until_on: date | None
    is_shared: bool
    read: str
    criteria: list[CriterionOut]


class CommentIn(Schema):
    """`criterion` is empty for the whole form; `read` as it came with what was read."""

    criterion: Annotated[str, Field(max_length=40)] = WHOLE_FORM
    kind: Kinds
    text: Annotated[str, Field(min_length=1, max_length=LONGEST_COMMENT)]
    read: Annotated[str, Field(max_length=64)]


class CommentOut(Schema):
    """`outcome` is empty until somebody answered, then `answered` or `taken_up`."""

    id: int
    criterion: str
    kind: str
    text: str
    author: str
    written_at: datetime
    changed_at: datetime | None
    outcome: str
    reply: str
    replied_at: datetime | None


@router.get(
    "/consultations", response={200: list[ConsultationOut], **ERRORS}, summary="Drafts of forms open to you for comment"
)
def consultation_list(request: HttpRequest) -> list[dict[str, Any]]:
    open_now = consultations_open_to(_person(request)).select_related("opened_by")
    return [_shape(one, card_now(one, standing_of(one))) for one in open_now]


@router.get(
    "/consultations/{consultation_id}/comments",
    response={200: list[CommentOut], **ERRORS},
    summary="Your comments, and those that you may read, newest first",
)
def comment_list(request: HttpRequest, consultation_id: ConsultationId) -> list[dict[str, Any]]:
    person = _person(request)
    return [_told(one) for one in comments_visible_to(person, consultation_visible_to(person, consultation_id))]


@router.post(
    "/consultations/{consultation_id}/comments",
    response={201: CommentOut, **ERRORS},
    summary="Comment on a criterion, or on the whole form",
)
def comment_post(request: HttpRequest, consultation_id: ConsultationId, given: CommentIn) -> Status[dict[str, Any]]:
    """409 `wording_changed` when the draft is worded otherwise by now: read it again."""
    person = _person(request)
    consultation = consultation_visible_to(person, consultation_id)
    said = Said(given.criterion, given.kind, given.text, given.read)
    return Status(201, _told(comment_add(person, consultation, said)))


def _person(request: HttpRequest) -> Person:
    return acting_person(request)


def _shape(consultation: Consultation, card: Scorecard) -> dict[str, Any]:
    fields = ("id", "note", "opened_at", "until_on", "is_shared")
    return {
        **{field: getattr(consultation, field) for field in fields},
        "form": consultation.form_key,
        "title": card.title,
        "purpose": card.purpose,
        "opened_by": str(consultation.opened_by),
        "read": part_digest(card, WHOLE_FORM),
        "criteria": [
            {
                **{field: getattr(one, field) for field in ("key", "title", "help", "anchors", "weights", "critical")},
                "read": part_digest(card, one.key),
            }
            for one in card.criteria
        ],
    }


def _told(comment: Comment) -> dict[str, Any]:
    fields = ("id", "criterion", "kind", "text", "written_at", "changed_at", "outcome", "reply", "replied_at")
    return {**{field: getattr(comment, field) for field in fields}, "author": str(comment.author)}
