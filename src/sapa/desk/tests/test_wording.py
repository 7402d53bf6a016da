"""Facts in the reader's words: reasons of marks, figures, failures."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import override

from sapa.desk.wording.failures import failure_words
from sapa.desk.wording.figures import clock, in_unit, language_name, percent, percent_cut, plain
from sapa.desk.wording.reasons import reason_words
from sapa.scorecards.finding_words import error
from sapa.scorecards.types import Criterion, Element, PhraseSpec

CRITERION = Criterion(
    key="greeting",
    title={"en": "Greeting"},
    weights={"service": 1},
    anchors={"1": {}, "0.5": {}, "0": {}},
    markers=[PhraseSpec(elements=[Element(key="company", title={"en": "Company", "ru": "Компания"})])],
)
REASONS: dict[str, dict[str, Any]] = {
    "phrases_all_said": {"elements": ["company"]},
    "phrases_some_said": {"found": ["company"], "missing": ["name"]},
    "phrases_missing": {"missing": ["company"]},
    "phrases_uncertain": {"missing": ["company"]},
    "phrases_forbidden_said": {"found": ["company"]},
    "phrases_forbidden_none": {},
    "measure_in_full": {"measure": "silence_share", "value": 0.1},
    "measure_in_half": {"measure": "silence_share", "value": 0.3},
    "measure_outside": {"measure": "pace_agent_wpm", "value": 271.4},
    "measure_missing": {"measure": "silence_share"},
    "too_little_talk": {"talk_s": 8.2, "needs_s": 20.0},
    "condition_absent": {},
    "condition_uncertain": {},
    "condition_unmet": {},
    "condition_unknown": {},
    "language_not_heard": {"language": "kk"},
    "parties_unknown": {},
    "no_marker": {},
    "heard_too_poorly": {"confidence": 0.41},
    "no_speech": {},
}


@pytest.mark.parametrize("language", ["en", "ru", "pl", "kk"])
@pytest.mark.parametrize("code", REASONS)
def test_every_reason_has_words(code: str, language: str) -> None:
    with override(language):
        words = reason_words(code, REASONS[code], CRITERION)
    assert words != code
    assert "%(" not in words


def test_elements_are_called_by_their_title() -> None:
    with override("ru"):
        assert "«Компания»" in reason_words("phrases_missing", {"missing": ["company"]}, CRITERION)
    assert reason_words("phrases_missing", {"missing": ["last_name"]}, None) == "Not heard: “last name”."


def test_a_code_nobody_worded_is_shown_bare() -> None:
    assert reason_words("brand_new", {}, CRITERION) == "brand_new"
    assert reason_words("measure_in_full", {}, CRITERION) == "measure_in_full"


def test_figures_are_as_people_read_them() -> None:
    assert [clock(value) for value in (None, 0, 7.9, 754, 3723)] == ["", "0:00", "0:07", "12:34", "1:02:03"]
    assert [plain(value) for value in (3.0, 0.5, 0.0)] == ["3", "0.5", "0"]
    assert in_unit(None, "s") == "–"
    assert in_unit(75.0, "s") == "1:15"
    assert percent(91.6) == "92\u00a0%"
    with override("pl"):
        assert in_unit(6.5, "s") == "6,5\u00a0s"


def test_a_share_under_a_limit_never_reads_as_the_limit() -> None:
    assert percent_cut(59.99) == "59\u00a0%"
    assert percent_cut(100 * (0.1 + 0.7)) == "80\u00a0%"  # 79.99999999999999 by binary fractions


def test_languages_have_names() -> None:
    with override("ru"):
        assert language_name("pl") == "Польский"
    assert language_name("tlh") == "tlh"


def test_an_unknown_failure_keeps_its_message() -> None:
    assert failure_words("brand_new", "What happened.") == "What happened."


@pytest.mark.parametrize(("language", "half"), [("en", "0.5"), ("ru", "0,5"), ("pl", "0,5"), ("kk", "0,5")])
def test_a_half_is_written_as_in_the_language(language: str, half: str) -> None:
    with override(language):
        assert plain(0.5) == half
        assert half in error("anchor_missing", "criterion:greeting", anchor="0.5").sentence
