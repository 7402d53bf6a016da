from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sapa.scorecards.evaluate import call_type_of, evaluate, lowest_of, mark_criterion
from sapa.scorecards.tests.cards import (
    abstained,
    card,
    criterion,
    element,
    judged,
    marked,
    phrase,
)
from sapa.scorecards.types import CallTypeSource, Criterion, Mark, MarkState, Verdict
from sapa.transcripts.tests.talk import agent, customer
from sapa.transcripts.types import HearingLevel

HELLO = {"kind": "phrase", "elements": [{"key": "hello", "said": {"en": ["hello"]}}]}
BYE = {"kind": "phrase", "elements": [{"key": "bye", "said": {"en": ["goodbye"]}}]}
COMPLAINT = {"by": "customer", "elements": [{"key": "complaint", "said": {"en": ["not happy"]}}]}
MOSTLY_SILENT = {"kind": "measure", "measure": "silence_share", "full": {"at_most": 0.9}, "half": {"at_most": 1}}


def asked(**more: Any) -> Criterion:
    return Criterion.model_validate(criterion(**more))


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ([marked(1.0)], marked(1.0)),
        ([marked(1.0), marked(0.5)], marked(0.5)),
        ([marked(1.0), marked(0.5), marked(0.0)], marked(0.0)),
        ([marked(1.0), abstained()], abstained()),
        ([marked(0.5), abstained()], abstained()),
        ([abstained(), marked(0.0)], marked(0.0)),
        ([abstained("first"), abstained("second")], abstained("first")),
        ([marked(0.5, confidence=0.9), marked(0.5, confidence=0.4)], marked(0.5, confidence=0.4)),
    ],
)
def test_the_lowest_counts_and_doubt_beats_all_but_a_zero(marks: list[Mark], expected: Mark) -> None:
    assert lowest_of(marks) == expected


def test_several_markers_of_a_criterion_give_the_lowest() -> None:
    both = asked(markers=[HELLO, BYE])
    assert mark_criterion(both, judged(agent("Hello and goodbye."))).value == 1.0
    assert mark_criterion(both, judged(agent("Hello."))).value == 0.0


def test_a_criterion_without_markers_is_left_to_a_person() -> None:
    made = mark_criterion(asked(), judged(agent("Hello.")))
    assert (made.state, made.reason.code, made.value) == (MarkState.ABSTAINED, "no_marker", None)


def test_a_criterion_does_not_apply_when_its_condition_is_absent() -> None:
    made = mark_criterion(asked(markers=[HELLO], only_if=COMPLAINT), judged(agent("So."), customer("Fine.", 1.0)))
    assert (made.state, made.reason.code) == (MarkState.NOT_APPLICABLE, "condition_absent")


def test_a_criterion_applies_when_its_condition_is_there() -> None:
    call = judged(agent("Hello."), customer("I am not happy.", 1.0))
    assert mark_criterion(asked(markers=[HELLO], only_if=COMPLAINT), call) == mark_criterion(
        asked(markers=[HELLO]), call
    )


def test_a_condition_nobody_could_hear_is_an_abstention_and_no_excuse() -> None:
    mumbled = judged(agent("Hello."), customer("Well then.", 1.0, confidence=0.2))
    made = mark_criterion(asked(markers=[HELLO], only_if=COMPLAINT), mumbled)
    assert (made.state, made.reason.code) == (MarkState.ABSTAINED, "heard_too_poorly")


def test_a_condition_in_a_language_that_is_not_heard_is_an_abstention() -> None:
    made = mark_criterion(
        asked(markers=[HELLO], only_if=COMPLAINT), judged(agent("Сәлем"), language="kk", hearing=HearingLevel.NONE)
    )
    assert (made.state, made.reason.code) == (MarkState.ABSTAINED, "language_not_heard")


def test_a_customer_who_says_nothing_complains_of_nothing() -> None:
    made = mark_criterion(asked(markers=[HELLO], only_if=COMPLAINT), judged(agent("Hello.")))
    assert made.state is MarkState.NOT_APPLICABLE


TYPES = [
    {"key": "service", "title": {"en": "Service"}},
    {"key": "sale", "title": {"en": "Sale"}, "cues": {"elements": [{"key": "buy", "said": {"en": ["buy"]}}]}},
    {
        "key": "spam",
        "title": {"en": "Spam"},
        "cues": {"elements": [{"key": key, "said": {"en": [said]}} for key, said in (("w", "wrong"), ("n", "number"))]},
    },
]
TYPED = card(criterion(weights={"service": 1, "sale": 2, "spam": 3}), call_types=TYPES)


