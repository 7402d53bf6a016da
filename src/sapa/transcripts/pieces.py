"""Cutting hours of sound into pieces that an engine can hold, in silence, so that no word is cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

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


def talk_in(voice: Sequence[Stretch], length: int, *, longest: int, join: int, margin: int) -> list[Stretch]:
    """Stretches of talk in a channel of `length` samples, none longer than `longest`: with a margin of the silence
    around, which meet in the middle of a silence that is too short for two; what no more than `join` parts is one."""
    runs: list[Stretch] = []
    for start, end in voice:
        if runs and start - runs[-1][1] <= join and end - runs[-1][0] <= longest - 2 * margin:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    middles = [0, *((end + start) // 2 for (_, end), (start, _) in pairwise(runs)), length]
    return [
        (max(start - margin, middles[at]), min(end + margin, middles[at + 1])) for at, (start, end) in enumerate(runs)
    ]


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
