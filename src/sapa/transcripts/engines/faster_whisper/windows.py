"""What a Whisper model hears at once: the talk of one party, its silences cut short, in windows of its own length.

The model knows windows of thirty seconds. Given a short one alone it loses the context that a small model lives on and
does not find its end; given one padded to thirty seconds its encoder works on nothing, as long as on talk. So the talk
of a party is put together, shared out evenly over as few windows as it needs, and each is as long as the talk in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from sapa.recordings.types import Samples
from sapa.transcripts.engines import SAMPLE_RATE_HZ
from sapa.transcripts.pieces import Stretch, talk_in

JOIN_S = 0.7  # a shorter silence stays as it is
MARGIN_S = 0.25  # of the silence around talk, so that no sound is cut and words do not run together
LONGEST_S = 28.0
SHORTEST_S = 15.0  # less is padded with silence: in shorter windows the model repeats itself or hears worse (ADR 20)
TAIL_S = 2.0  # of silence after the talk: by it the model knows that this was all
TRAINED_ON = 30 * SAMPLE_RATE_HZ  # samples of a window of its training
STEP_S = 5.0  # windows of one batch have the same length, rounded up to this
BATCH = 2  # two such go side by side; four are no faster and take hundreds of megabytes more on a long call


@dataclass(frozen=True)
class Window:
    """`pieces`: stretches of a channel, in order, heard one right after the other."""

    channel: int
    pieces: tuple[Stretch, ...]

    @property
    def length(self) -> int:
        return sum(end - start for start, end in self.pieces)

    @property
    def padded(self) -> int:
        """How many samples the model gets, silence at the end."""
        step = round(STEP_S * SAMPLE_RATE_HZ)
        needed = self.length + round(TAIL_S * SAMPLE_RATE_HZ)
        return min(TRAINED_ON, max(round(SHORTEST_S * SAMPLE_RATE_HZ), -(-needed // step) * step))

    def of(self, channel: Samples) -> Samples:
        return np.concatenate([channel[start:end] for start, end in self.pieces])

    def times(self, start_s: float, end_s: float) -> tuple[float, float]:
        """From seconds in the window to seconds in the channel. What reaches into two pieces is of the one in which its
        middle lies, and ends where that ends."""
        middle, before = (start_s + end_s) / 2 * SAMPLE_RATE_HZ, 0
        for start, end in self.pieces:
            if middle < before + end - start or (start, end) == self.pieces[-1]:
                break
            before += end - start
        first, last = ((start - before) / SAMPLE_RATE_HZ + time_s for time_s in (start_s, end_s))
        low, high = start / SAMPLE_RATE_HZ, end / SAMPLE_RATE_HZ
        return min(max(first, low), high), min(max(last, low), high)


def windows_in(channel: int, voice: Sequence[Stretch], length: int) -> list[Window]:
    """Of the stretches with a voice in a channel of `length` samples, none of them longer than a window."""
    margin, join, longest = (round(seconds * SAMPLE_RATE_HZ) for seconds in (MARGIN_S, JOIN_S, LONGEST_S))
    talk = talk_in(voice, length, longest=longest, join=join, margin=margin)
    whole = sum(end - start for start, end in talk)
    even = whole / max(1, -(-whole // longest))
    windows: list[list[Stretch]] = []
    filled = 0
    for start, end in talk:
        if not windows or filled + (end - start) > longest or filled >= even:
            windows.append([])
            filled = 0
        windows[-1].append((start, end))
        filled += end - start
    return [Window(channel, tuple(pieces)) for pieces in windows]


def batches_of(windows: Iterable[Window], *, at_once: int) -> Iterator[list[Window]]:
    """The longest first: what needs most memory is known at once. `at_once` of them are heard side by side, so few
    windows are shared out."""
    ordered = sorted(windows, key=lambda window: (-window.padded, window.channel, window.pieces))
    for _length, same in groupby(ordered, key=lambda window: window.padded):
        together = list(same)
        size = min(BATCH, -(-len(together) // at_once))
        for first in range(0, len(together), size):
            yield together[first : first + size]
