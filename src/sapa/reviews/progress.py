"""A mean that says how far it can be trusted, and the same over time. Pure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

# Student's t, two-sided 95 %, by degrees of freedom (any table; Fisher & Yates 1938). Beyond 30 the normal serves.
_T_95 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
_Z_95 = 1.96
LEAST_CALLS = 5
WIDEST_MARGIN = 10.0  # points of CQR: a margin wider than this says nothing to an agent. Our choice.


@dataclass(frozen=True)
class Mean:
    """Of CQR in points 0–100. `margin` is half of the 95 % interval; None of fewer than two calls."""

    calls: int
    mean: float
    margin: float | None

    @property
    def says_something(self) -> bool:
        return self.calls >= LEAST_CALLS and self.margin is not None and self.margin <= WIDEST_MARGIN

    @property
    def low(self) -> float:
        return max(0.0, self.mean - (self.margin or 0.0))

    @property
    def high(self) -> float:
        return min(100.0, self.mean + (self.margin or 0.0))


@dataclass(frozen=True)
class Week:
    """`begins_on` is a Monday; `mean` None where no call was marked."""

    begins_on: date
    mean: Mean | None


def mean_of(values: Sequence[float]) -> Mean | None:
    if not values:
        return None
    calls = len(values)
    if calls == 1:
        return Mean(1, values[0], None)
    t = _T_95[calls - 2] if calls - 2 < len(_T_95) else _Z_95
    return Mean(calls, statistics.fmean(values), t * statistics.stdev(values) / math.sqrt(calls))


def weeks_of(marked: Iterable[tuple[date, float]], *, until: date, weeks: int) -> list[Week]:
    """The last so many weeks, the earliest first."""
    last = until - timedelta(days=until.weekday())
    found: dict[date, list[float]] = {last - timedelta(weeks=back): [] for back in range(weeks - 1, -1, -1)}
    for day, value in marked:
        monday = day - timedelta(days=day.weekday())
        if monday in found:
            found[monday].append(value)
    return [Week(monday, mean_of(values)) for monday, values in found.items()]
