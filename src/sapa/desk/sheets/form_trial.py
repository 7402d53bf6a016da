"""A trial for the screen: how the CQR spreads, criterion by criterion what the draft gives beside what is given now,
and the calls with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from sapa.desk.wording.form_parts import in_words
from sapa.scorecards.models import VerdictChoice
from sapa.scorecards.trying import CallTrial, CriterionTrial, Trial, TrialBesideNow
from sapa.scorecards.types import Scorecard

ANSWERS = ("1", "0.5", "0", "abstained", "not_applicable")
_CLASSES = {"1": "full", "0.5": "half", "0": "zero", "abstained": "abstained", "not_applicable": "na"}
BAR_HEIGHT = 100
_SLOT, _BAR = 40, 15


@dataclass(frozen=True)
class Bar:
    """In the units of the drawing; `words` say the same."""

    x: int
    y: float
    height: float
    series: str
    words: str


@dataclass(frozen=True)
class Share:
    answer: str
    grade: str
    words: str
    count: int
    pct: float
    start_pct: float
    calls: tuple[UUID, ...]


@dataclass(frozen=True)
class CriterionTrialRow:
    key: str
    title: str
    draft: tuple[Share, ...]
    now: tuple[Share, ...]


@dataclass(frozen=True)
class TrialSheet:
    asked: int
    done: int
    took_s: float
    bars: tuple[Bar, ...]
    bands: tuple[tuple[int, str], ...]
    mean_draft_pct: float | None
    mean_now_pct: float | None
    verdicts: tuple[tuple[str, int, int], ...]
    criteria: tuple[CriterionTrialRow, ...]
    calls: tuple[CallTrial, ...]


def trial_sheet(card: Scorecard, published: Scorecard | None, trial: TrialBesideNow) -> TrialSheet:
    titles = {one.key: in_words(one.title, one.key) for form in (published, card) if form for one in form.criteria}
    order = [one.key for one in card.criteria]
    order += [key for key in trial.now.criteria if key not in order]
    empty = CriterionTrial("")
    rows = tuple(
        CriterionTrialRow(
            key,
            titles.get(key, key),
            _shares(trial.draft.criteria.get(key, empty)),
            _shares(trial.now.criteria.get(key, empty)),
        )
        for key in order
        if key in trial.draft.criteria or key in trial.now.criteria
    )
    labels = dict(VerdictChoice.choices)
    verdicts = tuple(
        (str(labels[key]), trial.draft.verdicts[key], trial.now.verdicts[key]) for key in VerdictChoice.values
    )
    return TrialSheet(
        asked=trial.asked,
        done=trial.done,
        took_s=trial.took_s,
        bars=_bars(trial.draft, trial.now),
        bands=tuple((place * _SLOT + _SLOT // 2, f"{place * 10}") for place in range(10)),
        mean_draft_pct=trial.draft.mean_pct,
        mean_now_pct=trial.now.mean_pct,
        verdicts=verdicts,
        criteria=rows,
        calls=tuple(sorted(trial.calls, key=_how_far, reverse=True)[:20]),
    )


def _how_far(one: CallTrial) -> float:
    """Calls on which both differ most come first."""
    if one.draft_pct is None or one.now_pct is None:
        return 0.0 if one.draft_pct == one.now_pct else 1.0
    return abs(one.draft_pct - one.now_pct)


def _bars(draft: Trial, now: Trial) -> tuple[Bar, ...]:
    highest = max([1, *draft.bands, *now.bands])
    bars = []
    for series, trial, offset in (("now", now, 4), ("draft", draft, 4 + _BAR + 2)):
        for place, count in enumerate(trial.bands):
            height = BAR_HEIGHT * count / highest
            words = _("%(from)s–%(to)s: %(count)s") % {"from": place * 10, "to": place * 10 + 10, "count": count}
            bars.append(Bar(place * _SLOT + offset, round(BAR_HEIGHT - height, 1), round(height, 1), series, words))
    return tuple(bar for bar in bars if bar.height)


def _shares(trial: CriterionTrial) -> tuple[Share, ...]:
    total = sum(trial.counts.values())
    counts: Counter[str] = trial.counts
    shares, start = [], 0.0
    for answer in ANSWERS:
        if counts[answer]:
            pct = 100 * counts[answer] / total
            calls = tuple(trial.calls.get(answer, ()))
            words = _answer_words(answer)
            shares.append(Share(answer, _CLASSES[answer], words, counts[answer], round(pct, 2), round(start, 2), calls))
            start += pct
    return tuple(shares)


def _answer_words(answer: str) -> str:
    return {"abstained": _("machine abstains"), "not_applicable": _("not applicable")}.get(answer, answer)
