from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sapa.scorecards import editing
from sapa.scorecards.tests.cards import card, criterion, element, phrase
from sapa.scorecards.tests.test_findings import on_answer
from sapa.scorecards.types import Scorecard


def two_sections() -> Scorecard:
    sections = [
        {"key": "first", "title": {"en": "First"}, "criteria": [criterion("a"), criterion("b")]},
        {"key": "last", "title": {"en": "Last"}, "criteria": [criterion("c")]},
    ]
    return card(sections=sections)


def order(form: Scorecard) -> list[str]:
    """`["first: a b", "last: c"]`"""
    return [f"{one.key}: {' '.join(each.key for each in one.criteria)}".strip() for one in form.sections]


@pytest.mark.parametrize(
    ("key", "by", "expected"),
    [
        ("a", 1, ["first: b a", "last: c"]),
        ("a", -1, ["first: a b", "last: c"]),
        ("b", 1, ["first: a", "last: b c"]),
        ("c", -1, ["first: a b c", "last:"]),
        ("c", 1, ["first: a b", "last: c"]),
    ],
)
def test_a_criterion_moves_by_one_and_over_the_end_of_its_section(key: str, by: int, expected: list[str]) -> None:
    assert order(editing.criterion_move(two_sections(), key, by)) == expected


@pytest.mark.parametrize(
    ("key", "section", "place", "expected"),
    [
        ("c", "first", 0, ["first: c a b", "last:"]),
        ("a", "first", 1, ["first: b a", "last: c"]),
        ("a", "last", 99, ["first: b", "last: c a"]),
        ("a", "last", -5, ["first: b", "last: a c"]),
    ],
)
def test_a_criterion_is_put_anywhere(key: str, section: str, place: int, expected: list[str]) -> None:
    assert order(editing.criterion_place(two_sections(), key, section, place)) == expected


def test_a_section_moves_and_goes_with_its_criteria() -> None:
    assert order(editing.section_move(two_sections(), "last", -1)) == ["last: c", "first: a b"]
    assert order(editing.section_move(two_sections(), "last", 5)) == ["first: a b", "last: c"]
    assert order(editing.section_delete(two_sections(), "first")) == ["last: c"]


def test_a_new_criterion_counts_from_the_start() -> None:
    form = editing.criterion_add(two_sections(), "last", {"en": "Says good-bye!"}, taken=())
    assert order(form) == ["first: a b", "last: c says_good_bye"]
    assert form.criteria[-1].weights == {"service": 1.0}


def test_a_call_type_takes_its_weights_along() -> None:
    form = editing.call_type_add(two_sections(), {"en": "Sale"})
    assert [one.key for one in form.call_types] == ["service", "sale"]
    form = editing.call_type_set(form, "sale", {"en": "Sales"}, in_averages=False)
    assert (form.call_types[1].title, form.call_types[1].in_averages) == ({"en": "Sales"}, False)
    assert [one.weights for one in editing.call_type_delete(form, "service").criteria] == [{}, {}, {}]


def test_rules_and_conditions_are_changed_one_by_one() -> None:
    hello, bye = phrase(element("hello", "hello")), phrase(element("bye", "bye"))
    form = editing.marker_add(editing.marker_add(card(), "greeting", hello), "greeting", hello)
    form = editing.marker_set(form, "greeting", 1, bye)
    assert form.criteria[0].markers == [hello, bye]
    assert editing.marker_delete(form, "greeting", 0).criteria[0].markers == [bye]
    condition = card(criterion(conditions=[on_answer("x")])).criteria[0].conditions[0]
    form = editing.condition_add(form, "greeting", condition)
    assert form.criteria[0].conditions == [condition]
    assert editing.condition_delete(form, "greeting", 0).criteria[0].conditions == []


@pytest.mark.parametrize(
    "edit",
    [
        lambda form: editing.section_delete(form, "nothing"),
        lambda form: editing.call_type_delete(form, "nothing"),
        lambda form: editing.criterion_delete(form, "nothing"),
        lambda form: editing.criterion_add(form, "nothing", {"en": "x"}, taken=()),
        lambda form: editing.criterion_place(form, "a", "nothing", 0),
        lambda form: editing.marker_delete(form, "a", 0),
        lambda form: editing.marker_set(form, "a", -1, phrase(element("hello", "hello"))),
        lambda form: editing.condition_delete(form, "a", 3),
    ],
)
def test_a_part_that_is_not_there_is_said(edit: editing.Edit, refused: Callable[..., Any]) -> None:
    with refused("form_part_missing"):
        edit(two_sections())


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ({"en": "Names the company"}, "names_the_company"),
        ({"pl": "Żegna się"}, "zegna_sie"),
        ({"ru": "Прощание"}, "criterion_1"),
        ({"en": "taken"}, "taken_2"),
        ({"en": "1st contact"}, "criterion_1"),
        ({"en": "?"}, "criterion_1"),
        ({"en": "word " * 30}, "word_" * 7 + "w"),
        ({}, "criterion_1"),
    ],
)
def test_a_key_is_made_from_the_words(title: dict[str, str], key: str) -> None:
    assert editing.key_for(title, taken={"taken"}, kind="criterion") == key
