"""From a person's judgements to the marks and the score that every other evaluation has too. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from sapa.reviews.types import Judgement
from sapa.scorecards.conditions import conditions_hold, in_asking_order
from sapa.scorecards.cqr import score_of
from sapa.scorecards.types import Criterion, CriterionMark, Mark, MarkState, Reason, Score, Scorecard

BY_A_PERSON = "person"
_STATES = {
    Judgement.OPEN: MarkState.ABSTAINED,
    Judgement.CANNOT_TELL: MarkState.ABSTAINED,
    Judgement.NOT_APPLICABLE: MarkState.NOT_APPLICABLE,
}


class Judged(Protocol):
    """What a person said of one criterion, wherever it is kept."""

    @property
    def criterion(self) -> str: ...
    @property
    def weight(self) -> float: ...
    @property
    def critical(self) -> bool: ...
    @property
    def judgement(self) -> str: ...


def score_of_marks(marks: Iterable[Judged], card: Scorecard, *, unasked: Collection[str] = ()) -> Score:
    """What is not marked yet, or cannot be told, lowers the coverage as an abstention of the machine does."""
    graded = [_graded(mark, is_asked=mark.criterion not in unasked) for mark in marks]
    return score_of(graded, band_pct=card.band_pct, mode=card.mode)


def unasked_of(
    card: Scorecard, marks: Sequence[Judged], *, facts: Mapping[str, str], measures: Mapping[str, float | None]
) -> frozenset[str]:
    """Keys of the criteria whose conditions surely fail; what nobody can tell yet is asked."""
    rows = {mark.criterion: mark for mark in marks}
    answers: dict[str, Mark] = {}
    unasked: set[str] = set()
    for criterion in in_asking_order([one for one in card.criteria if one.key in rows]):
        holds = conditions_hold(criterion.conditions, answers=answers, facts=facts, measures=measures)
        if holds is False:
            unasked.add(criterion.key)
        answers[criterion.key] = _graded(rows[criterion.key], is_asked=holds is not False).mark
    return frozenset(unasked)


def criteria_for(card: Scorecard, call_type: str) -> list[tuple[Criterion, float]]:
    """The criteria that a call of this type is marked by, with their weights, in the order of the form."""
    return [(one, one.weights[call_type]) for one in card.criteria if one.weights.get(call_type)]


def _graded(mark: Judged, *, is_asked: bool) -> CriterionMark:
    judgement = Judgement(mark.judgement) if is_asked else Judgement.NOT_APPLICABLE
    state = _STATES.get(judgement, MarkState.MARKED)
    value = Mark(judgement.number, state, 1.0, BY_A_PERSON, Reason("person", {}))
    return CriterionMark(mark.criterion, mark.weight, mark.critical, value)
