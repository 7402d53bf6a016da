"""How well two sources of marks agree: exact agreement with its interval, and agreement beyond chance. Pure.

Ours, tested on published examples: the statistics of quality are what the program is for.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

Z_95 = 1.959963984540054  # two-sided 95 % of the normal distribution

LEAST_CALLS = 30
LEAST_AGREEMENT_LOW = 0.75
LEAST_ALPHA = 0.667  # Krippendorff, Content Analysis (2004), ch. 11: the least fit for tentative conclusions


@dataclass(frozen=True)
class Interval:
    """Shares 0–1."""

    low: float
    high: float


@dataclass(frozen=True)
class Agreement:
    """`pairs` calls; shares 0–1. `alpha` is None where all marks are alike: chance then explains everything."""

    pairs: int
    agree: int
    interval: Interval
    alpha: float | None

    @property
    def share(self) -> float:
        return self.agree / self.pairs if self.pairs else 0.0

    @property
    def is_enough(self) -> bool:
        return self.pairs >= LEAST_CALLS

    @property
    def is_trusted(self) -> bool:
        """The bar of ADR 17."""
        return (
            self.is_enough
            and self.interval.low >= LEAST_AGREEMENT_LOW
            and self.alpha is not None
            and self.alpha >= LEAST_ALPHA
        )


def agreement_of(pairs: Sequence[tuple[float, float]]) -> Agreement:
    """Of (one source, the other) on the same calls."""
    agree = sum(one == other for one, other in pairs)
    return Agreement(len(pairs), agree, wilson(agree, len(pairs)), alpha_ordinal(pairs))


def wilson(successes: int, trials: int, z: float = Z_95) -> Interval:
    """The score interval of a share (Wilson, JASA 22, 1927). Of no trials: everything is possible."""
    if trials == 0:
        return Interval(0.0, 1.0)
    share, square = successes / trials, z * z
    middle = (share + square / (2 * trials)) / (1 + square / trials)
    reach = z / (1 + square / trials) * math.sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    return Interval(max(0.0, middle - reach), min(1.0, middle + reach))


def alpha_ordinal(units: Iterable[Sequence[float]]) -> float | None:
    """Krippendorff's alpha for ordered values (Content Analysis, 2004, ch. 11; computed by coincidences).

    A unit is what its coders said of it; units with fewer than two values say nothing. None where no value differs.
    """
    kept = [unit for unit in units if len(unit) > 1]
    coincidences: Counter[tuple[float, float]] = Counter()
    for unit in kept:
        for place, one in enumerate(unit):
            for other in (*unit[:place], *unit[place + 1 :]):
                coincidences[one, other] += 1 / (len(unit) - 1)  # type: ignore[assignment]
    totals: Counter[float] = Counter()
    for (one, _), count in coincidences.items():
        totals[one] += count
    values, everything = sorted(totals), sum(totals.values())
    if len(values) < 2:
        return None
    distance = {(one, other): _distance(totals, one, other) for one, other in product(values, values)}
    observed = sum(count * distance[pair] for pair, count in coincidences.items())
    expected = sum(totals[one] * totals[other] * distance[one, other] for one, other in product(values, values))
    return 1 - (everything - 1) * observed / expected


def _distance(totals: Counter[float], one: float, other: float) -> float:
    """How far two ordered values are apart: by how many values lie between them, half of the two counted."""
    low, high = sorted((one, other))
    between = sum(count for value, count in totals.items() if low <= value <= high)
    return (between - (totals[one] + totals[other]) / 2) ** 2 if one != other else 0.0
