"""What a log of calls is narrowed by: each condition in two forms, one that an index leads to and one that is asked of
calls which are met on the way (ADR 26)."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BigIntegerField, F, Func, Q, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from sapa.calls.models import LOG_FACTS, Call
from sapa.core.remembered import Remembered

REMEMBERED_FROM, REMEMBERED_S = 10_000, 60.0
"""Of a log of so many what pages are planned by, but no figure that is said to be exact, may be a minute old."""
LED_FROM = 10_000
"""So many calls can be looked at one by one and put in order within a page's time; more are walked through."""
_WIDE = frozenset({"agent_name", "queue_id"})
_led_to: Remembered[int] = Remembered(REMEMBERED_S)
_LAST_SIGN = "\U0010ffff"
UNLED = "_unled"
_FAR_COSTS = 4  # times as much as a call that an index of its own leads to
_WORTH_COUNTING = 4  # times fewer
WIDE_COSTS = 1 / 16  # of what a call costs that has to be fetched, since the index itself tells every fact


class Unled(Func):
    """The same column, by which SQLite goes to no index: without statistics it would take the first that fits, and sort
    half a million calls by hand. PostgreSQL knows better, and is left alone."""

    arity = 1
    template = "%(expressions)s"

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **more: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="+%(expressions)s", **more)


class UnledEverywhere(Unled):
    """For the order of what was gathered: PostgreSQL too would walk its index, in the belief that matches lie
    everywhere alike. It does not see through a COALESCE of the same column twice."""

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **more: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="COALESCE(%(expressions)s, %(expressions)s)", **more)


@dataclass(frozen=True)
class Condition:
    """`check` and `lead` say the same; `lead` is None where no index leads to such calls. `entries` are those of the
    index, one for each call that it leads to at most: to count some is cheap. `parts` are the same once more where
    indexes lead to it that tell every fact of a call, one to each part; no call is in two, and `entries` are theirs,
    as many as there are calls. `is_far` where it is another table's, so that each call must be fetched by its id.
    `is_period` is one of time, `is_in_time` where its index holds the calls in the order of time. `seek` gives the same
    condition with a lead that took longer to find, or None: for when all calls would be read else."""

    check: Q
    lead: Q | None = None
    entries: tuple[QuerySet[Any, Any], ...] = ()
    parts: tuple[Q, ...] = ()
    is_period: bool = False
    is_far: bool = False
    is_in_time: bool = False
    seek: Callable[[], Condition | None] | None = None
    _counted: dict[int, int] = field(default_factory=dict, init=False, compare=False, repr=False)

    def size(self, most: int) -> int:
        """How many calls the index leads to, counted no further than to `most`; what was counted is known. That one
        which tells every fact leads to many is remembered: to count them takes as long as to read them."""
        if self.parts and (_led_to.get(self.lead) or 0) >= most:
            self._counted[most] = most
        for known_most, known in self._counted.items():
            if known < known_most or known_most >= most:
                return min(known, most)
        found = 0
        for rows in self.entries:
            found += rows[: most - found].count()
            if found >= most:
                if self.parts and most >= REMEMBERED_FROM:
                    _led_to.put(self.lead, most)
                break
        self._counted[most] = found
        return found

    @property
    def is_counted(self) -> bool:
        """Whether something of its size is known."""
        return bool(self._counted)

    def within(self, period: Q) -> Condition:
        """Of the calls that its index leads to those of a period; itself, where that index is in no order of time."""
        if not self.parts or self.lead is None:
            return self
        entries = tuple(rows.filter(period) for rows in self.entries)
        return replace(
            self, lead=self.lead & period, entries=entries, parts=tuple(part & period for part in self.parts)
        )


@cache
def log_calls() -> QuerySet[Call]:
    """All calls, with the columns that conditions are checked by; the database is told of those alone that are used.
    Made once, since to name them takes as long as to ask. Not to be read itself: it would keep what it read."""
    names = ("id", "started_at", *(name for name in LOG_FACTS if name != "queue"))
    columns: dict[str, Func] = {name + UNLED: Unled(F(name)) for name in names}
    columns["queue_id" + UNLED] = Unled(F("queue_id"), output_field=BigIntegerField())
    columns["agent_name_met"] = UnledEverywhere(F("agent_name"))
    columns["queue_id_met"] = UnledEverywhere(F("queue_id"), output_field=BigIntegerField())
    return Call.objects.order_by().alias(**columns)


def unled(condition: Q) -> Q:
    """The same of columns that no index leads to; for `Q` objects of plain columns."""
    children = [
        unled(child) if isinstance(child, Q) else (_unled_key(str(child[0])), child[1])
        for child in condition.children
        if isinstance(child, (Q, tuple))
    ]
    return Q(*children, _connector=condition.connector, _negated=condition.negated)


