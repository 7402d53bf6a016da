"""In which orders a log of calls can be walked, and the place in one as a text that stands in an address (ADR 26)."""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from sapa.calls.log_conditions import UnledEverywhere, log_calls, unled
from sapa.calls.models import Call
from sapa.core.storable import is_storable

MOST_CURSOR = 4_000  # signs
_MOST_TEXT = 255  # of a value; no column that is ordered by is longer
_MOST_PLACE = 10**9


@dataclass(frozen=True)
class Column:
    """The same three times: `path` as indexes lead to it, `asked` of calls met on the way, `unled` to put what was
    gathered in order by. `kind` is the Python type of its values."""

    path: str
    is_descending: bool
    kind: type
    asked: str
    unled: str


NEWEST = (
    Column("started_at", True, datetime, "started_at_unled", "started_at_order"),
    Column("id", False, UUID, "id_unled", "id_order"),
)


@dataclass(frozen=True)
class Order:
    """`columns` end with one that no two calls share. Calls for which `known` does not hold (said twice: as an index
    leads to them, and not) have nothing to be ordered by: they are `unknown`, and come last whichever way it goes, the
    newest first. By `columns` of another table (`is_joined`) the calls are met one by one in its index; of values that
    no index holds (not `is_led`) all calls are gathered, so let there be few. `unled` makes the columns of that name.
    """

    name: str
    columns: tuple[Column, ...] = NEWEST
    known: Q | None = None
    known_unled: Q | None = None
    unknown: Q | None = None
    unled: Mapping[str, Any] = field(default_factory=dict)
    is_joined: bool = False
    is_led: bool = True

    @property
    def is_by_time(self) -> bool:
        return self.known is None

    def calls(self) -> QuerySet[Call]:
        """All, with the columns that they are checked and put in order by."""
        return _timed_calls().alias(**self.unled) if self.unled else _timed_calls()


@cache
def _timed_calls() -> QuerySet[Call]:
    return log_calls().alias(**{column.unled: UnledEverywhere(F(column.path)) for column in NEWEST})


def by_time(*, is_descending: bool = True) -> Order:
    return Order(_named("time", is_descending), NEWEST if is_descending else turned(NEWEST))


def by_measure(name: str, *, is_descending: bool) -> Order:
    """`name` as in `MEASURES`. What lasted no time has none of it: most calls were never on hold."""
    path = f"{name}_s"
    return Order(
        _named(name, is_descending),
        (Column(path, is_descending, float, "key_order", "key_order"), *NEWEST),
        known=Q(**{f"{path}__gt": 0}),
        known_unled=Q(key_order__gt=0),
        unknown=unled(Q(**{f"{path}__isnull": True}) | Q(**{path: 0})),
        unled={"key_order": UnledEverywhere(F(path))},
    )


def by_text(name: str, path: str, *, is_descending: bool) -> Order:
    """From Z to A is the same list backwards, so that one index carries both."""
    columns = (Column(path, False, str, "key_order", "key_order"), *NEWEST)
    return Order(
        _named(name, is_descending),
        turned(columns) if is_descending else columns,
        known=Q(**{f"{path}__gt": ""}),
        known_unled=Q(key_order__gt=""),
        unknown=unled(Q(**{path: ""})),
        unled={"key_order": UnledEverywhere(F(path))},
    )


def by_value(name: str, value: Any, kind: type, *, is_descending: bool) -> Order:
    """By what has to be worked out for each call. An empty text is nothing to be ordered by, as None is."""
    known = Q(key_order__isnull=False)
    if kind is str:
        known &= ~Q(key_order="")
    return Order(
        _named(name, is_descending),
        (Column("key_order", is_descending, kind, "key_order", "key_order"), *NEWEST),
        known=known,
        known_unled=known,
        unknown=Q(key_order__isnull=True) | (Q(key_order="") if kind is str else Q()),
        unled={"key_order": value},
        is_led=False,
    )


def _named(name: str, is_descending: bool) -> str:
    return ("-" if is_descending else "") + name


def turned(columns: Sequence[Column]) -> tuple[Column, ...]:
    return tuple(replace(column, is_descending=not column.is_descending) for column in columns)


def beyond(columns: Sequence[Column], values: Sequence[Any], *, is_led: bool = True) -> Q:
    """What comes after these values in the order of the columns. The first column is compared alone as well, since that
    is what an index can begin at."""
    found = Q()
    for column, value in reversed(list(zip(columns, values, strict=True))):
        name = column.path if is_led else column.asked
        side = "lt" if column.is_descending else "gt"
        step = Q(**{f"{name}__{side}": value})
        found = step if not found else Q(**{f"{name}__{side}e": value}) & (step | found)
    return found


@dataclass(frozen=True)
class Cursor:
    """Between two calls: after the one (`is_back`: before it) that had these values. `place` is how many calls stood
    before the page, when it was made."""

    order: str
    is_known: bool
    values: tuple[Any, ...]
    place: int = 0
    is_back: bool = False

    def as_text(self) -> str:
        told = [self.order, int(self.is_known), self.place, *(_plain(value) for value in self.values)]
        raw = json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def cursor_from(text: str, order: Order, *, is_back: bool = False) -> Cursor | None:
    """None for what was made for another order, and for what was never made here."""
    if not text or len(text) > MOST_CURSOR or not text.isascii():
        return None
    try:
        told = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        name, is_known, place, *values = told
        columns = order.columns if is_known else NEWEST
        found = tuple(_value(column.kind, value) for column, value in zip(columns, values, strict=True))
    except (ValueError, TypeError, OverflowError, binascii.Error, RecursionError):
        return None
    if name != order.name or is_known not in (0, 1) or (order.is_by_time and not is_known):
        return None
    if type(place) is not int or not 0 <= place <= _MOST_PLACE:
        return None
    return Cursor(order.name, bool(is_known), found, place, is_back)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.hex if isinstance(value, UUID) else value


def _value(kind: type, value: Any) -> Any:
    """Raises `ValueError`, `TypeError` or `OverflowError` for what no column of that kind holds."""
    if kind is float:
        if type(value) not in (int, float) or not math.isfinite(value):
            raise ValueError
        return float(value)
    if kind is int:
        if type(value) is not int or not abs(value) < 2**63:
            raise ValueError
        return value
    if type(value) is not str:
        raise TypeError
    if kind is datetime:
        at = datetime.fromisoformat(value)
        if at.tzinfo is None or not 1900 <= at.year < 3000:
            raise ValueError
        return at
    if kind is UUID:
        return UUID(value)
    if len(value) > _MOST_TEXT or not is_storable(value):
        raise ValueError
    return value
