"""Words of any engine get their times: in order, within the call, where somebody is heard."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from sapa.transcripts.engines import SAMPLE_RATE_HZ
from sapa.transcripts.pieces import Stretch
from sapa.transcripts.types import Span, Word


def words_in_order(words: Iterable[Word], voice: Sequence[Stretch], *, duration_s: float) -> Iterator[Word]:
    """Of one channel; `voice`: the stretches of it in which somebody is heard. No word begins before the last one ended
    or ends after the sound."""
    last_end_s, limit_s = 0.0, whole_hundredths(duration_s)
    for word in words:
        start_s, end_s = within_voice(word.start_s, word.end_s, voice)
        start_s = min(max(start_s, last_end_s), limit_s)
        last_end_s = min(max(end_s, start_s), limit_s)
        yield Word(word.text, round(start_s, 2), round(last_end_s, 2), round(word.confidence, 3))


def within_voice(start_s: float, end_s: float, voice: Sequence[Stretch]) -> tuple[float, float]:
    """A model may let a word last until the next one begins, over whatever pause there is: cut to that stretch with a
    voice of which it has most. A word where no voice was noticed stays as it is."""
    start, end = start_s * SAMPLE_RATE_HZ, end_s * SAMPLE_RATE_HZ
    at = max(0, bisect_right(voice, start, key=lambda stretch: stretch[1]))
    best: tuple[float, Stretch] | None = None
    while at < len(voice) and voice[at][0] < end:
        shared = min(end, voice[at][1]) - max(start, voice[at][0])
        if shared > 0 and (best is None or shared > best[0]):
            best = (shared, voice[at])
        at += 1
    if best is None:
        return start_s, end_s
    return max(start_s, best[1][0] / SAMPLE_RATE_HZ), min(end_s, best[1][1] / SAMPLE_RATE_HZ)


def words_spread(text: str, span: Span, voice: Sequence[Stretch], *, confidence: float) -> list[Word]:
    """Words without times of their own, laid over the voice in `span` (where there is none, over all of it), each as
    long as it has letters. No word is moved into a pause; within a phrase it may stand a second from its place."""
    texts = text.split()
    low, high = span.start_s, span.end_s
    heard = [(max(low, first / SAMPLE_RATE_HZ), min(high, last / SAMPLE_RATE_HZ)) for first, last in voice]
    stretches = [(first, last) for first, last in heard if first < last] or [(low, high)]
    spoken_s = sum(last - first for first, last in stretches)
    letters = [len(word) + 1 for word in texts]
    ends_s = [spoken_s * done / sum(letters) for done in accumulate(letters)]
    words = []
    for word, start_s, end_s in zip(texts, [0.0, *ends_s], ends_s, strict=False):
        first_s, last_s, before_s = _stretch_at((start_s + end_s) / 2, stretches)
        shift_s = first_s - before_s
        words.append(Word(word, max(start_s + shift_s, first_s), min(end_s + shift_s, last_s), confidence))
    return words


def _stretch_at(position_s: float, stretches: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """The stretch that so much of the voice leads to, and how much of it lies before."""
    before_s = 0.0
    for first_s, last_s in stretches[:-1]:
        if position_s < before_s + last_s - first_s:
            return first_s, last_s, before_s
        before_s += last_s - first_s
    return *stretches[-1], before_s


def whole_hundredths(seconds: float) -> float:
    """Times are given in hundredths; rounded up, the last one would lie past the end of the sound."""
    return math.floor(seconds * 100) / 100


def spans_of(voice: Sequence[Stretch]) -> tuple[Span, ...]:
    return tuple(
        Span(whole_hundredths(start / SAMPLE_RATE_HZ), whole_hundredths(end / SAMPLE_RATE_HZ)) for start, end in voice
    )
