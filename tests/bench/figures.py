"""From what was heard to rows of the tables, and to the figures by which the machine abstains."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from sapa.transcripts.phrases import normalised
from tests.bench.heard import Heard
from tests.bench.intervals import Interval, wer_interval
from tests.bench.sets import Clip, Source, Speech
from tests.bench.word_times import Difference, TurnTimes, difference, turn_times
from tests.bench.words import Errors, word_errors


@dataclass(frozen=True)
class Measured:
    """One source, heard by one listener."""

    source: Source
    title: str
    is_told: bool
    heard: tuple[tuple[Clip, Heard], ...]

    @cached_property
    def each(self) -> list[Errors]:
        return [clip_errors(clip, heard) for clip, heard in self.heard]

    @property
    def errors(self) -> Errors:
        return sum(self.each, Errors())

    @property
    def minutes(self) -> float:
        return sum(heard.minutes for _, heard in self.heard)

    @property
    def languages_right(self) -> int:
        return sum(heard.language == clip.language for clip, heard in self.heard)

    @property
    def times(self) -> TurnTimes:
        return sum((clip_times(clip, heard) for clip, heard in self.heard), TurnTimes())


@dataclass(frozen=True)
class LanguageFigure:
    """How well a language is heard: by all recordings of the kind that is nearest to calls."""

    language: str
    errors: Errors
    interval: Interval | None
    sources: tuple[str, ...]
    speech: Speech
    recordings: int


def clip_errors(clip: Clip, heard: Heard) -> Errors:
    channels = heard.words(len(clip.spoken))
    return sum(
        (
            word_errors(spoken, normalised(" ".join(word.text for word in words)))
            for spoken, words in zip(clip.spoken, channels, strict=True)
        ),
        Errors(),
    )


def clip_times(clip: Clip, heard: Heard) -> TurnTimes:
    if not clip.turns:
        return TurnTimes()
    channels = heard.words(len(clip.turns))
    return sum((turn_times(turns, words) for turns, words in zip(clip.turns, channels, strict=True)), TurnTimes())


def language_figures(measured: Iterable[Measured]) -> list[LanguageFigure]:
    """Of one listener. Synthetic speech is easier than people, and judges no language."""
    found: dict[str, dict[Speech, list[Measured]]] = {}
    for one in measured:
        if one.errors.words and one.source.speech is not Speech.SYNTHETIC:
            found.setdefault(one.source.language, {}).setdefault(one.source.speech, []).append(one)
    figures = []
    for language, by_speech in found.items():
        speech = next(kind for kind in Speech if kind in by_speech)
        nearest = by_speech[speech]
        each = [errors for one in nearest for errors in one.each]
        names = tuple(one.source.name for one in nearest)
        figures.append(LanguageFigure(language, sum(each, Errors()), wer_interval(each), names, speech, len(each)))
    return figures


def word_rows(measured: Sequence[Measured]) -> list[list[str]]:
    return [_word_row(one) for one in measured if one.errors.words]


def _word_row(one: Measured) -> list[str]:
    errors, count = one.errors, len(one.heard)
    split = " / ".join(f"{errors.pct(n):.1f}" for n in (errors.substitutions, errors.deletions, errors.insertions))
    found = "told" if one.is_told else f"{one.languages_right} of {count} right"
    interval = wer_interval(one.each)
    within = f"{interval.low_pct:.1f}–{interval.high_pct:.1f}" if interval else "none"
    kind = f"{one.source.language}, {one.source.speech}"
    sizes = [str(count), f"{one.minutes:.1f}", str(errors.words), f"{errors.wer_pct:.1f}", within]
    return [one.source.name, kind, one.title, *sizes, split, f"{errors.pct(errors.figures):.1f}", found]


def time_rows(measured: Sequence[Measured]) -> list[list[str]]:
    rows = []
    for one in measured:
        times = one.times
        for edge, late_s in (("start", times.starts), ("end", times.ends)):
            away = difference(late_s)
            if away is not None:
                rows.append([one.source.name, one.title, edge, *_time_cells(away, times.turns)])
    return rows


def _time_cells(away: Difference, turns: int) -> list[str]:
    return [f"{away.count} of {turns}", f"{away.median_s:.2f}", f"{away.p90_s:.2f}", f"{away.bias_s:+.2f}"]
