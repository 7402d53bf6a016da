"""From what the model says of a window to words of the call: whole ones, in order, where somebody is heard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sapa.transcripts.engines.faster_whisper.windows import Window
from sapa.transcripts.pieces import Stretch
from sapa.transcripts.timing import words_in_order
from sapa.transcripts.types import Word


def words_of(
    said: Iterable[tuple[Window, Sequence[Word]]], voice: Sequence[Stretch], *, duration_s: float
) -> Iterator[Word]:
    """Of one channel, its windows in order; `voice`: the stretches of it in which somebody is heard."""
    in_channel = (_moved(word, window) for window, pieces in said for word in whole_words(pieces))
    yield from words_in_order(in_channel, voice, duration_s=duration_s)


def whole_words(pieces: Iterable[Word]) -> Iterator[Word]:
    """Whisper cuts "9.30am" and "bye-bye" into pieces; a piece without a space before it belongs to the last one."""
    whole: list[Word] = []
    for piece in pieces:
        if whole and piece.text.startswith(" "):
            yield from _joined(whole)
            whole = []
        whole.append(piece)
    yield from _joined(whole)


def _moved(word: Word, window: Window) -> Word:
    start_s, end_s = window.times(word.start_s, word.end_s)
    return replace(word, start_s=start_s, end_s=end_s)


def _joined(pieces: list[Word]) -> Iterator[Word]:
    text = "".join(piece.text for piece in pieces).strip()
    if text:
        confidence = sum(piece.confidence for piece in pieces) / len(pieces)
        yield Word(text, pieces[0].start_s, pieces[-1].end_s, confidence)
