from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sapa.scorecards.errors import ScorecardInvalid
from sapa.scorecards.library import (
    scorecard_digest,
    scorecard_dump,
    scorecard_from,
    scorecard_parse,
    scorecard_shipped,
    shipped_keys,
)
from sapa.scorecards.tests.cards import card, card_content, criterion
from sapa.scorecards.types import Scorecard

HELLO = {"key": "hello", "said": {"en": ["hello"]}}
PHRASE = {"kind": "phrase", "elements": [HELLO]}
MEASURE = {"kind": "measure", "measure": "silence_share", "full": {"at_most": 0.2}, "half": {"at_most": 0.4}}


def problems_of(content: Any) -> list[str]:
    with pytest.raises(ScorecardInvalid) as caught:
        scorecard_parse(content if isinstance(content, str) else yaml.safe_dump(content), name="form.yaml")
    problems: list[str] = caught.value.details["problems"]
    return problems


def parsed(content: dict[str, Any]) -> Scorecard:
    return scorecard_parse(yaml.safe_dump(content, allow_unicode=True), name="form.yaml")


def test_what_was_written_is_read_back_the_same() -> None:
    form = parsed(card_content(criterion(markers=[PHRASE, MEASURE], only_if={"elements": [HELLO]}, critical=True)))
    again = scorecard_parse(scorecard_dump(form), name="again")
    assert again == form
    assert scorecard_digest(again) == scorecard_digest(form)


def test_letters_of_every_screen_language_are_written_as_themselves() -> None:
    form = parsed(card_content(title={"en": "Test", "ru": "Ёлка", "pl": "Żółć", "kk": "Қоңырау"}))
    for word in ("Ёлка", "Żółć", "Қоңырау"):
        assert word in scorecard_dump(form)


# Control signs and line separators are left out: YAML folds them (PyYAML 6.0.3 writes \x85 raw and reads a blank).
WORDING = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=30).filter(str.strip)


@settings(deadline=None, max_examples=40)
@given(
    weights=st.lists(st.integers(1, 50), min_size=1, max_size=5),
    titles=st.lists(WORDING, min_size=5, max_size=5),
    band_pct=st.integers(1, 100),
)
def test_any_wording_and_weight_survives_the_round_trip(weights: list[int], titles: list[str], band_pct: int) -> None:
    criteria = [
        criterion(f"c{place}", title={"en": titles[place]}, weights={"service": weight})
        for place, weight in enumerate(weights)
    ]
    form = card(*criteria, band_pct=band_pct)
    assert scorecard_parse(scorecard_dump(form), name="again") == form


def test_the_digest_does_not_depend_on_the_order_of_keys_or_on_comments() -> None:
    content = card_content()
    turned = dict(reversed(content.items()))
    commented = "# a comment\n" + yaml.safe_dump(turned, sort_keys=False)
    assert scorecard_digest(scorecard_parse(commented, name="form")) == scorecard_digest(parsed(content))


def test_a_default_written_out_is_the_same_content() -> None:
    assert scorecard_digest(parsed(card_content(band_pct=80))) == scorecard_digest(parsed(card_content()))


@pytest.mark.parametrize(
    "change", [{"band_pct": 79}, {"directions": ["inbound"]}, {"title": {"en": "test"}}, {"purpose": {"en": "x"}}]
)
def test_any_change_of_content_changes_the_digest(change: dict[str, Any]) -> None:
    assert scorecard_digest(parsed(card_content(**change))) != scorecard_digest(parsed(card_content()))


def test_every_problem_of_the_shape_is_told_at_once() -> None:
    content = card_content(criterion(weights=[], colour="red"), criterion("Bad Key"), band_pct=0)
    problems = problems_of(content)
    for place in (
        "band_pct:",
        "sections.0.criteria.0.weights:",
        "sections.0.criteria.0.colour:",
        "sections.0.criteria.1.key:",
    ):
        assert any(problem.startswith(place) for problem in problems), place


def test_every_problem_of_the_content_is_told_at_once() -> None:
    broken = criterion(weights={"service": 0, "other": 1}, anchors={"1": {"en": "all"}})
    problems = problems_of(card_content(broken, broken))
    for told in (
        "criterion greeting: The key greeting stands twice.",
        "call type service: No criterion has a weight in this call type.",
        "criterion greeting: It has a weight in a call type that the form has not: other.",
        "criterion greeting: Its weight in service must be above 0.",
        "criterion greeting: What 0 sounds like is not written.",
        "criterion greeting: What 0.5 sounds like is not written.",
    ):
        assert any(problem.startswith(told) for problem in problems), told


