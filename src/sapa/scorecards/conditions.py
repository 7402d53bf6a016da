"""Whether a criterion is asked at all: by other answers of the form, facts of the call and its measures. Pure, and the
same for the machine and for a person who marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sapa.scorecards.types import AnswerIs, Condition, Criterion, FactIs, Mark, MarkState

ANCHOR_OF = {1.0: "1", 0.5: "0.5", 0.0: "0"}


def conditions_hold(
    conditions: Sequence[Condition],
    *,
    answers: Mapping[str, Mark],
    facts: Mapping[str, str],
    measures: Mapping[str, float | None],
) -> bool | None:
    """None when nobody can tell: an answer was abstained from, or a fact or measure is not known. A condition that
    surely fails decides, whatever is not known beside it."""
    found = [_holds(condition, answers, facts, measures) for condition in conditions]
    if False in found:
        return False
    return None if None in found else True


def _holds(
    condition: Condition,
    answers: Mapping[str, Mark],
    facts: Mapping[str, str],
    measures: Mapping[str, float | None],
) -> bool | None:
    if isinstance(condition, AnswerIs):
        answer = answers.get(condition.criterion)
        if answer is None or answer.state is MarkState.NOT_APPLICABLE:
            return False  # it was not asked in this call
        return None if answer.value is None else ANCHOR_OF.get(answer.value) in condition.values
    if isinstance(condition, FactIs):
        fact = facts.get(condition.fact, "")
        return fact in condition.values if fact else None
    value = measures.get(condition.measure)
    return None if value is None else condition.limit.holds(value)


def answers_asked(criterion: Criterion) -> set[str]:
    """Keys of the criteria whose answers decide on this one."""
    return {condition.criterion for condition in criterion.conditions if isinstance(condition, AnswerIs)}


def in_asking_order(criteria: Sequence[Criterion]) -> list[Criterion]:
    """Each after those whose answers it waits for. What stands in a circle comes last, in the order of the form."""
    waiting, ordered, known = list(criteria), list[Criterion](), set[str]()
    here = {criterion.key for criterion in criteria}
    while ready := [one for one in waiting if (answers_asked(one) & here) <= known]:
        ordered += ready
        known |= {one.key for one in ready}
        waiting = [one for one in waiting if one.key not in known]
    return ordered + waiting
