"""How many calls there are that fit: exactly where that is cheap, else what they are more than (ADR 26)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from sapa.calls.log_conditions import (
    REMEMBERED_FROM,
    REMEMBERED_S,
    Condition,
    as_checks,
    leading,
    log_calls,
    parts_of,
    these,
)  # fmt: skip
from sapa.calls.models import Call
from sapa.core.remembered import Remembered

WALKED = 10_000
FAR_WALKED = 2_500
"""So many of the newest calls tell how thin those lie that fit; fewer where another table is asked."""
FEW = 500
"""So many calls, found by asking another table of many more, lead to themselves when the page is made."""
MOST_COUNTED = 10_000
_at_least: Remembered[Counted] = Remembered(REMEMBERED_S)
_newest_at: Remembered[datetime] = Remembered(REMEMBERED_S)


@dataclass(frozen=True)
class Counted:
    """How many calls there are; where it is not exact, more than `number`, which lie among so many of the newest.
    `lead` is the condition that leads to few of them, if one does; or these themselves, where they are few."""

    number: int
    is_exact: bool
    among: int = field(default=WALKED, compare=False)
    lead: Condition | None = field(default=None, compare=False, repr=False)

    @property
    def about(self) -> int:
        """What it is more than, in round figures."""
        step = int("1".ljust(len(str(self.number)), "0"))
        return self.number // step * step


def log_count(conditions: Collection[Condition]) -> Counted:
    """Exact up to `MOST_COUNTED`, where the calls of one condition can be counted or the newest are all; else how many
    there are of these at least. Where indexes tell all that is asked for, as of what a person sees, the latter is
    remembered, as they do not become fewer from page to page."""
    if any(not condition.parts for condition in conditions):
        return _counted(conditions)
    key = tuple(condition.lead for condition in conditions)
    if (counted := _at_least.get(key)) is None:
        counted = _counted(conditions)
        if not counted.is_exact and counted.among >= REMEMBERED_FROM:
            _at_least.put(key, counted)
    return counted


def _counted(conditions: Collection[Condition]) -> Counted:
    calls, lead = log_calls(), leading(conditions)
    if lead is None and conditions:
        walked, newest = WALKED, _newest(conditions, WALKED)
        if newest and is_far(conditions):
            walked = min(WALKED, FAR_WALKED)
            newest = _newest(conditions, walked)
        if newest and all(condition.is_period for condition in conditions):
            return Counted(min(walked, MOST_COUNTED), is_exact=False, among=walked)
        if newest:
            # First, as SQLite begins at the first of two bounds: the period may begin a year before.
            found = calls.filter(Q(started_at__gte=newest) & periods_of(conditions) & as_checks(conditions))
            return Counted(_number(found), is_exact=False, among=walked)
        calls = calls.filter(periods_of(conditions))
    if lead is not None and lead.parts and len(conditions) == 1:  # to have looked whether it leads was to count it
        number = lead.size(MOST_COUNTED + 1)
    else:
        parts = [calls.filter(as_checks(conditions, but=lead, part=part)) for part in parts_of(lead)]
        if lead is not None and is_far(conditions) and (ids := few_of(parts, MOST_COUNTED)) is not None:
            return Counted(len(ids), is_exact=True, lead=these(ids) if len(ids) <= FEW else lead)
        number = sum(map(_number, parts))
    if number > MOST_COUNTED:
        return Counted(MOST_COUNTED, is_exact=False, among=MOST_COUNTED)
    return Counted(number, is_exact=True, lead=lead)


def log_size(conditions: Collection[Condition]) -> Counted:
    """The same for who will not walk through them: where the index of one condition tells every fact, no more is asked
    than whether it leads to few."""
    is_told = len(conditions) == 1 and all(condition.parts for condition in conditions)
    if is_told and leading(conditions, most=MOST_COUNTED + 1) is None:
        return Counted(MOST_COUNTED, is_exact=False)
    return log_count(conditions)


def _newest(conditions: Collection[Condition], walked: int) -> datetime | None:
    """When the last of so many of the newest began, of those of the period; None where there are not so many."""
    key = walked, *(condition.lead for condition in conditions if condition.is_period)
    if (at := _newest_at.get(key)) is None:
        times = log_calls().filter(periods_of(conditions)).order_by("-started_at").values_list("started_at", flat=True)
        at = next(iter(times[walked : walked + 1]), None)
        if at is not None and walked >= FAR_WALKED:
            _newest_at.put(key, at)
    return at


def is_far(conditions: Collection[Condition]) -> bool:
    return any(condition.is_far for condition in conditions)


def few_of(found: Sequence[QuerySet[Call]], most: int | None = None) -> list[UUID] | None:
    """What was found, if it is no more than that; else than `FEW`."""
    most = FEW if most is None else most
    ids: list[UUID] = []
    for calls in found:
        ids += calls.values_list("pk", flat=True)[: most + 1 - len(ids)]
        if len(ids) > most:
            return None
    return ids


def _number(calls: QuerySet[Call]) -> int:
    return calls.values("started_at")[: MOST_COUNTED + 1].count()


def periods_of(conditions: Collection[Condition]) -> Q:
    found = Q()
    for condition in conditions:
        if condition.is_period and condition.lead is not None:
            found &= condition.lead
    return found
