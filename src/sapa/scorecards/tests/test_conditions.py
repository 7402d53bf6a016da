from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sapa.scorecards.conditions import conditions_hold, in_asking_order
from sapa.scorecards.evaluate import evaluate
from sapa.scorecards.tests.cards import abstained, card, criterion, judged, marked, not_applicable
from sapa.scorecards.tests.test_findings import HELLO, PHRASE, on_answer, on_direction, on_measure
from sapa.scorecards.types import Criterion, Mark
from sapa.transcripts.tests.talk import agent

ANSWERS = {"yes": marked(1.0), "half": marked(0.5), "no": marked(0.0), "open": abstained(), "na": not_applicable()}


def held(*conditions: dict[str, Any], facts: dict[str, str] | None = None, silence: float | None = 0.2) -> bool | None:
    made = Criterion.model_validate(criterion(conditions=list(conditions)))
    return conditions_hold(made.conditions, answers=ANSWERS, facts=facts or {}, measures={"silence_share": silence})


@pytest.mark.parametrize(
    ("key", "values", "holds"),
    [
        ("yes", ["1"], True),
        ("half", ["1", "0.5"], True),
        ("no", ["1", "0.5"], False),
        ("no", ["0"], True),
        ("open", ["1"], None),
        ("na", ["0"], False),
        ("not_asked", ["0"], False),
    ],
)
def test_an_answer_decides(key: str, values: list[str], holds: bool | None) -> None:
    assert held(on_answer(key, *values)) is holds


def test_a_fact_decides_and_one_that_nobody_told_leaves_it_open() -> None:
    assert held(on_direction("inbound"), facts={"direction": "inbound"}) is True
    assert held(on_direction("inbound"), facts={"direction": "outbound"}) is False
    assert held(on_direction("inbound"), facts={"direction": ""}) is None
    assert held(on_direction("inbound")) is None


def test_a_measure_decides_at_its_limits_too() -> None:
    assert held(on_measure(at_least=0.2)) is True
    assert held(on_measure(at_most=0.19)) is False
    assert held(on_measure(at_least=0.2), silence=None) is None


def test_all_must_hold_and_what_surely_fails_decides() -> None:
    assert held() is True
    assert held(on_answer("yes"), on_answer("open")) is None
    assert held(on_answer("open"), on_answer("no")) is False


def test_each_is_asked_after_those_it_waits_for() -> None:
    waits = [criterion("c", conditions=[on_answer("b")]), criterion("b", conditions=[on_answer("a")]), criterion("a")]
    assert [one.key for one in in_asking_order(card(*waits).criteria)] == ["a", "b", "c"]
    circle = [criterion("a", conditions=[on_answer("b")]), criterion("b", conditions=[on_answer("a")]), criterion("c")]
    assert [one.key for one in in_asking_order(card(*circle).criteria)] == ["c", "a", "b"]


def states(*criteria: dict[str, Any], **told: str) -> dict[str, Mark]:
    call = replace(judged(agent("hello there, this is the bank")), facts=told)
    return {one.key: one.mark for one in evaluate(card(*criteria), call, revision=1).marks}


def test_the_machine_excuses_what_is_not_asked_and_abstains_where_nobody_knows() -> None:
    bye = {"kind": "phrase", "elements": [HELLO | {"said": {"en": ["goodbye"]}}]}
    marks = states(
        criterion("then", conditions=[on_answer("greets")], markers=[PHRASE]),
        criterion("else", conditions=[on_answer("greets", "0")], markers=[PHRASE]),
        criterion("inbound", conditions=[on_direction("inbound")], markers=[PHRASE]),
        criterion("greets", markers=[PHRASE]),
        criterion("ends", markers=[bye]),
    )
    assert marks["then"].value == 1.0
    assert (marks["else"].state, marks["else"].reason.code) == ("not_applicable", "condition_unmet")
    assert (marks["inbound"].state, marks["inbound"].reason.code) == ("abstained", "condition_unknown")
    assert list(marks) == ["then", "else", "inbound", "greets", "ends"]  # as the form goes
    assert (
        states(criterion(conditions=[on_direction("inbound")], markers=[PHRASE]), direction="inbound")["greeting"].value
        == 1.0
    )


def test_the_language_that_was_heard_is_a_fact() -> None:
    english = {"kind": "fact", "fact": "language", "values": ["en"]}
    assert states(criterion(conditions=[english], markers=[PHRASE]))["greeting"].value == 1.0
