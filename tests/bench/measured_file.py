"""Writing what was measured where the program reads it: `src/sapa/transcripts/measured_words.yaml`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

import yaml

from sapa.transcripts.measured import MeasuredWords
from tests.bench.figures import LanguageFigure

HEAD = """\
# Of a hundred words, how many each speech model gets wrong in each language. A language over SAPA_ASR_MOST_WRONG_PCT is
# not judged. Written by `make bench-words BENCH_ARGS=--write`; low_pct and high_pct are the 95 % interval, null where
# the recordings were too few to give one.
"""


def measured_of(figure: LanguageFigure, today: date) -> MeasuredWords:
    interval = figure.interval
    return MeasuredWords(
        wer_pct=round(figure.errors.wer_pct, 1),
        low_pct=round(interval.low_pct, 1) if interval else None,
        high_pct=round(interval.high_pct, 1) if interval else None,
        words=figure.errors.words,
        recordings=figure.recordings,
        speech=figure.speech.value,
        source=", ".join(figure.sources),
        measured_on=today,
    )


def written_anew(text: str, model: str, figures: Iterable[LanguageFigure], today: date) -> str:
    """Other models stay, and so do other languages of this one."""
    whole: dict[str, dict[str, Any]] = yaml.safe_load(text) or {}
    mine = whole.setdefault(model, {})
    mine.update({figure.language: asdict(measured_of(figure, today)) for figure in figures})
    return HEAD + yaml.safe_dump(whole, allow_unicode=True, sort_keys=False, width=120)
