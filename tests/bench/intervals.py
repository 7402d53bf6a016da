"""Between which figures a word error rate lies, by the recordings it was measured on.

Words of one call are wrong together (a bad line, an accent, a subject), so an interval by the number of words would
be too narrow. Whole recordings are drawn instead, with replacement, and the rate taken of each drawing: the bootstrap
of Bisani and Ney, "Bootstrap estimates for confidence intervals in ASR performance evaluation", ICASSP 2004. Under
five recordings say nothing about others, and no interval is given. With hardly more it is still too narrow, and it
speaks only of recordings like these: prompts of one voice say nothing of other voices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tests.bench.words import Errors

FEWEST_RECORDINGS = 5
DRAWINGS = 10_000
SEED = 20_261_126


@dataclass(frozen=True)
class Interval:
    low_pct: float
    high_pct: float


def wer_interval(recordings: Sequence[Errors]) -> Interval | None:
    """The middle 95 % of what the drawings give; the same recordings give the same interval."""
    if len(recordings) < FEWEST_RECORDINGS:
        return None
    wrong = np.array([errors.wrong for errors in recordings])
    words = np.array([errors.words for errors in recordings])
    drawn = np.random.default_rng(SEED).integers(0, len(recordings), size=(DRAWINGS, len(recordings)))
    rates = 100.0 * wrong[drawn].sum(axis=1) / np.maximum(words[drawn].sum(axis=1), 1)
    low, high = np.percentile(rates, [2.5, 97.5])
    return Interval(float(low), float(high))
