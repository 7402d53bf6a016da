"""How far each criterion's machine marks can be trusted: by blind reviews of the same calls (ADR 17)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import QuerySet

from sapa.calls.models import Call
from sapa.reviews.agreement import Agreement, agreement_of
from sapa.reviews.models import ReviewMark, ReviewState
from sapa.reviews.types import Judgement
from sapa.scorecards.models import MarkRecord
from sapa.scorecards.types import MarkState

SAID = (Judgement.FULL, Judgement.HALF, Judgement.ZERO)


@dataclass(frozen=True)
class Trust:
    """`abstained`: calls where a person gave a value and the machine none; they are in no pair."""

    scorecard: str
    criterion: str
    agreement: Agreement
    abstained: int


def trust_by_criterion(calls: QuerySet[Call] | None = None) -> list[Trust]:
    """Of these calls, or of all, in the order of scorecard and criterion. Criteria keep their key over revisions."""
    people = _people_said(calls)
    machine = _machine_said({call for _, _, call in people})
    pairs: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    abstained: dict[tuple[str, str], int] = defaultdict(int)
    for (scorecard, criterion, call), value in people.items():
        said = machine.get((scorecard, criterion, call))
        if said is None:
            abstained[scorecard, criterion] += 1
        else:
            pairs[scorecard, criterion].append((said, value))
    return [
        Trust(*place, agreement_of(pairs[place]), abstained[place]) for place in sorted(pairs.keys() | abstained.keys())
    ]


def trusted_criteria(scorecard_key: str) -> frozenset[str]:
    """Those whose machine marks may count in aggregates: they passed the bar on all calls reviewed blind."""
    return frozenset(
        one.criterion
        for one in trust_by_criterion()
        if one.scorecard == scorecard_key and one.agreement.is_trusted
    )  # fmt: skip


Place = tuple[str, str, object]


def _people_said(calls: QuerySet[Call] | None) -> dict[Place, float]:
    marks = ReviewMark.objects.filter(
        review__state__in=(ReviewState.SUBMITTED, ReviewState.REPLACED),  # a correction after the look hides no gap
        review__is_blind=True,
        judgement__in=[one.value for one in SAID],
    )
    if calls is not None:
        marks = marks.filter(review__call__in=calls)
    fields = ("review__revision__scorecard__key", "criterion", "review__call_id", "judgement")
    said: dict[Place, float] = {}
    for scorecard, criterion, call, judgement in marks.order_by("review__submitted_at").values_list(*fields):
        said[scorecard, criterion, call] = float(judgement)  # the newest of a call stays
    return said


def _machine_said(calls: set[object]) -> dict[Place, float]:
    said: dict[Place, float] = {}
    fields = ("evaluation__revision__scorecard__key", "criterion", "evaluation__call_id", "value")
    marks = MarkRecord.objects.filter(state=MarkState.MARKED, value__isnull=False)
    marks = marks.filter(evaluation__call__reviews__is_blind=True).distinct().order_by("evaluation__created_at")
    for scorecard, criterion, call, value, _at in marks.values_list(*fields, "evaluation__created_at"):
        if call in calls and value is not None:
            said[scorecard, criterion, call] = value
    return said
