"""CQR, coverage and verdict of a set of marks. The rules are the product's own, PRODUCT.md "CQR"."""

from __future__ import annotations

from collections.abc import Sequence

from sapa.scorecards.types import CriterionMark, MarkState, Score, Verdict

MIN_COVERAGE_PCT = 60.0
_NOISE_DIGITS = 9  # 0.2 + 0.7 of 1.5 is 60 %, not 59.99999999999999


def score_of(marks: Sequence[CriterionMark], *, band_pct: float) -> Score:
    """CQR = 100 × Σ(value × weight) / Σ(weight of marked criteria).

    Not applicable leaves both sums; an abstention leaves both too and lowers the coverage, the share of the
    applicable weight that is marked. Under 60 % coverage there is no CQR and the call is undecided. A critical
    criterion at 0 makes it unsuccessful, the CQR staying visible beside it.
    """
    applicable = [mark for mark in marks if mark.mark.state is not MarkState.NOT_APPLICABLE]
    marked = [mark for mark in applicable if mark.mark.state is MarkState.MARKED]
    applicable_weight = sum(mark.weight for mark in applicable)
    marked_weight = sum(mark.weight for mark in marked)
    if applicable_weight <= 0:
        return Score(None, 0.0, Verdict.UNDECIDED)
    coverage_pct = round(100.0 * marked_weight / applicable_weight, _NOISE_DIGITS)
    if coverage_pct < MIN_COVERAGE_PCT:
        return Score(None, coverage_pct, Verdict.UNDECIDED)
    earned = sum((mark.mark.value or 0.0) * mark.weight for mark in marked)
    cqr_pct = round(100.0 * earned / marked_weight, _NOISE_DIGITS)
    failed_critical = any(mark.critical and mark.mark.value == 0 for mark in marked)
    good = cqr_pct >= band_pct and not failed_critical
    return Score(cqr_pct, coverage_pct, Verdict.SUCCESSFUL if good else Verdict.UNSUCCESSFUL)