@pytest.mark.parametrize(
    ("said", "told", "key", "source"),
    [
        ("Do buy it, wrong number.", "service", "service", CallTypeSource.TOLD),
        ("Do buy it.", "auto", "sale", CallTypeSource.FOUND),
        ("Do buy it.", "", "sale", CallTypeSource.FOUND),
        ("That is the wrong one, do buy it.", "auto", "sale", CallTypeSource.FOUND),
        ("Wrong number.", "auto", "spam", CallTypeSource.FOUND),
        ("Good morning.", "auto", "service", CallTypeSource.ASSUMED),
    ],
)
def test_the_call_type_is_told_or_found_or_assumed(said: str, told: str, key: str, source: CallTypeSource) -> None:
    assert call_type_of(TYPED, judged(agent(said)), told=told) == (key, source)


def test_a_call_type_the_form_does_not_know_is_refused(refused: Callable[..., Any]) -> None:
    with refused("call_type_unknown"):
        evaluate(TYPED, judged(agent("Hello.")), revision=1, call_type="holiday")


def test_a_call_nobody_could_hear_takes_the_first_type() -> None:
    call = judged(agent("buy buy"), language="kk", hearing=HearingLevel.NONE)
    assert call_type_of(TYPED, call, told="auto") == ("service", CallTypeSource.ASSUMED)


def test_only_criteria_with_a_weight_for_the_type_are_graded() -> None:
    form = card(
        criterion("every", weights={"service": 1, "sale": 2}),
        criterion("sale", weights={"sale": 5}),
        call_types=TYPES[:2],
    )
    assert [(mark.key, mark.weight) for mark in evaluate(form, judged(agent("Hi.")), revision=1).marks] == [
        ("every", 1)
    ]
    told = evaluate(form, judged(agent("Hi.")), revision=1, call_type="sale")
    assert [(mark.key, mark.weight) for mark in told.marks] == [("every", 2), ("sale", 5)]


def test_an_evaluation_names_its_form_and_revision_and_counts_with_its_band() -> None:
    form = card(criterion("a", markers=[HELLO]), criterion("b", markers=[BYE]), band_pct=50)
    made = evaluate(form, judged(agent("Hello.")), revision=7)
    assert (made.scorecard, made.revision, made.call_type) == ("test_form", 7, "service")
    assert (made.score.cqr_pct, made.score.verdict) == (50.0, Verdict.SUCCESSFUL)


def test_a_silent_call_is_undecided() -> None:
    form = card(criterion("a", markers=[HELLO]), criterion("b", markers=[MOSTLY_SILENT]), criterion("c"))
    made = evaluate(form, judged(), revision=1)
    assert {mark.mark.state for mark in made.marks} == {MarkState.ABSTAINED}
    assert (made.score.cqr_pct, made.score.coverage_pct, made.score.verdict) == (None, 0.0, Verdict.UNDECIDED)


def test_a_call_in_a_language_that_is_not_heard_is_undecided() -> None:
    form = card(criterion("a", markers=[HELLO]), criterion("b", markers=[MOSTLY_SILENT]))
    made = evaluate(form, judged(agent("Сәлем " * 300), language="kk", hearing=HearingLevel.NONE), revision=1)
    assert made.score.verdict is Verdict.UNDECIDED


def test_the_same_call_and_form_give_the_same_evaluation() -> None:
    form = card(criterion("a", markers=[HELLO, MOSTLY_SILENT], only_if=COMPLAINT), criterion("b", markers=[BYE]))
    call = judged(agent("Hello."), customer("I am not happy at all.", 1.0), agent("Goodbye.", 9.0))
    assert evaluate(form, call, revision=1) == evaluate(form, call, revision=1)


def test_by_whom_and_where_hold_for_a_condition_too() -> None:
    condition = phrase(element("hold", "one moment"), by="agent", place={"first_s": 5}).model_dump(exclude_unset=True)
    late = judged(agent("So."), agent("One moment.", 30.0))
    assert mark_criterion(asked(markers=[HELLO], only_if=condition), late).state is MarkState.NOT_APPLICABLE