def fact(field: str, *, lookup: str = "exact", value: Any) -> Condition:
    """Of a column that stands first in an index."""
    lead = Q(**{f"{field}__{lookup}": value})
    entries = Call.objects.order_by().filter(lead).values(field)
    parts = (lead,) if field in _WIDE else ()
    is_in_time = field == "agent_name" and lookup == "exact"
    return Condition(unled(lead), lead, (entries,), parts, is_in_time=is_in_time)


def undirected() -> Condition:
    """Calls of which nobody knows where they went; few as a rule, and in an index of their own."""
    lead = Q(direction="")
    entries = Call.objects.order_by().filter(lead).values("started_at")
    return Condition(unled(lead), lead, (entries,))


def these(ids: Collection[UUID]) -> Condition:
    """Calls that were found before."""
    lead = Q(pk__in=ids)
    return Condition(lead, lead)


def fact_checked(**wanted: Any) -> Condition:
    """Of columns that stand in the log's index but not first."""
    return Condition(unled(Q(**wanted)))


def period(since: datetime | None, until: datetime | None) -> Condition | None:
    """A half-open stretch of time."""
    lead = Q()
    if since:
        lead &= Q(started_at__gte=since)
    if until:
        lead &= Q(started_at__lt=until)
    if not lead:
        return None
    rows = Call.objects.order_by().filter(lead).values("started_at")
    return Condition(unled(lead), lead, (rows,), (lead,), is_period=True)


def measured(name: str, low: float | None, high: float | None) -> Condition | None:
    """At least and at most so many seconds; what has none of it is left out."""
    lead = Q()
    if low is not None:
        lead &= Q(**{f"{name}__gte": low})
    if high is not None:
        lead &= Q(**{f"{name}__lte": high, f"{name}__gt": 0})
    if not lead:
        return None
    return Condition(unled(lead), lead, (Call.objects.order_by().filter(lead).values(name),))


def begins_with(field: str, text: str) -> Q:
    """By the index on both databases: SQLite has none for LIKE, and a range in PostgreSQL depends on its collation."""
    if connection.vendor == "sqlite":
        return Q(**{f"{field}__gte": text, f"{field}__lt": text + _LAST_SIGN})
    return Q(**{f"{field}__startswith": text})


def numbered(text: str) -> Condition:
    """Customers' numbers that begin so, as people type them: "+7 (701) 555", "7701555"; letters as they stand."""
    digits = "".join(sign for sign in text if sign.isdigit())
    if digits and not any(sign.isalpha() for sign in text):
        starts = {f"+{digits}"} if text.strip().startswith("+") else {digits, f"+{digits}"}
    else:
        starts = {text}
    lead = Q()
    for start in sorted(starts):
        lead |= begins_with("customer_number", start)
    rows = Call.objects.order_by().filter(lead).values("customer_number")
    check = Q()
    for start in sorted(starts):
        check |= Q(customer_number_unled__startswith=start)
    return Condition(check, lead, (rows,))


def nearest(conditions: Collection[Condition]) -> list[Condition]:
    """The same, where they are of a period: the indexes by agent and by queue hold calls in the order of time, so that
    they lead to those of the period alone, and nothing leads nearer by the period itself."""
    asked = [condition.lead for condition in conditions if condition.is_period and condition.lead is not None]
    if not asked or not any(condition.parts and not condition.is_period for condition in conditions):
        return list(conditions)
    then = Q(*asked)
    return [
        replace(condition, entries=()) if condition.is_period else condition.within(then) for condition in conditions
    ]


def leading(
    conditions: Collection[Condition], *, most: int = LED_FROM, wide_costs: float = 1, is_far: bool = False
) -> Condition | None:
    """The one whose index leads to the fewest calls, if these are few enough to look at each. `wide_costs`: what a call
    costs of which the index tells every fact, as against one that must be fetched. To count those takes as long as to
    read them: beside one that leads to some, it is looked whether another leads to far fewer; but not where another
    table is asked of each call (`is_far`, or a condition is)."""
    best: Condition | None = None
    is_far = is_far or any(condition.is_far for condition in conditions)
    for condition in sorted(conditions, key=lambda condition: not condition.is_counted):
        if condition.lead is None or not condition.entries:
            continue
        times = _FAR_COSTS if condition.is_far else (wide_costs if condition.parts else 1)
        look = math.ceil(most / times)
        if best is not None and best.parts and condition.parts and not is_far:
            look = math.ceil(look / _WORTH_COUNTING)
        size = condition.size(look)
        if size < look:
            best, most = condition, math.ceil(size * times)
    return best


def as_checks(conditions: Collection[Condition], *, but: Condition | None = None, part: Q | None = None) -> Q:
    """All of them; of the one that leads what it is led by, or that part of it."""
    found = Q()
    for condition in conditions:
        found &= (part or condition.lead or condition.check) if condition is but else condition.check
    return found


def parts_of(lead: Condition | None) -> tuple[Q | None, ...]:
    """What has to be asked for one by one, so that each index is read by itself."""
    return (lead and lead.parts) or (None,)


def _unled_key(key: str) -> str:
    name, mark, lookup = key.partition("__")
    return name + UNLED + mark + lookup
