"""CQR, coverage and verdict of a set of marks. The rules are the product's own, PRODUCT.md "CQR"."""

from __future__ import annotations

from collections.abc import Sequence

from sapa.scorecards.types import CriterionMark, MarkState, Mode, Score, Verdict

MIN_COVERAGE_PCT = 60.0
_NOISE_DIGITS = 9  # 0.2 + 0.7 of 1.5 is 60 %, not 59.99999999999999


def score_of(marks: Sequence[CriterionMark], *, band_pct: float, mode: Mode = "cqr") -> Score:
    """CQR = 100 × Σ(value × weight) / Σ(weight of marked criteria).

    Not applicable leaves both sums; an abstention leaves both too and lowers the coverage, the share of the
    applicable weight that is marked. Under 60 % coverage there is no CQR and the call is undecided. A critical
    criterion at 0 makes it unsuccessful, the CQR staying visible beside it. Points are the same sums; in the plain
    mode there is neither, and the verdict is left to a person.
    """
    applicable = [mark for mark in marks if mark.mark.state is not MarkState.NOT_APPLICABLE]
    marked = [mark for mark in applicable if mark.mark.state is MarkState.MARKED]
    applicable_weight = sum(mark.weight for mark in applicable)
    marked_weight = sum(mark.weight for mark in marked)
    if applicable_weight <= 0:
        return Score(None, 0.0, Verdict.UNDECIDED)
    coverage_pct = round(100.0 * marked_weight / applicable_weight, _NOISE_DIGITS)
    if mode == "plain":
        return Score(None, coverage_pct, Verdict.UNDECIDED, _proposed(applicable, coverage_pct))
    if coverage_pct < MIN_COVERAGE_PCT:
        return Score(None, coverage_pct, Verdict.UNDECIDED)
    earned = sum((mark.mark.value or 0.0) * mark.weight for mark in marked)
    cqr_pct = round(100.0 * earned / marked_weight, _NOISE_DIGITS)
    failed_critical = any(mark.critical and mark.mark.value == 0 for mark in marked)
    good = cqr_pct >= band_pct and not failed_critical
    return Score(cqr_pct, coverage_pct, Verdict.SUCCESSFUL if good else Verdict.UNSUCCESSFUL)


def points_of(marks: Sequence[CriterionMark]) -> tuple[float, float]:
    """Earned and possible, of what is marked."""
    marked = [mark for mark in marks if mark.mark.state is MarkState.MARKED]
    earned = sum((mark.mark.value or 0.0) * mark.weight for mark in marked)
    return round(earned, _NOISE_DIGITS), round(sum(mark.weight for mark in marked), _NOISE_DIGITS)


def _proposed(applicable: Sequence[CriterionMark], coverage_pct: float) -> Verdict:
    """What must be right is what is critical, whatever the number of other mistakes; where nothing is critical, it is
    everything. One 0 of these fails the call; one that nobody marked leaves it open."""
    decisive = [mark for mark in applicable if mark.critical] or list(applicable)
    if any(mark.mark.value == 0 for mark in decisive):
        return Verdict.UNSUCCESSFUL
    is_open = any(mark.mark.state is MarkState.ABSTAINED for mark in decisive)
    return Verdict.UNDECIDED if is_open or coverage_pct <= 0 else Verdict.SUCCESSFUL
