"""A call and a scorecard in, an evaluation out: pure, the same for the database line and for the command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sapa.scorecards.conditions import conditions_hold, in_asking_order
from sapa.scorecards.cqr import score_of
from sapa.scorecards.errors import CallTypeUnknown
from sapa.scorecards.markers import JudgedCall, marker_for
from sapa.scorecards.types import (
    CallTypeSource,
    Criterion,
    CriterionMark,
    Evaluation,
    Mark,
    MarkState,
    PhraseSpec,
    Reason,
    Scorecard,
)

AUTO = "auto"


def evaluate(card: Scorecard, call: JudgedCall, *, revision: int, call_type: str = AUTO) -> Evaluation:
    """Grade every criterion that has a weight for the call's type. Raises `CallTypeUnknown`."""
    key, source = call_type_of(card, call, told=call_type)
    asked = [criterion for criterion in card.criteria if key in criterion.weights]
    answers: dict[str, Mark] = {}
    for criterion in in_asking_order(asked):
        answers[criterion.key] = _excused_by_conditions(criterion, call, answers) or mark_criterion(criterion, call)
    marks = tuple(CriterionMark(one.key, one.weights[key], one.critical, answers[one.key]) for one in asked)
    score = score_of(marks, band_pct=card.band_pct, mode=card.mode)
    return Evaluation(card.key, revision, key, source, marks, score)


def _excused_by_conditions(criterion: Criterion, call: JudgedCall, answers: Mapping[str, Mark]) -> Mark | None:
    facts = {"language": call.transcript.language, **call.facts}
    measures = call.analysis.measures
    holds = conditions_hold(criterion.conditions, answers=answers, facts=facts, measures=measures)
    if holds is None:
        return Mark(None, MarkState.ABSTAINED, 0.0, "condition", Reason("condition_unknown", {}))
    return None if holds else Mark(None, MarkState.NOT_APPLICABLE, 1.0, "condition", Reason("condition_unmet", {}))


def call_type_of(card: Scorecard, call: JudgedCall, *, told: str) -> tuple[str, CallTypeSource]:
    """Told, or found by the cues of the types, or the scorecard's first type assumed."""
    known = [call_type.key for call_type in card.call_types]
    if told not in {AUTO, ""}:
        if told not in known:
            raise CallTypeUnknown(told, card.key, known)
        return told, CallTypeSource.TOLD
    strengths = {call_type.key: _strength(call_type.cues, call) for call_type in card.call_types if call_type.cues}
    best = max(strengths, key=lambda key: strengths[key], default=None)
    if best is not None and strengths[best] > 0:
        return best, CallTypeSource.FOUND
    return known[0], CallTypeSource.ASSUMED


def _strength(cues: PhraseSpec, call: JudgedCall) -> float:
    mark = marker_for(cues.kind).mark(cues, call)
    return mark.value or 0.0


def mark_criterion(criterion: Criterion, call: JudgedCall) -> Mark:
    if criterion.only_if is not None:
        excused = _excused(criterion.only_if, call)
        if excused is not None:
            return excused
    if not criterion.markers:
        return Mark(None, MarkState.ABSTAINED, 0.0, "none", Reason("no_marker", {}))
    return lowest_of([marker_for(spec.kind).mark(spec, call) for spec in criterion.markers])


def _excused(condition: PhraseSpec, call: JudgedCall) -> Mark | None:
    """Not applicable when the condition is surely absent; an abstention when nobody can tell."""
    mark = marker_for(condition.kind).mark(condition, call)
    if mark.state is MarkState.ABSTAINED:
        doubt = condition.when_missing == "zero" or bool(mark.evidence)
        uncertain = mark.reason.code == "phrases_uncertain" and doubt
        if uncertain or mark.reason.code not in {"phrases_uncertain", "no_speech"}:
            reason = Reason("condition_uncertain", {}) if uncertain else mark.reason
            return Mark(None, MarkState.ABSTAINED, 0.0, mark.marker, reason, mark.evidence)
    if not mark.value:
        return Mark(None, MarkState.NOT_APPLICABLE, mark.confidence, mark.marker, Reason("condition_absent", {}))
    return None


def lowest_of(marks: Sequence[Mark]) -> Mark:
    """The lowest value counts. An abstention could hide a lower one, so it wins over all but a 0."""
    zero = next((mark for mark in marks if mark.value == 0), None)
    if zero is not None:
        return zero
    abstained = next((mark for mark in marks if mark.state is MarkState.ABSTAINED), None)
    if abstained is not None:
        return abstained
    return min(marks, key=lambda mark: (mark.value if mark.value is not None else 1.0, mark.confidence))
