from __future__ import annotations

from datetime import date

import pytest

from sapa.transcripts.hearing import hearing_of
from sapa.transcripts.measured import MeasuredWords, measured_words
from sapa.transcripts.model_files import PACKAGED
from sapa.transcripts.tests.talk import transcript
from sapa.transcripts.types import HearingLevel

TRUSTED = frozenset({"en", "ru", "pl"})


def wrong(pct: float) -> MeasuredWords:
    return MeasuredWords(pct, None, None, 900, 6, "calls", "by hand", date(2026, 11, 26))


@pytest.mark.parametrize(
    ("wrong_pct", "level"),
    [
        (0.0, HearingLevel.FAIR),
        (15.0, HearingLevel.FAIR),
        (15.1, HearingLevel.SO_SO),
        (30.0, HearingLevel.SO_SO),
        (30.1, HearingLevel.NONE),
        (140.0, HearingLevel.NONE),
    ],
)
def test_the_level_follows_what_was_measured(wrong_pct: float, level: HearingLevel) -> None:
    assert hearing_of("en", 0.98, TRUSTED, measured=wrong(wrong_pct)) is level


@pytest.mark.parametrize(
    ("limit_pct", "level"), [(5.0, HearingLevel.NONE), (10.0, HearingLevel.FAIR), (50.0, HearingLevel.FAIR)]
)
def test_the_limit_is_the_administrators(limit_pct: float, level: HearingLevel) -> None:
    assert hearing_of("en", 0.98, TRUSTED, measured=wrong(10.0), most_wrong_pct=limit_pct) is level


def test_trust_does_not_outweigh_a_measurement() -> None:
    assert hearing_of("kk", 1.0, frozenset({"kk"}), measured=wrong(90.0)) is HearingLevel.NONE


def test_a_measurement_does_not_outweigh_distrust() -> None:
    assert hearing_of("ru", 1.0, frozenset({"en"}), measured=wrong(5.0)) is HearingLevel.NONE


@pytest.mark.parametrize("language", ["en", "kk"])
def test_what_nobody_measured_is_judged_where_it_is_trusted(language: str) -> None:
    assert hearing_of(language, 1.0, frozenset({"en", "kk"})) is HearingLevel.SO_SO
    assert hearing_of(language, 1.0, frozenset()) is HearingLevel.NONE


@pytest.mark.parametrize(
    ("confidence", "level"), [(0.5, HearingLevel.FAIR), (0.49, HearingLevel.UNMEASURED), (0.0, HearingLevel.UNMEASURED)]
)
def test_a_language_that_is_a_guess_is_not_judged(confidence: float, level: HearingLevel) -> None:
    assert hearing_of("en", confidence, TRUSTED, measured=wrong(10.0)) is level


def test_a_call_without_a_language_is_not_heard() -> None:
    assert hearing_of("", 0.0, TRUSTED) is HearingLevel.NONE


@pytest.mark.parametrize(
    ("language", "level"),
    [
        ("en", HearingLevel.FAIR),
        ("ru", HearingLevel.SO_SO),
        ("pl", HearingLevel.SO_SO),
        ("kk", HearingLevel.NONE),
    ],
)
def test_the_packaged_model_hears_as_was_measured(language: str, level: HearingLevel) -> None:
    measured = measured_words(PACKAGED, language)
    assert measured is not None
    assert hearing_of(language, 0.98, TRUSTED | {"kk"}, measured=measured) is level


def test_of_other_models_and_languages_nothing_is_known() -> None:
    assert measured_words("another", "en") is None
    assert measured_words(PACKAGED, "is") is None


@pytest.mark.parametrize(
    ("level", "can"),
    [
        (HearingLevel.FAIR, True),
        (HearingLevel.SO_SO, True),
        (HearingLevel.NONE, False),
        (HearingLevel.UNMEASURED, False),
    ],
)
def test_only_what_is_heard_can_be_judged(level: HearingLevel, can: bool) -> None:
    assert transcript([], hearing=level).can_be_judged is can
