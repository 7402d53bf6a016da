from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.utils.translation import override

from sapa.scorecards.finding_words import SENTENCES
from sapa.scorecards.findings import MOST_CRITERIA, errors_of, findings_of
from sapa.scorecards.library import scorecard_shipped, shipped_keys
from sapa.scorecards.tests.cards import ANCHORS, card, criterion

HELLO = {"key": "hello", "said": {"en": ["hello"]}}
PHRASE = {"kind": "phrase", "elements": [HELLO]}
SALE = {"key": "sale", "title": {"en": "Sale"}}
SERVICE = {"key": "service", "title": {"en": "Service"}}


def found(*criteria: dict[str, Any], **more: Any) -> set[tuple[str, str]]:
    return {(finding.code, finding.where) for finding in findings_of(card(*criteria, **more))}


def good(key: str = "greeting", **more: Any) -> dict[str, Any]:
    return criterion(key, markers=[PHRASE], **more)


def on_answer(key: str, *values: str) -> dict[str, Any]:
    return {"kind": "answer", "criterion": key, "values": list(values or ("1",))}


def on_direction(*values: str) -> dict[str, Any]:
    return {"kind": "fact", "fact": "direction", "values": list(values)}


def on_measure(**limit: float) -> dict[str, Any]:
    return {"kind": "measure", "measure": "silence_share", "limit": limit}


def test_a_sound_form_has_nothing_to_find() -> None:
    assert found(good()) == set()


@pytest.mark.parametrize("key", shipped_keys())
def test_shipped_forms_have_no_errors(key: str) -> None:
    assert errors_of(scorecard_shipped(key)) == []


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        ({"title": {}}, ("title_missing", "form")),
        ({"title": {"en": " "}}, ("title_missing", "form")),
        ({"call_types": []}, ("no_call_type", "form")),
        ({"sections": []}, ("no_criterion", "form")),
        ({"sections": [{"key": "all", "title": {"en": "All"}}]}, ("section_empty", "section:all")),
        ({"call_types": [SERVICE, SALE]}, ("type_without_weight", "call_type:sale")),
        ({"call_types": [SERVICE, SERVICE]}, ("key_twice", "call_type:service")),
        ({"title": {"en": "Test", "pl": "Test"}}, ("title_language", "section:all")),
        ({"title": {"en": "Test", "pl": "Test"}}, ("anchor_language", "criterion:greeting")),
        ({"mode": "plain"}, ("plain_without_critical", "form")),
    ],
)
def test_what_is_wrong_with_the_form_is_found(content: dict[str, Any], finding: tuple[str, str]) -> None:
    assert finding in found(good(), **content)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"title": {}}, "title_missing"),
        ({"anchors": {"1": {"en": "all"}}}, "anchor_missing"),
        ({"weights": {}}, "never_asked"),
        ({"weights": {"sale": 1}}, "never_asked"),
        ({"weights": {"service": 1, "sale": 1}}, "weight_unknown_type"),
        ({"weights": {"service": 0}}, "weight_not_positive"),
        ({"markers": []}, "no_marker"),
        ({"only_if": {"elements": [{"key": "hello"}]}}, "element_silent"),
        ({"conditions": [on_answer("nobody")]}, "condition_missing"),
        ({"conditions": [on_answer("greeting")]}, "condition_circle"),
        ({"conditions": [on_direction("outbound")]}, "condition_never"),
        ({"conditions": [on_direction("inbound"), on_direction("outbound")]}, "condition_never"),
        ({"conditions": [on_measure(at_least=2, at_most=1)]}, "limit_reversed"),
        ({"conditions": [on_measure()]}, "limit_open"),
        ({"conditions": [{"kind": "measure", "measure": "luck", "limit": {"at_least": 1}}]}, "measure_unknown"),
    ],
)
def test_what_is_wrong_with_a_criterion_is_found(content: dict[str, Any], code: str) -> None:
    assert (code, "criterion:greeting") in found(good() | content, directions=["inbound"])


def test_a_circle_of_conditions_is_found_on_each_of_its_criteria_and_on_no_other() -> None:
    circle = [
        good("a", conditions=[on_answer("b")]),
        good("b", conditions=[on_answer("c")]),
        good("c", conditions=[on_answer("a")]),
        good("d", conditions=[on_answer("a")]),
    ]
    assert found(*circle) == {("condition_circle", f"criterion:{key}") for key in "abc"}


def test_a_condition_on_a_criterion_of_another_call_type_can_never_hold() -> None:
    apart = [good("a", weights={"sale": 1}), good("b", conditions=[on_answer("a")])]
    assert ("condition_apart", "criterion:b") in found(*apart, call_types=[SERVICE, SALE])


def test_more_criteria_than_people_mark_carefully_are_a_warning() -> None:
    many = [good(f"c{number}") for number in range(MOST_CRITERIA + 1)]
    assert found(*many) == {("many_criteria", "form")}
    assert found(*many[:-1]) == set()


def test_too_little_weight_with_machine_rules_is_a_warning() -> None:
    by_hand = criterion("by_hand", weights={"service": 2})
    assert ("machine_covers_little", "call_type:service") in found(good(), by_hand)
    assert ("machine_covers_little", "call_type:service") not in found(good(weights={"service": 3}), by_hand)


def test_a_key_that_meant_something_else_before_is_a_warning_once() -> None:
    other = criterion("greeting", title={"en": "Closing"}, anchors=ANCHORS | {"1": {"en": "bye"}}, markers=[PHRASE])
    same = good(title={"en": "Greeting, reworded"})
    codes = [one.code for one in findings_of(card(other), {1: card(good()), 2: card(good())})]
    assert codes == ["key_other_meaning"]
    assert findings_of(card(same), {1: card(good())}) == []
    assert findings_of(card(other), {1: card(good()), 2: card(other)}) == []  # it was so before


def test_errors_come_first() -> None:
    severities = [one.severity for one in findings_of(card(criterion(), criterion("b", weights={})))]
    assert severities == sorted(severities)
    assert set(severities) == {"error", "warning"}


FACTS = {
    "languages": "pl", "count": 16, "most": 15, "key": "a", "pct": 40, "needed": 60, "anchor": "1", "type": "sale",
    "element": "hello", "number": 2, "measure": "luck", "tag": "quiet", "at_least": 2, "at_most": 1,
    "criterion": "b", "revision": 3,
}  # fmt: skip


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_every_sentence_can_be_said_in_every_language(language: str, subtests: pytest.Subtests) -> None:
    with override(language):
        for code, sentence in SENTENCES.items():
            with subtests.test(code):
                assert "%(" not in str(sentence) % FACTS


def test_a_line_names_the_place_as_people_would(refused: Callable[..., Any]) -> None:
    lines = [one.line for one in errors_of(card(criterion("need_found", weights={})))]
    assert lines[0].startswith("call type service: No criterion has a weight")
    assert lines[1].startswith("criterion need_found: It has no weight")
