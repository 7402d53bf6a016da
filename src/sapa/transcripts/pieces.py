"""Cutting hours of sound into pieces that an engine can hold, in silence, so that no word is cut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sapa.recordings.sound import let_go
from sapa.recordings.types import Samples

PIECE_S = 600.0  # a call up to this is one piece; measured memory stands in docs/recordings.md
GRID = 160  # samples: pieces begin at whole hundredths of a second at 16 kHz, as the times of words do
CUT_FROM_SHARE = 0.75  # the pause to cut in is looked for in the last quarter of a piece
Stretch = tuple[int, int]  # samples, the second not included


@dataclass(frozen=True)
class Cut:
    """`pieces` cover the channel without a gap; in the stretches of `voice` somebody is heard."""

    pieces: tuple[Stretch, ...]
    voice: tuple[Stretch, ...]


def cut_in_silence(
    channel: Samples,
    voice_of: Callable[[Samples], list[Stretch]],
    *,
    longest: int,
    progress: Callable[[float], None],
) -> Cut:
    """Look for voice in `(samples,)`, `longest` samples at a time, and cut there in the longest pause."""
    pieces: list[Stretch] = []
    voice: list[Stretch] = []
    start, total = 0, len(channel)
    while start < total or not pieces:
        end = min(start + longest, total)
        heard = voice_of(held(channel, start, end))
        length = end - start if end == total else pause_in(heard, end - start)
        voice += [(start + first, start + min(last, length)) for first, last in heard if first < length]
        pieces.append((start, start + length))
        start += length
        progress(start / total if total else 1.0)
    return Cut(tuple(pieces), tuple(voice))


def held(channel: Samples, start: int, end: int) -> Samples:
    """A stretch of a channel, in memory; what was read of a mapped file for it is let go."""
    piece = np.ascontiguousarray(channel[start:end])
    let_go(channel)
    return piece


def pause_in(heard: list[Stretch], length: int) -> int:
    """The middle of the longest pause in the last quarter of a piece; where nobody pauses, its end."""
    first_place = int(length * CUT_FROM_SHARE)
    edges = [0, *(edge for stretch in heard for edge in stretch), length]
    pauses = [
        (max(edges[at], first_place), edges[at + 1]) for at in range(0, len(edges), 2) if edges[at + 1] > first_place
    ]
    longest = max(pauses, key=lambda pause: pause[1] - pause[0], default=(length, length))
    middle = sum(longest) // 2 if longest[1] > longest[0] else length
    return max(GRID, middle - middle % GRID)
