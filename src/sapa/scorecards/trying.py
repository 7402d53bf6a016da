"""What a form would give the last calls, beside what the form that they get now gives them. Nothing is stored."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sapa.accounts.models import Person
from sapa.calls.models import Call
from sapa.calls.selectors import calls_visible_to
from sapa.scorecards.conditions import ANCHOR_OF
from sapa.scorecards.errors import DraftUnfinished
from sapa.scorecards.evaluate import AUTO, evaluate
from sapa.scorecards.findings import errors_of
from sapa.scorecards.judging import judged_calls
from sapa.scorecards.markers import JudgedCall
from sapa.scorecards.selectors import card_of, draft_of, earlier_of, forms_changer_require
from sapa.scorecards.types import Evaluation, Mark, MarkState, Scorecard

MOST_CALLS = 100
AT_ONCE = 20
MOST_S = 10.0  # somebody waits for the page; what is not done by then is left out, and said so
BAND_PCT = 10
MOST_LINKS = 5


@dataclass
class CriterionTrial:
    """`counts`: of `1`, `0.5`, `0`, `abstained`, `not_applicable`; `calls` with each of them, the newest first."""

    key: str
    counts: Counter[str] = field(default_factory=Counter)
    calls: dict[str, list[UUID]] = field(default_factory=dict)


@dataclass
class Trial:
    """`bands`: how many calls have a CQR from 0, 10, … 90; a full 100 is in the last one."""

    cqrs: list[float] = field(default_factory=list)
    verdicts: Counter[str] = field(default_factory=Counter)
    criteria: dict[str, CriterionTrial] = field(default_factory=dict)

    @property
    def bands(self) -> list[int]:
        counts = Counter(min(int(cqr_pct // BAND_PCT), 100 // BAND_PCT - 1) for cqr_pct in self.cqrs)
        return [counts[band] for band in range(100 // BAND_PCT)]

    @property
    def mean_pct(self) -> float | None:
        return sum(self.cqrs) / len(self.cqrs) if self.cqrs else None


@dataclass(frozen=True)
class CallTrial:
    call: Call
    now_pct: float | None
    draft_pct: float | None


@dataclass(frozen=True)
class TrialBesideNow:
    """`asked` calls were wanted, `done` of them were tried in the time that there was."""

    draft: Trial
    now: Trial
    asked: int
    done: int
    took_s: float
    calls: tuple[CallTrial, ...]


def draft_try(person: Person, key: str, *, most_calls: int = MOST_CALLS) -> TrialBesideNow:
    """Beside the newest revision, where there is one. Raises `FormsNotYours`, `DraftMissing`, `DraftUnfinished`."""
    forms_changer_require(person)
    card, earlier = card_of(draft_of(key)), earlier_of(key)
    if problems := [finding.line for finding in errors_of(card)]:
        raise DraftUnfinished(key, problems)
    return trial_make(person, card, earlier[max(earlier)] if earlier else None, most_calls=most_calls)


def trial_make(
    person: Person,
    draft: Scorecard,
    published: Scorecard | None,
    *,
    most_calls: int = MOST_CALLS,
    most_s: float = MOST_S,
    clock_s: Callable[[], float] = time.monotonic,
) -> TrialBesideNow:
    """Of the last calls that this person may see and that are heard and measured."""
    started_s = clock_s()
    heard = calls_visible_to(person).filter(transcript__isnull=False, measures__isnull=False)
    calls = list(heard.select_related("queue").order_by("-started_at", "-created_at")[:most_calls])
    trials, told = (Trial(), Trial()), list[CallTrial]()
    for batch in _batches(calls):
        judged = judged_calls(batch)
        for call in batch:
            if clock_s() - started_s > most_s:
                break
            if call.pk in judged:
                told.append(_tried(call, judged[call.pk], (draft, published), trials))
    took_s = clock_s() - started_s
    return TrialBesideNow(trials[0], trials[1], len(calls), len(told), took_s, tuple(told))


def _batches(calls: Sequence[Call]) -> Iterable[Sequence[Call]]:
    return (calls[start : start + AT_ONCE] for start in range(0, len(calls), AT_ONCE))


def _tried(
    call: Call, judged: JudgedCall, cards: tuple[Scorecard, Scorecard | None], trials: tuple[Trial, Trial]
) -> CallTrial:
    given: list[float | None] = []
    for card, trial in zip(cards, trials, strict=True):
        if card is None:
            given.append(None)
            continue
        known = {call_type.key for call_type in card.call_types}
        told = call.call_type if call.call_type in known else AUTO
        evaluation = evaluate(card, judged, revision=0, call_type=told)
        _count(trial, call, evaluation)
        given.append(evaluation.score.cqr_pct)
    return CallTrial(call, draft_pct=given[0], now_pct=given[1])


def _count(trial: Trial, call: Call, evaluation: Evaluation) -> None:
    if evaluation.score.cqr_pct is not None:
        trial.cqrs.append(evaluation.score.cqr_pct)
    trial.verdicts[evaluation.score.proposed or evaluation.score.verdict] += 1
    for mark in evaluation.marks:
        found = trial.criteria.setdefault(mark.key, CriterionTrial(mark.key))
        answer = answer_of(mark.mark)
        found.counts[answer] += 1
        links = found.calls.setdefault(answer, [])
        if len(links) < MOST_LINKS:
            links.append(call.pk)


def answer_of(mark: Mark) -> str:
    if mark.state is not MarkState.MARKED or mark.value is None:
        return mark.state.value
    return ANCHOR_OF[mark.value]
