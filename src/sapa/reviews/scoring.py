"""From a person's judgements to the marks and the score that every other evaluation has too. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from sapa.reviews.models import ReviewMark
from sapa.reviews.types import Judgement
from sapa.scorecards.cqr import score_of
from sapa.scorecards.types import Criterion, CriterionMark, Mark, MarkState, Reason, Score, Scorecard

BY_A_PERSON = "person"
_STATES = {
    Judgement.OPEN: MarkState.ABSTAINED,
    Judgement.CANNOT_TELL: MarkState.ABSTAINED,
    Judgement.NOT_APPLICABLE: MarkState.NOT_APPLICABLE,
}


def score_of_marks(marks: Iterable[ReviewMark], *, band_pct: float) -> Score:
    """What is not marked yet, or cannot be told, lowers the coverage as an abstention of the machine does."""
    return score_of([_graded(mark) for mark in marks], band_pct=band_pct)


def criteria_for(card: Scorecard, call_type: str) -> list[tuple[Criterion, float]]:
    """The criteria that a call of this type is marked by, with their weights, in the order of the form."""
    return [(one, one.weights[call_type]) for one in card.criteria if one.weights.get(call_type)]


def _graded(mark: ReviewMark) -> CriterionMark:
    judgement = Judgement(mark.judgement)
    state = _STATES.get(judgement, MarkState.MARKED)
    value = Mark(judgement.number, state, 1.0, BY_A_PERSON, Reason("person", {}))
    return CriterionMark(mark.criterion, mark.weight, mark.critical, value)
