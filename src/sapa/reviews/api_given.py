"""Calls for outside reviewers over the REST API: give, see how far they are, take back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from sapa.accounts.selectors import acting_person
from sapa.calls.giving import MOST_AT_ONCE, calls_give, calls_take_back, outside_reviewer
from sapa.core.api_shapes import ERRORS
from sapa.reviews.given import given_of

router = Router(tags=["outside reviewers"])
Username = Annotated[str, Field(min_length=1, max_length=150, description="The name to sign in with")]
CallIds = Annotated[list[UUID], Field(max_length=MOST_AT_ONCE)]


class GivenOut(Schema):
    """`state`: waiting, begun, marked, or run_out when the day has passed unmarked."""

    call_id: UUID
    person: str
    given_at: datetime
    until_on: date | None
    state: str


class GiveIn(Schema):
    person: Username
    call_ids: CallIds
    until_on: date | None = Field(None, description="The last day on which the calls are seen; null: no end")


class TakeBackIn(Schema):
    person: Username
    call_ids: CallIds


class CountOut(Schema):
    count: int


@router.get("/given", response={200: list[GivenOut], **ERRORS}, summary="Calls given to outside reviewers")
def given_list(
    request: HttpRequest,
    person: Annotated[str, Query(max_length=150)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> list[dict[str, Any]]:
    """Of the calls that you see, the newest given first; with `person` of that one alone."""
    rows = given_of(acting_person(request), outside_reviewer(person) if person else None)
    return [
        {
            "call_id": one["call"],
            "person": one["person__username"],
            "given_at": one["given_at"],
            "until_on": one["until_on"],
            "state": one["state"],
        }
        for one in rows.values("call", "person__username", "given_at", "until_on", "state")[offset : offset + limit]
    ]


@router.post("/given", response={200: CountOut, **ERRORS}, summary="Give calls to an outside reviewer")
def given_post(request: HttpRequest, given: GiveIn) -> dict[str, int]:
    """Calls that you do not see are passed over; `count` are those that are new to the person."""
    person = outside_reviewer(given.person)
    return {"count": calls_give(acting_person(request), person, given.call_ids, until_on=given.until_on)}


@router.post("/given/take-back", response={200: CountOut, **ERRORS}, summary="Take calls back")
def take_back(request: HttpRequest, given: TakeBackIn) -> dict[str, int]:
    """Out of the person's sight at once; what was submitted counts on."""
    person = outside_reviewer(given.person)
    return {"count": calls_take_back(acting_person(request), person, given.call_ids)}
