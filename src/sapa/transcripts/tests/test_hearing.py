from __future__ import annotations

import pytest

from sapa.transcripts.hearing import hearing_of
from sapa.transcripts.tests.talk import transcript
from sapa.transcripts.types import HearingLevel

TRUSTED = frozenset({"en", "ru", "pl"})


@pytest.mark.parametrize(
    ("language", "confidence", "level"),
    [
        ("en", 0.98, HearingLevel.FAIR),
        ("ru", 0.98, HearingLevel.SO_SO),
        ("pl", 0.5, HearingLevel.SO_SO),
        ("en", 0.49, HearingLevel.UNMEASURED),
        ("kk", 1.0, HearingLevel.NONE),
        ("", 0.0, HearingLevel.NONE),
    ],
)
def test_the_level_follows_language_and_confidence(language: str, confidence: float, level: HearingLevel) -> None:
    assert hearing_of(language, confidence, TRUSTED) is level


def test_a_language_the_administrator_does_not_trust_is_not_heard() -> None:
    assert hearing_of("ru", 1.0, frozenset({"en"})) is HearingLevel.NONE


def test_a_language_the_administrator_trusts_is_heard() -> None:
    assert hearing_of("kk", 1.0, frozenset({"kk"})) is HearingLevel.SO_SO


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
