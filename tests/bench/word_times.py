"""How far from the start and end of a turn, as people or a machine noted them, its first and last word lie."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sapa.transcripts.phrases import normalised
from sapa.transcripts.types import Word
from tests.bench.words import words_in_common


@dataclass(frozen=True)
class SpokenTurn:
    start_s: float
    end_s: float
    words: tuple[str, ...]


@dataclass(frozen=True)
class TurnTimes:
    """Seconds by which ours is later than the reference; `turns`: how many have words, heard or not."""

    starts: tuple[float, ...] = ()
    ends: tuple[float, ...] = ()
    turns: int = 0

    def __add__(self, other: TurnTimes) -> TurnTimes:
        return TurnTimes(self.starts + other.starts, self.ends + other.ends, self.turns + other.turns)


@dataclass(frozen=True)
class Difference:
    """`bias_s` is the median with its sign: above 0 ours is late."""

    count: int
    median_s: float
    p90_s: float
    bias_s: float


def turn_times(turns: Sequence[SpokenTurn], heard: Sequence[Word]) -> TurnTimes:
    """Of one party. Only words that were heard right, whole and at their place in the talk, are compared."""
    spoken = [word for turn in turns for word in turn.words]
    pieces = [
        (plain, word, place == 0, place == len(plains) - 1)
        for word in heard
        for plains in [normalised(word.text)]
        for place, plain in enumerate(plains)
    ]
    common = words_in_common(spoken, [plain for plain, _, _, _ in pieces])
    starts: list[float] = []
    ends: list[float] = []
    first = 0
    for turn in turns:
        last = first + len(turn.words) - 1
        if first <= last and first in common:
            _, word, begins, _ = pieces[common[first]]
            starts += [word.start_s - turn.start_s] if begins else []
        if first <= last and last in common:
            _, word, _, closes = pieces[common[last]]
            ends += [word.end_s - turn.end_s] if closes else []
        first = last + 1
    return TurnTimes(tuple(starts), tuple(ends), sum(bool(turn.words) for turn in turns))


def difference(late_s: Sequence[float]) -> Difference | None:
    if not late_s:
        return None
    away = [abs(one) for one in late_s]
    return Difference(len(late_s), statistics.median(away), float(np.percentile(away, 90)), statistics.median(late_s))
