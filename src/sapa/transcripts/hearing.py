"""How well a language is heard. The machine abstains where it cannot hear, and says so.

The level follows what was measured with this very model (`measured_words.yaml`, by `make bench-words`). What is
measured too bad is not judged, whoever trusts it; what nobody has measured is judged where the administrator says so.
"""

from __future__ import annotations

from collections.abc import Collection

from sapa.transcripts.measured import MeasuredWords
from sapa.transcripts.types import HearingLevel

FAIR_PCT = 15.0  # up to so many wrong words in a hundred a language is heard fairly well
MOST_WRONG_PCT = 30.0  # over so many it is not judged (SAPA_ASR_MOST_WRONG_PCT)
SURE_LANGUAGE = 0.5  # below this probability the language itself is a guess


def hearing_of(
    language: str,
    confidence: float,
    trusted: Collection[str],
    *,
    measured: MeasuredWords | None = None,
    most_wrong_pct: float = MOST_WRONG_PCT,
) -> HearingLevel:
    """`trusted`: languages the administrator (or the shipped default) says this model hears. `measured`: with this
    model in this language, if anybody did."""
    if not language or language not in trusted:
        return HearingLevel.NONE
    if measured is not None and measured.wer_pct > most_wrong_pct:
        return HearingLevel.NONE
    if confidence < SURE_LANGUAGE:
        return HearingLevel.UNMEASURED
    if measured is not None and measured.wer_pct <= FAIR_PCT:
        return HearingLevel.FAIR
    return HearingLevel.SO_SO