@pytest.mark.parametrize(
    ("marker", "problem"),
    [
        (MEASURE | {"measure": "silense_share"}, "There is no measure called silense_share."),
        (MEASURE | {"evidence_tag": "quiet"}, "There is no tag called quiet."),
        ({"kind": "phrase", "elements": [HELLO, HELLO]}, "The phrase group hello stands twice in a rule."),
        (
            {"kind": "phrase", "elements": [{"key": "hello"}]},
            "The phrase group hello has nothing to listen for. Write phrases or examples.",
        ),
        (PHRASE | {"full_at": 2}, "A rule asks for 2 phrase groups for 1 and has fewer that count in full."),
        (
            {"kind": "phrase", "elements": [HELLO | {"partial": True}]},
            "Every phrase group of a rule counts towards 0.5 only, so nothing could give 1.",
        ),
        (PHRASE | {"half_at": 3}, "A rule asks for 3 phrase groups for 0.5 and has fewer."),
    ],
)
def test_a_marker_that_could_never_give_a_value_is_a_problem(marker: dict[str, Any], problem: str) -> None:
    assert problems_of(card_content(criterion(markers=[marker]))) == [f"criterion greeting: {problem}"]


def test_conditions_and_cues_are_looked_at_like_markers() -> None:
    empty = {"elements": [{"key": "hello"}]}
    call_types = [{"key": "service", "title": {"en": "Service"}, "cues": empty}]
    problems = problems_of(card_content(criterion(only_if=empty), call_types=call_types))
    assert [problem.split(":")[0] for problem in problems] == ["call type service", "criterion greeting"]


@pytest.mark.parametrize(
    "content",
    [
        card_content(surprise=1),
        card_content(criterion(surprise=1)),
        card_content(criterion(markers=[PHRASE | {"surprise": 1}])),
        card_content(criterion(markers=[MEASURE | {"full": {"above": 1}}])),
        card_content(call_types=[{"key": "service", "title": {"en": "Service"}, "surprise": 1}]),
    ],
)
def test_an_unknown_key_is_refused_wherever_it_stands(content: dict[str, Any]) -> None:
    assert any("not permitted" in problem for problem in problems_of(content))


@pytest.mark.parametrize(
    "source",
    [
        "",
        "just words",
        "- a list",
        "key: [unclosed",
        "key: !!python/object/apply:os.system [true]",
        "key: 2026-13-45",
        "\x00",
    ],
)
def test_what_is_no_scorecard_is_refused_in_words(source: str) -> None:
    assert len(problems_of(source)) >= 1


@pytest.mark.parametrize("value", ["!!int ''", "!!float ''", "!!bool x", "!!timestamp x", "!!int x", "[" * 5000])
def test_what_the_reader_of_yaml_breaks_at_is_refused_in_words(value: str) -> None:
    assert problems_of(f"key: {value}")


def test_what_grows_by_merging_is_refused_before_it_is_there() -> None:
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 20)]
    assert problems_of("\n".join(lines)) == ["is too large for a form"]
    wide = f"a: &a {{{', '.join(f'k{n}: 1' for n in range(20_000))}}}\nb: {{<<: [{', '.join(['*a'] * 9000)}]}}"
    assert problems_of(wide) == ["is too large for a form"]


def test_a_form_may_merge_what_its_parts_share() -> None:
    source = yaml.safe_dump(card_content()).replace("- anchors", "- <<: &shared {critical: true}\n    anchors")
    assert scorecard_parse(source, name="form.yaml").criteria[0].critical


@pytest.mark.parametrize("title", ["a\0b", "x" * 5001])
def test_words_that_cannot_be_kept_are_refused(title: str) -> None:
    assert problems_of(card_content(title={"en": title}))


@pytest.mark.parametrize("weight", [".nan", ".inf", "-1", "0"])
def test_a_weight_is_a_number_above_zero(weight: str) -> None:
    source = yaml.safe_dump(card_content()).replace("service: 1", f"service: {weight}")
    assert problems_of(source)


@pytest.mark.parametrize("kind", ["llm", "", None])
def test_an_unknown_kind_of_marker_is_refused(kind: str | None) -> None:
    assert problems_of(card_content(criterion(markers=[PHRASE | {"kind": kind}])))


def test_a_number_for_an_anchor_is_refused_because_yaml_takes_1_for_a_number() -> None:
    assert problems_of(card_content(criterion(anchors={1: {"en": "all"}, 0: {"en": "none"}})))


def test_a_form_is_given_by_key_or_by_file(tmp_path: Path, refused: Callable[..., Any]) -> None:
    path = tmp_path / "mine.yml"
    path.write_text(yaml.safe_dump(card_content()), encoding="utf-8")
    assert scorecard_from(str(path)).key == "test_form"
    assert scorecard_from(shipped_keys()[0]) == scorecard_shipped(shipped_keys()[0])
    with refused("scorecard_missing"):
        scorecard_from("no_such_form")
    with refused("scorecard_missing"):
        scorecard_from("../forms/inbound_service")


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path, refused: Callable[..., Any]) -> None:
    with refused("scorecard_invalid", problems=["cannot be read: No such file or directory"]):
        scorecard_from(str(tmp_path / "none.yaml"))
    (tmp_path / "cp1251.yaml").write_bytes("key: Привет".encode("cp1251"))
    with refused("scorecard_invalid", problems=["is not UTF-8 text"]):
        scorecard_from(str(tmp_path / "cp1251.yaml"))
