"""From what the model says of a window to words of the call: whole ones, in order, where somebody is heard."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from sapa.transcripts.engines import SAMPLE_RATE_HZ
from sapa.transcripts.engines.faster_whisper.windows import Window
from sapa.transcripts.pieces import Stretch
from sapa.transcripts.types import Word


def words_of(
    said: Iterable[tuple[Window, Sequence[Word]]], voice: Sequence[Stretch], *, duration_s: float
) -> Iterator[Word]:
    """Of one channel, its windows in order; `voice`: the stretches of it in which somebody is heard."""
    last_end_s, limit_s = 0.0, whole_hundredths(duration_s)
    for window, pieces in said:
        for word in whole_words(pieces):
            start_s, end_s = within_voice(*window.times(word.start_s, word.end_s), voice)
            start_s = min(max(start_s, last_end_s), limit_s)
            last_end_s = min(max(end_s, start_s), limit_s)
            yield Word(word.text, round(start_s, 2), round(last_end_s, 2), round(word.confidence, 3))


def whole_words(pieces: Iterable[Word]) -> Iterator[Word]:
    """Whisper cuts "9.30am" and "bye-bye" into pieces; a piece without a space before it belongs to the last one."""
    whole: list[Word] = []
    for piece in pieces:
        if whole and piece.text.startswith(" "):
            yield from _joined(whole)
            whole = []
        whole.append(piece)
    yield from _joined(whole)


def within_voice(start_s: float, end_s: float, voice: Sequence[Stretch]) -> tuple[float, float]:
    """The model lets a word last until the next one begins, over whatever pause there is: cut to that stretch with a
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


def whole_hundredths(seconds: float) -> float:
    """Times are given in hundredths; rounded up, the last one would lie past the end of the sound."""
    return math.floor(seconds * 100) / 100


def _joined(pieces: list[Word]) -> Iterator[Word]:
    text = "".join(piece.text for piece in pieces).strip()
    if text:
        confidence = sum(piece.confidence for piece in pieces) / len(pieces)
        yield Word(text, pieces[0].start_s, pieces[-1].end_s, confidence)
