from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sapa.scorecards.cqr import MIN_COVERAGE_PCT, points_of, score_of
from sapa.scorecards.tests.cards import abstained, graded, marked, not_applicable
from sapa.scorecards.types import CriterionMark, Mark, MarkState, Score, Verdict

BAND = 80.0


def score(*marks: CriterionMark, band_pct: float = BAND) -> Score:
    return score_of(marks, band_pct=band_pct)


def test_all_worked_through_is_a_hundred() -> None:
    assert score(graded(1.0, 3), graded(1.0, 1)) == Score(100.0, 100.0, Verdict.SUCCESSFUL)


def test_nothing_done_is_zero() -> None:
    assert score(graded(0.0, 3), graded(0.0, 1)) == Score(0.0, 100.0, Verdict.UNSUCCESSFUL)


def test_tried_but_not_to_the_end_counts_half() -> None:
    """(1×3 + 0.5×2 + 0×1) / 6."""
    result = score(graded(1.0, 3), graded(0.5, 2), graded(0.0, 1))
    assert result.cqr_pct == pytest.approx(400 / 6)


def test_the_objection_call_of_the_article() -> None:
    """Weights of an objection call; the story half told, the objection left: (1+2+1.5+0+3+3+1) / 17."""
    values = (1.0, 1.0, 0.5, 0.0, 1.0, 1.0, 1.0)
    weights = (1, 2, 3, 4, 3, 3, 1)
    result = score(*(graded(value, weight) for value, weight in zip(values, weights, strict=True)))
    assert result.cqr_pct == pytest.approx(100 * 11.5 / 17)
    assert result.verdict is Verdict.UNSUCCESSFUL


def test_not_applicable_leaves_both_sums() -> None:
    with_it = score(graded(1.0, 3), graded(0.5, 1), graded(not_applicable(), 50))
    assert with_it == score(graded(1.0, 3), graded(0.5, 1))
    assert with_it.coverage_pct == 100.0


def test_an_abstention_leaves_both_sums_and_lowers_the_coverage() -> None:
    result = score(graded(1.0, 3), graded(0.5, 1), graded(abstained(), 1))
    assert result.cqr_pct == pytest.approx(87.5)
    assert result.coverage_pct == pytest.approx(80.0)


def test_sixty_per_cent_coverage_is_enough() -> None:
    assert score(graded(1.0, 3), graded(abstained(), 2)) == Score(100.0, MIN_COVERAGE_PCT, Verdict.SUCCESSFUL)


def test_less_than_sixty_per_cent_coverage_gives_no_cqr() -> None:
    result = score(graded(1.0, 599), graded(abstained(), 401))
    assert (result.cqr_pct, result.verdict) == (None, Verdict.UNDECIDED)
    assert result.coverage_pct == pytest.approx(59.9)


def test_the_coverage_of_fractional_weights_is_not_lost_to_rounding() -> None:
    """0.2 + 0.7 of 1.5 is exactly 60 %; as binary fractions it comes out below."""
    result = score(graded(1.0, 0.2), graded(abstained(), 0.3), graded(abstained(), 0.3), graded(1.0, 0.7))
    assert result.coverage_pct == 60.0
    assert result.cqr_pct == 100.0


@pytest.mark.parametrize("weights", [(0.1, 0.3), (0.7, 2.1), (1.1, 3.3), (2.3, 6.9)])
def test_exactly_the_band_is_good_whatever_the_weights(weights: tuple[float, float]) -> None:
    """One part at 0.5 and three parts whole is 87.5 %."""
    low, high = weights
    assert score(graded(0.5, low), graded(1.0, high), band_pct=87.5).verdict is Verdict.SUCCESSFUL


def test_exactly_eighty_is_good() -> None:
    assert score(graded(1.0, 4), graded(0.0, 1)) == Score(80.0, 100.0, Verdict.SUCCESSFUL)


def test_a_hair_below_the_band_is_not_rounded_up() -> None:
    result = score(graded(1.0, 799_999_999), graded(0.0, 200_000_001))
    assert result.cqr_pct is not None
    assert 79.9999 < result.cqr_pct < 80
    assert result.verdict is Verdict.UNSUCCESSFUL


def test_a_critical_zero_fails_the_call_and_the_cqr_stays() -> None:
    result = score(graded(1.0, 19), graded(0.0, 1, critical=True))
    assert result == Score(95.0, 100.0, Verdict.UNSUCCESSFUL)


@pytest.mark.parametrize("mark", [marked(0.5), abstained(), not_applicable()])
def test_a_critical_criterion_fails_the_call_only_at_zero(mark: Mark) -> None:
    assert score(graded(1.0, 19), graded(mark, 1, critical=True)).verdict is Verdict.SUCCESSFUL


def test_a_critical_zero_decides_nothing_below_the_coverage() -> None:
    result = score(graded(0.0, 1, critical=True), graded(abstained(), 9))
    assert result == Score(None, 10.0, Verdict.UNDECIDED)


@pytest.mark.parametrize("marks", [(), (graded(not_applicable()),), (graded(not_applicable(), 5),) * 3])
def test_nothing_applicable_is_undecided(marks: tuple[CriterionMark, ...]) -> None:
    assert score(*marks) == Score(None, 0.0, Verdict.UNDECIDED)


