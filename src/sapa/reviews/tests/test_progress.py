"""Means with margins, and weeks."""

from __future__ import annotations

from datetime import date

import pytest

from sapa.reviews.progress import mean_of, weeks_of


def test_no_calls_have_no_mean_and_one_has_no_margin() -> None:
    assert mean_of([]) is None
    one = mean_of([80.0])
    assert one is not None
    assert (one.mean, one.margin, one.says_something) == (80.0, None, False)


def test_the_margin_is_students() -> None:
    """Ten values of mean 80 and standard deviation 5: t(9) × 5 / √10 = 2.262 × 1.581."""
    found = mean_of([80 - 5 * 0.9**0.5] * 5 + [80 + 5 * 0.9**0.5] * 5)
    assert found is not None
    assert found.margin == pytest.approx(2.262 * 5 / 10**0.5, abs=1e-3)
    assert found.says_something


def test_too_few_or_too_different_say_nothing() -> None:
    few, different = mean_of([80.0] * 4), mean_of([0.0, 100.0] * 5)
    assert few is not None
    assert different is not None
    assert not few.says_something
    assert not different.says_something


def test_a_margin_never_leaves_the_scale() -> None:
    found = mean_of([100.0, 90.0, 100.0])
    assert found is not None
    assert (found.high, found.low > 80) == (100.0, True)


def test_weeks_begin_on_monday_and_empty_ones_stay() -> None:
    marked = [(date(2026, 3, 9), 70.0), (date(2026, 3, 15), 90.0), (date(2026, 2, 20), 50.0), (date(2025, 1, 1), 1.0)]
    weeks = weeks_of(marked, until=date(2026, 3, 11), weeks=4)
    assert [week.begins_on for week in weeks] == [
        date(2026, 2, 16), date(2026, 2, 23), date(2026, 3, 2), date(2026, 3, 9),
    ]  # fmt: skip
    assert [week.mean.mean if week.mean else None for week in weeks] == [50.0, None, None, 80.0]
