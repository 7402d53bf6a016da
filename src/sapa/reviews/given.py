"""Which calls an outside reviewer may be given, and how far they are with those they were given (ADR 18)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import localdate

from sapa.accounts.models import Person
from sapa.calls.giving import given_visible_to, outside_reviewers
from sapa.calls.models import Call, GivenCall
from sapa.core.clock import now_at
from sapa.reviews.models import Review, ReviewState
from sapa.reviews.selectors import SUBMITTED
from sapa.scorecards.models import EvaluationRecord


class GivenState(StrEnum):
    WAITING = "waiting"
    BEGUN = "begun"
    MARKED = "marked"
    RUN_OUT = "run_out"


@dataclass(frozen=True)
class Given:
    call: Call
    person: Person
    row: GivenCall
    state: GivenState


@dataclass(frozen=True)
class GivenSum:
    """How one outside reviewer stands. `next_on` is the first day on which something unmarked runs out."""

    person: Person
    given: int
    marked: int
    begun: int
    waiting: int
    run_out: int
    next_on: date | None


def calls_to_give(calls: QuerySet[Call], person: Person, *, skip_marked: bool) -> QuerySet[Call]:
    """Of these calls the graded ones that the person does not have; with `skip_marked` only those nobody marked."""
    graded = EvaluationRecord.objects.filter(call=OuterRef("pk"))
    has = GivenCall.objects.filter(call=OuterRef("pk"), person=person)
    free = calls.filter(Exists(graded), ~Exists(has))
    if skip_marked:
        free = free.filter(~Exists(Review.objects.filter(call=OuterRef("pk"), state=ReviewState.SUBMITTED)))
    return free


def given_of(actor: Person, person: Person | None = None) -> list[Given]:
    """What was given of the calls that `actor` sees, the newest first. Raises `GivingNotAllowed`."""
    rows = given_visible_to(actor).select_related("call__queue", "person")
    if person is not None:
        rows = rows.filter(person=person)
    reviews = Review.objects.filter(call=OuterRef("call"), reviewer=OuterRef("person"))
    rows = rows.annotate(
        is_marked=Exists(reviews.filter(state__in=SUBMITTED)), is_begun=Exists(reviews.filter(state=ReviewState.DRAFT))
    )
    today = localdate(now_at())
    return [Given(row.call, row.person, row, _state(row, today)) for row in rows.order_by("-given_at", "-pk")]


def given_sums(actor: Person) -> list[GivenSum]:
    """Every outside reviewer who may sign in, and how far each is. Raises `GivingNotAllowed`."""
    rows = given_of(actor)
    return [_sum(person, [row for row in rows if row.person == person]) for person in outside_reviewers()]


def _state(row: GivenCall, today: date) -> GivenState:
    if row.is_marked:  # type: ignore[attr-defined]
        return GivenState.MARKED
    if row.until_on is not None and row.until_on < today:
        return GivenState.RUN_OUT
    return GivenState.BEGUN if row.is_begun else GivenState.WAITING  # type: ignore[attr-defined]


def _sum(person: Person, rows: Iterable[Given]) -> GivenSum:
    states = [row.state for row in rows]
    is_open = {GivenState.WAITING, GivenState.BEGUN}
    days = [row.row.until_on for row in rows if row.state in is_open and row.row.until_on]
    return GivenSum(
        person=person,
        given=len(states),
        marked=states.count(GivenState.MARKED),
        begun=states.count(GivenState.BEGUN),
        waiting=states.count(GivenState.WAITING),
        run_out=states.count(GivenState.RUN_OUT),
        next_on=min(days, default=None),
    )
