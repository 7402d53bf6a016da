"""A page of a log of calls, however many there are: 50 of a million in the time of 50 of a thousand (ADR 26).

A page begins where a cursor stands, never at "row 900,000", so that nothing before it is read. What narrows the log is
either few calls, which are gathered and put in order; or many, for which the index of the order is walked. How many
are among the newest `WALKED` says which. Where a walk over so many finds too few all the same, all is gathered by the
index that holds every fact.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from sapa.calls.log_conditions import (
    LED_FROM,
    WIDE_COSTS,
    Condition,
    as_checks,
    leading,
    log_calls,
    parts_of,
    these,
)  # fmt: skip
from sapa.calls.log_counting import Counted, few_of, is_far, periods_of
from sapa.calls.log_orders import NEWEST, Column, Cursor, Order, beyond, turned
from sapa.calls.models import Call

LEAST_WALKED, MOST_WALKED = 500, 5_000
"""Calls that are walked past by an index of their order, each fetched from its table: 5,000 take as long as all of the
index of facts."""
WALKED_TIMES = 3
MOST_WALKED_IN_TIME = 100_000
LED_AT_LAST = 40_000
"""Where they lie too thin to be walked for, so many are gathered by an index that leads to them; for more, the index of
all facts is read."""
SMALL_PART = 4
"""Those that fit are so small a part of all: a quarter."""


@dataclass(frozen=True)
class LogPage:
    """`place` is how many calls stand before the page; once calls came in between, it is what it was without them."""

    ids: list[UUID]
    newer: Cursor | None
    older: Cursor | None
    place: int


@dataclass(frozen=True)
class _Stretch:
    """A part of the log that is in one order: the calls that share the cursor's first value, those beyond it, and those
    without one. `led` and `unled` say alike which calls are in it. `is_walked` where an index of the order is gone
    through, and calls are thrown away on the way."""

    led: Q
    unled: Q
    columns: tuple[Column, ...]
    is_known: bool
    is_walked: bool = False


@dataclass(frozen=True)
class _Row:
    """`values` are those of the columns it was found by."""

    id: UUID
    values: tuple[Any, ...]
    is_known: bool


def log_page(
    conditions: Collection[Condition], order: Order, cursor: Cursor | None, limit: int, *, counted: Counted
) -> LogPage:
    """The first page where there is no cursor; none where nothing is left beyond it."""
    if counted.lead is not None and not any(condition is counted.lead for condition in conditions):
        conditions = [counted.lead]  # they were found by all the others
    is_walk = bool(conditions) and not counted.is_exact
    walk = limit * counted.among // max(counted.number, 1) if is_walk else 0
    is_small_part = is_walk and counted.number * SMALL_PART <= counted.among
    plan = _Plan(order, conditions, counted.lead, walk, is_small_part)
    rows: list[_Row] = []
    for stretch in _stretches(order, cursor):
        rows += plan.first(stretch, limit + 1 - len(rows))
        if len(rows) > limit:
            break
    if not rows:
        return LogPage([], None, None, 0)
    has_more = len(rows) > limit
    rows = rows[:limit]
    is_back = cursor is not None and cursor.is_back
    if is_back:
        rows.reverse()
    place = _place(cursor, len(rows), has_more=has_more)
    has_newer, has_older = (has_more, True) if is_back else (cursor is not None, has_more)
    first, last = rows[0], rows[-1]
    return LogPage(
        [row.id for row in rows],
        Cursor(order.name, first.is_known, first.values, place, is_back=True) if has_newer else None,
        Cursor(order.name, last.is_known, last.values, place + len(rows)) if has_older else None,
        place,
    )


def _place(cursor: Cursor | None, count: int, *, has_more: bool) -> int:
    if cursor is None or not cursor.is_back:
        return cursor.place if cursor else 0
    return max(cursor.place - count, 1) if has_more else 0


def log_slice(conditions: Collection[Condition], order: Order, offset: int, limit: int) -> LogPage:
    """By number, for programs that were written so: all before it is read, of whatever it is narrowed by."""
    calls = order.calls().filter(as_checks(conditions))
    (stretch,) = _stretches(order, None)
    rows = _rows(calls, stretch, offset + limit + 1, begin=offset)
    older = Cursor(order.name, True, rows[limit - 1].values, offset + limit) if len(rows) > limit else None
    return LogPage([row.id for row in rows[:limit]], None, older, offset)


def _stretches(order: Order, cursor: Cursor | None) -> list[_Stretch]:
    """In the order in which they are read; backwards where the cursor goes back."""
    is_back = cursor is not None and cursor.is_back
    columns, times = (turned(order.columns), turned(NEWEST)) if is_back else (order.columns, NEWEST)
    if order.known is None or order.known_unled is None or order.unknown is None:
        led = beyond(columns, cursor.values) if cursor else Q()
        asked = beyond(columns, cursor.values, is_led=False) if cursor else Q()
        return [_Stretch(led, asked, columns, is_known=True, is_walked=True)]
    known = _Stretch(order.known, order.known_unled, columns, is_known=True, is_walked=True)
    unknown = _Stretch(order.unknown, order.unknown, times, is_known=False, is_walked=True)
    if cursor is None:
        return [known, unknown]
    if not cursor.is_known:
        led, asked = (order.unknown & beyond(times, cursor.values, is_led=is_led) for is_led in (True, False))
        begun = _Stretch(led, asked, times, is_known=False, is_walked=True)
        return [begun, known] if is_back else [begun]
    value = cursor.values[0]
    (key, *ties), side = columns, "lt" if columns[0].is_descending else "gt"
    same = _Stretch(
        order.known & Q(**{key.path: value}) & beyond(ties, cursor.values[1:]),
        order.known_unled & Q(**{key.asked: value}) & beyond(ties, cursor.values[1:], is_led=False),
        columns,
        is_known=True,
    )
    further = _Stretch(
        Q(**{f"{key.path}__{side}": value}) & order.known,  # in this order, as SQLite begins at the first of two bounds
        order.known_unled & Q(**{f"{key.asked}__{side}": value}),
        columns,
        is_known=True,
        is_walked=True,
    )
    return [same, further] if is_back else [same, further, unknown]


@dataclass(frozen=True)
class _Plan:
    """How calls are found. `lead` leads to few. `walk` is how many calls are walked past for a page, where those
    that fit lie everywhere as they do among the newest; `is_small_part` where they are a small part of these."""

    order: Order
    conditions: Collection[Condition]
    lead: Condition | None
    walk: int
    is_small_part: bool
    found: dict[int, Condition | None] = field(default_factory=dict, init=False)

    def first(self, stretch: _Stretch, limit: int) -> list[_Row]:
        """The first so many of the stretch, or all that there are."""
        calls = self.order.calls()
        if self.lead and self.lead.is_in_time and self.order.is_by_time:
            return _rows(calls.filter(stretch.led & as_checks(self.conditions, but=self.lead)), stretch, limit)
        if self.lead is not None or not self.order.is_led:
            return self._gathered(calls, stretch, limit, self.lead, self.conditions)
        is_in_time = stretch.columns[0].path == "started_at"
        if self.walk > (MOST_WALKED_IN_TIME if is_in_time else MOST_WALKED):
            return self._at_last(calls, stretch, limit)
        is_of_unknown = is_in_time and not self.order.is_by_time  # how thin what has no talk lies was not counted
        if is_of_unknown and (lead := self._leading_to_unknown(stretch)):
            return self._gathered(calls, stretch, limit, lead, self.conditions)
        checks = as_checks(self.conditions)
        if is_in_time:  # every condition stands in the index of time
            return _rows(calls.filter(stretch.led & periods_of(self.conditions) & checks), stretch, limit)
        if not self.conditions or not stretch.is_walked or self.order.is_joined:
            return _rows(calls.filter(stretch.led & checks), stretch, limit)
        # Where they are not found within some times that, they stand at the other end of this order.
        reach = min(MOST_WALKED, max(LEAST_WALKED, WALKED_TIMES * self.walk))
        if lead := leading(_led_in(stretch, self.conditions), most=reach):
            return self._gathered(calls, stretch, limit, lead, self.conditions)
        edge = _edge(calls.filter(stretch.led), stretch.columns[0], reach)
        # The edge first: of two lower bounds SQLite ends at the first, and would go on to the last call with any talk.
        rows = _rows(calls.filter((edge or Q()) & stretch.led & checks), stretch, limit)
        return rows if len(rows) == limit or edge is None else self._at_last(calls, stretch, limit)

    def _at_last(self, calls: QuerySet[Call], stretch: _Stretch, limit: int) -> list[_Row]:
        conditions, is_sought = self.conditions, any(condition.seek for condition in self.conditions)
        lead = None if is_sought else self._wide(stretch, LED_AT_LAST)
        lead = lead or self._leading(conditions, stretch, LED_FROM if is_sought else LED_AT_LAST)
        if lead is None and is_sought:
            conditions = self.sought
            lead = self._leading(conditions, stretch, LED_AT_LAST)
        if lead is None and stretch.columns[0].path == "started_at":
            checks = as_checks(self.conditions)
            return _rows(calls.filter(stretch.led & periods_of(self.conditions) & checks), stretch, limit)
        return self._gathered(calls, stretch, limit, lead, conditions)

    def _found_by(self, lead: Condition, conditions: Collection[Condition]) -> tuple[Condition, Collection[Condition]]:
        """What it leads to and fits, whatever the stretch, in place of it and all conditions, if that is little."""
        if id(lead) not in self.found:
            parts = [log_calls().filter(as_checks(conditions, but=lead, part=part)) for part in parts_of(lead)]
            ids = few_of(parts)
            self.found[id(lead)] = None if ids is None else these(ids)
        found = self.found[id(lead)]
        return (found, [found]) if found else (lead, conditions)

    def _leading_to_unknown(self, stretch: _Stretch) -> Condition | None:
        """Those of an index that tells every fact are worth it where what fits is a small part of the newest."""
        is_worth = self.is_small_part and not self.is_far
        lead = self._wide(stretch, LED_FROM) if is_worth else None
        return lead or self._leading(self.conditions, stretch, LED_FROM)

    def _wide(self, stretch: _Stretch, most: int) -> Condition | None:
        """The one condition whose index tells every fact, or another that leads to far fewer. To count what it leads to
        takes as long as to read it, and however much it is, it is no more than all."""
        led = _led_in(stretch, self.conditions)
        wide = [condition for condition in led if condition.parts]
        if len(wide) != 1:
            return None
        fewer = self._leading([condition for condition in led if not condition.parts], stretch, most)
        return self._leading([fewer, *wide], stretch, most) if fewer else wide[0]

    def _leading(self, conditions: Collection[Condition], stretch: _Stretch, most: int) -> Condition | None:
        """That an index tells every fact is worth nothing where another table is asked of each call all the same."""
        wide_costs = 1 if self.is_far else WIDE_COSTS
        return leading(_led_in(stretch, conditions), most=most, wide_costs=wide_costs, is_far=self.is_far)

    @cached_property
    def is_far(self) -> bool:
        """Whether another table is asked of each call."""
        return self.order.is_joined or is_far(self.conditions)

    @cached_property
    def sought(self) -> Collection[Condition]:
        """The conditions, with leads where one could be found."""
        return [(condition.seek and condition.seek()) or condition for condition in self.conditions]

    def _gathered(
        self,
        calls: QuerySet[Call],
        stretch: _Stretch,
        limit: int,
        lead: Condition | None,
        conditions: Collection[Condition],
    ) -> list[_Row]:
        """All that fit, put in order by hand."""
        if lead is not None and lead.entries and is_far(conditions):  # else each stretch would ask the other table
            lead, conditions = self._found_by(lead, conditions)
        periods = periods_of(self.conditions) if lead is None else Q()
        values = {f"value_{number}": F(column.unled) for number, column in enumerate(stretch.columns)}
        first, *others = (
            calls.filter(periods & as_checks(conditions, but=lead, part=part) & stretch.unled)
            .annotate(**values)
            .values_list("pk", *values)
            for part in parts_of(lead)
        )
        if others:
            signs = ("-" if column.is_descending else "" for column in stretch.columns)
            rows = first.union(*others, all=True).order_by(
                *(sign + value for sign, value in zip(signs, values, strict=True))
            )
        else:
            rows = first.order_by(*(("-" if column.is_descending else "") + column.unled for column in stretch.columns))
        return [_Row(row[0], row[1:], stretch.is_known) for row in rows[:limit]]


def _led_in(stretch: _Stretch, conditions: Collection[Condition]) -> list[Condition]:
    """Those that may lead. What is in order of time is walked within its period, and not gathered from all of it."""
    is_in_time = stretch.columns[0].path == "started_at"
    return [condition for condition in conditions if condition.entries and not (condition.is_period and is_in_time)]


def _edge(calls: QuerySet[Call], key: Column, reach: int) -> Q | None:
    """The first so many in the order of this column; None where there are no more."""
    ordered = calls.order_by(("-" if key.is_descending else "") + key.path).values_list(key.path, flat=True)
    last = list(ordered[reach : reach + 1])
    return Q(**{f"{key.path}__{'gte' if key.is_descending else 'lte'}": last[0]}) if last else None


def _rows(calls: QuerySet[Call], stretch: _Stretch, limit: int, *, begin: int = 0) -> list[_Row]:
    ordering = [("-" if column.is_descending else "") + column.path for column in stretch.columns]
    found = calls.order_by(*ordering).values_list("pk", *(column.path for column in stretch.columns))[begin:limit]
    return [_Row(values[0], values[1:], stretch.is_known) for values in found]
