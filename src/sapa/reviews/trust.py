"""How far each criterion's machine marks can be trusted: by blind reviews of the same calls (ADR 17)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from sapa.calls.models import Call
from sapa.reviews.agreement import Agreement, agreement_of
from sapa.reviews.models import Review, ReviewMark, ReviewState
from sapa.reviews.types import Judgement
from sapa.scorecards.models import MarkRecord
from sapa.scorecards.types import MarkState

SAID = (Judgement.FULL, Judgement.HALF, Judgement.ZERO)


@dataclass(frozen=True)
class Trust:
    """`abstained`: calls where a person gave a value and the machine abstained; they are in no pair. What the machine
    held for not applicable, or was not asked, is in neither."""

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
        state, said = machine.get((scorecard, criterion, call), ("", None))
        if state == MarkState.ABSTAINED:
            abstained[scorecard, criterion] += 1
        elif said is not None:
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


def _machine_said(calls: set[object]) -> dict[Place, tuple[str, float | None]]:
    """State and value; of several revisions the newest speaks, though it abstains."""
    said: dict[Place, tuple[str, float | None]] = {}
    fields = ("evaluation__revision__scorecard__key", "criterion", "evaluation__call_id", "state", "value")
    blind = Review.objects.filter(call=OuterRef("evaluation__call"), is_blind=True)
    marks = MarkRecord.objects.filter(Exists(blind)).order_by("evaluation__created_at", "evaluation_id")
    for scorecard, criterion, call, state, value in marks.values_list(*fields):
        if call in calls:
            said[scorecard, criterion, call] = (state, value)
    return said