def test_everything_abstained_is_undecided() -> None:
    assert score(graded(abstained(), 2)) == Score(None, 0.0, Verdict.UNDECIDED)


def test_another_band_moves_the_verdict_and_not_the_cqr() -> None:
    marks = graded(1.0, 7), graded(0.0, 3)
    assert score(*marks, band_pct=70.0) == Score(70.0, 100.0, Verdict.SUCCESSFUL)
    assert score(*marks, band_pct=70.1) == Score(70.0, 100.0, Verdict.UNSUCCESSFUL)


WEIGHTS = st.integers(1, 100).map(lambda tenths: tenths / 10)
MARKS = st.one_of(st.sampled_from([0.0, 0.5, 1.0]).map(marked), st.just(abstained()), st.just(not_applicable()))
SHEETS = st.lists(st.builds(graded, MARKS, WEIGHTS, critical=st.booleans()), max_size=15)


@settings(deadline=None)
@given(SHEETS)
def test_cqr_and_coverage_are_percentages(sheet: list[CriterionMark]) -> None:
    result = score(*sheet)
    assert result.cqr_pct is None or 0.0 <= result.cqr_pct <= 100.0
    assert 0.0 <= result.coverage_pct <= 100.0
    assert (result.cqr_pct is None) == (result.verdict is Verdict.UNDECIDED)


@settings(deadline=None)
@given(SHEETS, st.randoms(use_true_random=False))
def test_the_order_of_criteria_changes_nothing(sheet: list[CriterionMark], random: Random) -> None:
    shuffled = list(sheet)
    random.shuffle(shuffled)
    assert score(*shuffled) == score(*sheet)


@settings(deadline=None)
@given(SHEETS, WEIGHTS, st.booleans())
def test_a_criterion_that_does_not_apply_changes_nothing(
    sheet: list[CriterionMark], weight: float, critical: bool
) -> None:
    assert score(*sheet, graded(not_applicable(), weight, critical=critical)) == score(*sheet)


@settings(deadline=None)
@given(SHEETS, WEIGHTS)
def test_a_better_mark_never_lowers_the_cqr(sheet: list[CriterionMark], weight: float) -> None:
    scores = [score(*sheet, graded(value, weight)).cqr_pct for value in (0.0, 0.5, 1.0)]
    if scores[0] is None:
        assert scores == [None, None, None]
    else:
        assert scores == sorted(scores, key=lambda value: value if value is not None else -1)
        assert scores[0] < (scores[2] or 0)


@settings(deadline=None)
@given(SHEETS)
def test_the_borders_are_those_of_exact_arithmetic(sheet: list[CriterionMark]) -> None:
    exact = [(Fraction(str(item.weight)), item.mark) for item in sheet]
    applicable = sum((weight for weight, mark in exact if mark.state is not MarkState.NOT_APPLICABLE), Fraction(0))
    done = [(weight, Fraction(mark.value)) for weight, mark in exact if mark.value is not None]
    weighed = sum((weight for weight, _ in done), Fraction(0))
    result = score(*sheet)
    is_covered = applicable > 0 and 100 * weighed / applicable >= 60
    assert (result.cqr_pct is not None) == is_covered
    if is_covered:
        cqr = 100 * sum(weight * value for weight, value in done) / weighed
        failed = any(item.critical and item.mark.value == 0 for item in sheet)
        assert (result.verdict is Verdict.SUCCESSFUL) == (cqr >= 80 and not failed)


def plain(*marks: CriterionMark) -> Verdict | None:
    result = score_of(marks, band_pct=BAND, mode="plain")
    assert (result.cqr_pct, result.verdict) == (None, Verdict.UNDECIDED)
    return result.proposed


def test_in_the_plain_mode_the_critical_criteria_decide_whatever_the_number_of_mistakes() -> None:
    assert plain(graded(1.0, critical=True), graded(0.0, 9), graded(0.0, 9)) is Verdict.SUCCESSFUL
    assert plain(graded(0.5, critical=True), graded(abstained(), 9)) is Verdict.SUCCESSFUL
    assert plain(graded(0.0, critical=True), graded(1.0, 9)) is Verdict.UNSUCCESSFUL
    assert plain(graded(1.0, critical=True), graded(abstained(), critical=True)) is Verdict.UNDECIDED


def test_where_nothing_is_critical_everything_is() -> None:
    assert plain(graded(1.0), graded(0.5)) is Verdict.SUCCESSFUL
    assert plain(graded(1.0), graded(0.0)) is Verdict.UNSUCCESSFUL
    assert plain(graded(1.0), graded(abstained())) is Verdict.UNDECIDED
    assert plain(graded(not_applicable())) is None


def test_points_are_the_same_sums() -> None:
    marks = [graded(1.0, 3), graded(0.5, 2), graded(abstained(), 5), graded(not_applicable(), 5)]
    assert points_of(marks) == (4.0, 5.0)
    assert score_of(marks, band_pct=BAND, mode="points") == score_of(marks, band_pct=BAND)
