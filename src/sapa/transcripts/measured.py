"""How many words each speech model gets wrong in each language, as `make bench-words` measured it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import yaml

MEASURED = Path(__file__).parent / "measured_words.yaml"


@dataclass(frozen=True)
class MeasuredWords:
    """`low_pct` and `high_pct`: the 95 % interval, None where the recordings were too few to give one. `speech`: what
    was heard, "calls" or what comes nearest to them; `source`: the sets by name."""

    wer_pct: float
    low_pct: float | None
    high_pct: float | None
    words: int
    recordings: int
    speech: str
    source: str
    measured_on: date


def measured_words(model: str, language: str) -> MeasuredWords | None:
    """By the name of the model as settings and transcripts have it; None where nobody has measured."""
    return measured_in(MEASURED.read_text(encoding="utf-8")).get(model, {}).get(language)


@lru_cache(maxsize=4)
def measured_in(text: str) -> dict[str, dict[str, MeasuredWords]]:
    """Model → language → figures."""
    raw = yaml.safe_load(text) or {}
    return {
        model: {language: MeasuredWords(**figures) for language, figures in languages.items()}
        for model, languages in raw.items()
    }
