"""Which calls an outside reviewer may be given, and how far they are with those they were given (ADR 18)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Case, CharField, Count, Exists, Min, OuterRef, Q, QuerySet, Value, When
from django.utils.timezone import localdate

from sapa.accounts.models import Person
from sapa.calls.errors import GivingCountInvalid
from sapa.calls.giving import MOST_AT_ONCE, calls_give, given_visible_to, outside_reviewers
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
class Draw:
    """How many of a list of calls: the newest, or drawn by chance; without those that somebody marked, if so wished."""

    count: int
    by_chance: bool = False
    skip_marked: bool = True


@dataclass(frozen=True)
class GivenSum:
    """How one outside reviewer stands. `next_on` is the first day on which something unmarked runs out."""

    person: Person
    given: int = 0
    marked: int = 0
    begun: int = 0
    waiting: int = 0
    run_out: int = 0
    next_on: date | None = None


def calls_to_give(calls: QuerySet[Call], person: Person, *, skip_marked: bool) -> QuerySet[Call]:
    """Of these calls the graded ones that the person does not have; with `skip_marked` only those nobody marked."""
    graded = EvaluationRecord.objects.filter(call=OuterRef("pk"))
    has = GivenCall.objects.filter(call=OuterRef("pk"), person=person)
    free = calls.filter(Exists(graded), ~Exists(has))
    if skip_marked:
        free = free.filter(~Exists(Review.objects.filter(call=OuterRef("pk"), state=ReviewState.SUBMITTED)))
    return free


@transaction.atomic
def calls_draw(
    actor: Person, person: Person, calls: QuerySet[Call], draw: Draw, *, until_on: date | None = None
) -> int:
    """Give so many of these calls; how many there were. Raises what `calls_give` raises."""
    if not 1 <= draw.count <= MOST_AT_ONCE:
        raise GivingCountInvalid(MOST_AT_ONCE)
    free = calls_to_give(calls, person, skip_marked=draw.skip_marked)
    ordered = free.order_by("?") if draw.by_chance else free.order_by("-started_at", "id")
    return calls_give(actor, person, list(ordered.values_list("pk", flat=True)[: draw.count]), until_on=until_on)


def given_of(actor: Person, person: Person | None = None) -> QuerySet[Any]:
    """What was given of the calls that `actor` sees, the newest first, each a `GivenCall` with its
    `state`. Raises `GivingNotAllowed`."""
    rows = given_visible_to(actor).select_related("call__queue", "person")
    if person is not None:
        rows = rows.filter(person=person)
    reviews = Review.objects.filter(call=OuterRef("call"), reviewer=OuterRef("person"))
    state = Case(
        When(Exists(reviews.filter(state__in=SUBMITTED)), then=Value(GivenState.MARKED.value)),
        When(until_on__lt=localdate(now_at()), then=Value(GivenState.RUN_OUT.value)),
        When(Exists(reviews.filter(state=ReviewState.DRAFT)), then=Value(GivenState.BEGUN.value)),
        default=Value(GivenState.WAITING.value),
        output_field=CharField(),
    )
    return rows.annotate(state=state).order_by("-given_at", "-pk")


def given_sums(actor: Person) -> list[GivenSum]:
    """Every outside reviewer who may sign in, and how far each is. Raises `GivingNotAllowed`."""
    by_state = {state.value: Count("pk", filter=Q(state=state.value)) for state in GivenState}
    is_open = Q(state__in=(GivenState.WAITING.value, GivenState.BEGUN.value))
    counted = given_of(actor).order_by().values("person")
    rows = counted.annotate(given=Count("pk"), next_on=Min("until_on", filter=is_open), **by_state)
    facts: dict[int, dict[str, Any]] = {row.pop("person"): row for row in rows}
    return [GivenSum(person, **facts.get(person.pk, {})) for person in outside_reviewers()]
