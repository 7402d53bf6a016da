"""A table of CEL or CDR in somebody else's database: read only, in short questions, and its faults in our words.

Asterisk writes into it while we ask. A reader of SQLite holds up its writer, who waits a second and then drops the row
(`busy_timeout` of `cel_sqlite3_custom`): so an answer is taken whole before anything is done with it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sapa.calls.connectors.asterisk.rows import LONGEST_LINE
from sapa.calls.connectors.asterisk.table_place import TablePlace
from sapa.calls.connectors.asterisk.table_rows import columns_lacking, line_of, names_of
from sapa.calls.errors import TableColumns, TableKeyRange
from sapa.calls.log_files import Line

LAST_KEY = (1 << 40) - 1
ROWS_AT_ONCE = 1_000
KEYS_AT_ONCE = 10_000
NAMED_AT_ONCE = 200  # rows asked for by their keys
MOST_CHARS = LONGEST_LINE + 1  # of a value; the line is none then
MOST_BYTES = 8 << 20  # of an answer; the rest is asked for again
CONNECT_WITHIN_S = 5
ANSWER_WITHIN_S = 15
BUSY_FOR_S = 2.0


@dataclass(frozen=True)
class Shape:
    """`table` and `key` as they stand in a statement; `columns` as they are called; `names` as in a line."""

    table: str
    key: str
    columns: tuple[str, ...]
    names: tuple[str, ...]


class Span(NamedTuple):
    lowest: int
    highest: int


class Source(ABC):
    """The only way to a table: `shape` first. All raise `TableTrouble`, and may be asked again afterwards."""

    def __init__(self, place: TablePlace) -> None:
        self.place = place
        self.label = place.label

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def found(self) -> tuple[str, str, tuple[str, ...]]:
        """The table and its key, as in a statement, and its columns."""

    @abstractmethod
    def asked(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The first rows of the answer, as many as are at most `MOST_BYTES`. Values stand as `?`."""

    @abstractmethod
    def value(self, column: str) -> str:
        """A column as text in a statement; of a long one the beginning."""

    def shape(self) -> Shape:
        table, key, columns = self.found()
        if lacking := columns_lacking(self.place.kind, columns):
            raise TableColumns(self.label, lacking)
        return Shape(table, key, columns, names_of(self.place.kind, columns))

    def span(self, shape: Shape) -> Span | None:
        """None of an empty table."""
        # Each by itself: of both at once SQLite reads the whole table.
        ends = [f"(SELECT {end}({shape.key}) FROM {shape.table})" for end in ("min", "max")]  # noqa: S608 - quoted
        ((lowest, highest),) = self.asked(f"SELECT {', '.join(ends)}")
        if highest is None:
            return None
        if not isinstance(lowest, int) or not isinstance(highest, int) or lowest < 0 or highest > LAST_KEY:
            raise TableKeyRange(self.label, shape.key)
        return Span(lowest, highest)

    def keys(self, shape: Shape, *, after: int, to: int) -> list[int]:
        """The first of them, in their order."""
        where = f"WHERE {shape.key} > ? AND {shape.key} <= ? ORDER BY {shape.key} LIMIT {KEYS_AT_ONCE}"
        statement = f"SELECT {shape.key} FROM {shape.table} {where}"  # noqa: S608 - quoted
        return [key for (key,) in self.asked(statement, (after, to))]

    def lines(self, shape: Shape, *, after: int) -> list[Line]:
        """The first of those with greater keys, in their order; none at the end."""
        return self._lines(shape, f"{shape.key} > ? ORDER BY {shape.key} LIMIT {ROWS_AT_ONCE}", (after,))

    def lines_at(self, shape: Shape, keys: Sequence[int]) -> list[Line]:
        """Of those that are there, up to `NAMED_AT_ONCE`."""
        some = keys[:NAMED_AT_ONCE]
        places = ", ".join("?" * len(some))
        return self._lines(shape, f"{shape.key} IN ({places}) ORDER BY {shape.key}", some) if some else []

    def _lines(self, shape: Shape, where: str, values: Sequence[int]) -> list[Line]:
        columns = ", ".join([shape.key, *(self.value(column) for column in shape.columns)])
        told = self.asked(f"SELECT {columns} FROM {shape.table} WHERE {where}", values)  # noqa: S608 - quoted
        kind, is_utc = self.place.kind, self.place.is_utc
        return [
            Line(key, line_of(kind, shape.names, [_text(value) for value in row], is_utc=is_utc)) for key, *row in told
        ]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value)


def fitting(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """As many of the first as are at most `MOST_BYTES`, and one in any case."""
    kept, size = [], 0
    for row in rows:
        kept.append(row)
        size += sum(len(value) for value in row if isinstance(value, str | bytes))
        if size > MOST_BYTES:
            break
    return kept


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
