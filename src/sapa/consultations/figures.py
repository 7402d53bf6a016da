"""What trials say of a criterion, over all who tried it: never of one person, never of one call.

Two agents have no call in common, so how far people agree is counted only on calls that two people tried.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from sapa.consultations.models import Consultation, MachineAnswer, TrialMark
from sapa.consultations.readings import is_asked_alike
from sapa.consultations.selectors import read_card
from sapa.reviews.agreement import Agreement, agreement_of, alpha_ordinal
from sapa.reviews.types import Judgement
from sapa.scorecards.types import Scorecard

LEAST_PEOPLE = 3  # our choice, ADR 19: fewer would tell how one person marks
LEAST_SHARED_CALLS = 5


@dataclass(frozen=True)
class Between:
    """Calls that at least two people marked with a value, and on how many of them all said the same."""

    calls: int
    alike: int
    alpha: float | None

    @property
    def is_enough(self) -> bool:
        return self.calls >= LEAST_SHARED_CALLS


@dataclass(frozen=True)
class CriterionTried:
    """`counts` by `Judgement`, `machine` of those where both gave a value; `abstained` where only the machine did not.

    `other` marks were made when it was asked in other words, and are in no figure.
    """

    people: int
    counts: dict[str, int]
    machine: Agreement
    abstained: int
    between: Between
    other: int

    @property
    def is_enough(self) -> bool:
        return self.people >= LEAST_PEOPLE


@dataclass
class _Gathered:
    people: set[int] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    pairs: list[tuple[float, float]] = field(default_factory=list)
    abstained: int = 0
    by_call: dict[UUID, list[float]] = field(default_factory=lambda: defaultdict(list))
    other: int = 0


def tried_by_criterion(consultation: Consultation, now: Scorecard) -> dict[str, CriterionTried]:
    """Of trials that are done, by the criteria as they are asked in `now`."""
    readings = {one.pk: read_card(one) for one in consultation.readings.filter(trials__isnull=False).distinct()}
    marks = TrialMark.objects.filter(trial__consultation=consultation, trial__done_at__isnull=False)
    gathered: dict[str, _Gathered] = defaultdict(_Gathered)
    alike: dict[tuple[int, str], bool] = {}
    for mark in marks.select_related("trial"):
        place = (mark.trial.reading_id, mark.criterion)
        if place not in alike:
            alike[place] = is_asked_alike(readings[mark.trial.reading_id], now, mark.criterion)
        found = gathered[mark.criterion]
        if alike[place]:
            _gather(found, mark)
        else:
            found.other += 1
    return {key: _told(one) for key, one in gathered.items()}


def _gather(found: _Gathered, mark: TrialMark) -> None:
    value = Judgement(mark.judgement).number
    found.people.add(mark.trial.person_id)
    found.counts[mark.judgement] += 1
    if value is None:
        return
    found.by_call[mark.trial.call_id].append(value)
    if mark.machine == MachineAnswer.ABSTAINED:
        found.abstained += 1
    elif mark.machine != MachineAnswer.NOT_APPLICABLE:
        found.pairs.append((float(mark.machine), value))


def _told(found: _Gathered) -> CriterionTried:
    return CriterionTried(
        people=len(found.people),
        counts=dict(found.counts),
        machine=agreement_of(found.pairs),
        abstained=found.abstained,
        between=_between(found.by_call.values()),
        other=found.other,
    )


def _between(values: Iterable[list[float]]) -> Between:
    shared = [one for one in values if len(one) > 1]
    return Between(len(shared), sum(len(set(one)) == 1 for one in shared), alpha_ordinal(shared))
