from __future__ import annotations

import pytest

from tests.bench.intervals import wer_interval
from tests.bench.words import Errors

ALL_WRONG = Errors(substitutions=100, words=100)
ALL_RIGHT = Errors(words=100)


def test_the_interval_is_that_of_drawing_recordings() -> None:
    """One of five recordings of equal length is all wrong: so many drawings hold it k times as Binomial(5, 1/5) says.
    P(0) = 0.33, P(k ≤ 2) = 0.942 and P(k ≤ 3) = 0.993, so 2.5 % lie at 0 of 5 and 97.5 % at 3 of 5."""
    interval = wer_interval([ALL_WRONG, *[ALL_RIGHT] * 4])
    assert interval is not None
    assert (interval.low_pct, interval.high_pct) == (0.0, 60.0)


def test_recordings_that_are_alike_leave_no_doubt() -> None:
    interval = wer_interval([Errors(deletions=13, words=100)] * 6)
    assert interval is not None
    assert (interval.low_pct, interval.high_pct) == pytest.approx((13.0, 13.0))


def test_a_long_recording_weighs_by_its_words() -> None:
    short, long = Errors(substitutions=10, words=10), Errors(words=990)
    interval = wer_interval([short, long, long, long, long])
    assert interval is not None
    assert interval.high_pct < 1.6


def test_the_same_recordings_give_the_same_interval() -> None:
    recordings = [Errors(insertions=wrong, words=50) for wrong in range(7)]
    assert wer_interval(recordings) == wer_interval(recordings)


def test_of_four_recordings_none_is_given() -> None:
    assert wer_interval([ALL_RIGHT] * 4) is None
