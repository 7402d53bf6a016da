"""How well a language is heard. The machine abstains where it cannot hear, and says so.

Behind the levels: the packaged Whisper *base* (int8) got 9–14 % of the words of English telephone calls wrong,
by how figures are counted (README, `make bench`), and 16–19 % of Russian telephone prompts, measured in November
2026; Polish sentences look alike; Kazakh comes out as another language altogether.
"""

from __future__ import annotations

from collections.abc import Collection

from sapa.transcripts.types import HearingLevel

FAIR_LANGUAGES = frozenset({"en"})
SURE_LANGUAGE = 0.5  # below this probability the language itself is a guess


def hearing_of(language: str, confidence: float, trusted: Collection[str]) -> HearingLevel:
    """`trusted`: languages the administrator (or the shipped default) says this model hears."""
    if not language:
        return HearingLevel.NONE
    if language not in trusted:
        return HearingLevel.NONE
    if confidence < SURE_LANGUAGE:
        return HearingLevel.UNMEASURED
    return HearingLevel.FAIR if language in FAIR_LANGUAGES else HearingLevel.SO_SO
