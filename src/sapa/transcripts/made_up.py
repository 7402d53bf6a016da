"""What a speech model gives although nobody said it: a loop, or a sentence it knows from subtitles.

Every engine's words pass here before they become turns; what is taken out is kept with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from sapa.transcripts.phrases import normalised
from sapa.transcripts.types import LeftOut, LeftOutReason, Word

PHANTOMS_DIR = Path(__file__).parent / "phantoms"
LONGEST_UNIT = 24  # words that are said again and again
FEWEST_TIMES = 5
FEWEST_WORDS = 16  # "can you hear me" is said four times in a row, "no" eight times; a model's loop goes on
UNSURE = 0.5  # mean confidence of a sentence
PAUSE_S = 1.0  # between words, ends a sentence as a full stop does
Words = tuple[Word, ...]
Run = tuple[int, int]  # of words, the second not included


@dataclass(frozen=True)
class Phantom:
    """`words` are compared without capitals and punctuation; `is_open`: the sentence may go on."""

    words: tuple[str, ...]
    is_open: bool
    is_always: bool

    def fits(self, said: Sequence[str]) -> bool:
        return tuple(said[: len(self.words)]) == self.words and (self.is_open or len(said) == len(self.words))


def cleaned(channels: Sequence[Words], language: str) -> tuple[tuple[Words, ...], tuple[LeftOut, ...]]:
    """For every channel what is left of its words, and what was left out of all of them, in order of time."""
    kept: list[Words] = []
    left_out: list[LeftOut] = []
    for channel, spoken in enumerate(channels):
        words = spoken
        for runs_in, reason in ((repeats_in, LeftOutReason.REPEATS), (phantoms_in, LeftOutReason.PHANTOM)):
            runs = list(runs_in(words, language))
            left_out += [left_out_of(channel, words[first:end], reason) for first, end in runs]
            words = without(words, runs)
        kept.append(words)
    return tuple(kept), tuple(sorted(left_out, key=lambda one: (one.start_s, one.channel)))


def repeats_in(words: Words, _language: str = "") -> Iterator[Run]:
    """All but the first of what is said over and over, at least `FEWEST_TIMES` times and `FEWEST_WORDS` words."""
    said = [" ".join(normalised(word.text)) or word.text for word in words]
    at = 0
    while at < len(said):
        unit, end = max((_loop(said, at, unit) for unit in range(1, LONGEST_UNIT + 1)), key=lambda loop: loop[1])
        if end:
            yield at + unit, end
            at = end
        else:
            at += 1


def phantoms_in(words: Words, language: str) -> Iterator[Run]:
    """Whole sentences that are known to be made up in this language."""
    known = _phantoms(language)
    if not known:
        return
    for first, end in _sentences(words):
        said = [token for word in words[first:end] for token in normalised(word.text)]
        confidence = sum(word.confidence for word in words[first:end]) / (end - first)
        if any(one.fits(said) and (one.is_always or confidence < UNSURE) for one in known):
            yield first, end


def without(words: Words, runs: Sequence[Run]) -> Words:
    left = {at for first, end in runs for at in range(first, end)}
    return tuple(word for at, word in enumerate(words) if at not in left)


def left_out_of(channel: int, words: Sequence[Word], reason: LeftOutReason) -> LeftOut:
    return LeftOut(channel, words[0].start_s, words[-1].end_s, " ".join(word.text for word in words), reason)


def _loop(said: Sequence[str], at: int, unit: int) -> tuple[int, int]:
    """`unit` and where its loop ends, 0 where it is none."""
    end = at + unit
    while said[end : end + unit] == said[at : at + unit]:
        end += unit
    is_loop = end - at >= max(FEWEST_WORDS, FEWEST_TIMES * unit) and end <= len(said)
    return unit, end if is_loop else 0


def _sentences(words: Words) -> Iterator[Run]:
    first = 0
    for at, word in enumerate(words, start=1):
        is_over = len(word.text) > len("A.") and word.text.endswith((".", "!", "?", "…"))
        if at == len(words) or is_over or words[at].start_s - word.end_s >= PAUSE_S:
            yield first, at
            first = at


@lru_cache(maxsize=16)
def _phantoms(language: str) -> tuple[Phantom, ...]:
    path = PHANTOMS_DIR / f"{language}.yaml"
    if not language.isalpha() or not path.exists():
        return ()
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tuple(
        Phantom(tuple(normalised(said)), said.endswith("…"), name == "always")
        for name in ("always", "unsure")
        for said in raw.get(name) or []
    )
