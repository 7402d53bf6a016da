"""Agreement against published figures."""

from __future__ import annotations

import pytest

from sapa.reviews.agreement import agreement_of, alpha_ordinal, wilson

N = None
# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section D: four observers, twelve units.
OBSERVERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3),
    (N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N),
)


def test_alpha_is_that_of_krippendorffs_own_example() -> None:
    units = [[float(value) for value in unit if value is not None] for unit in zip(*OBSERVERS, strict=True)]
    assert alpha_ordinal(units) == pytest.approx(0.815, abs=0.0005)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe, Statistics in Medicine 17 (1998), table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_that_of_newcombes_table(successes: int, trials: int, low: float, high: float) -> None:
    interval = wilson(successes, trials)
    assert interval.low == pytest.approx(low, abs=6e-5)
    assert interval.high == pytest.approx(high, abs=6e-5)


def test_of_no_calls_nothing_is_known() -> None:
    found = agreement_of([])
    assert (found.pairs, found.interval.low, found.interval.high, found.alpha) == (0, 0.0, 1.0, None)
    assert not found.is_trusted


def test_one_hundred_calls_all_alike_prove_nothing_about_faults() -> None:
    found = agreement_of([(1.0, 1.0)] * 100)
    assert (found.share, found.alpha, found.is_trusted) == (1.0, None, False)


def test_who_always_says_one_is_not_trusted_though_nine_in_ten_agree() -> None:
    found = agreement_of([(1.0, 1.0)] * 95 + [(1.0, 0.0)] * 5)
    assert found.interval.low > 0.75
    assert not found.is_trusted


def test_it_is_trusted_from_thirty_calls_that_differ_and_agree() -> None:
    alike = [(1.0, 1.0)] * 15 + [(0.5, 0.5)] * 6 + [(0.0, 0.0)] * 8
    assert agreement_of([*alike, (0.0, 0.5)]).is_trusted
    assert not agreement_of(alike).is_trusted


def test_a_half_for_a_nothing_weighs_less_than_a_full() -> None:
    alike = [(1.0, 1.0)] * 10 + [(0.5, 0.5)] * 10 + [(0.0, 0.0)] * 10
    near, far = alpha_ordinal([*alike, (0.5, 0.0)]), alpha_ordinal([*alike, (1.0, 0.0)])
    assert near is not None
    assert far is not None
    assert near > far
