"""A table in a file of SQLite, as `cel_sqlite3_custom` and `cdr_sqlite3_custom` write it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sapa.calls.errors import TableKey, TableMissing, TableUnreachable, TableUnreadable
from sapa.calls.table_source import BUSY_FOR_S, MOST_CHARS, Source, fitting, quoted

_KEYS = ("id", "acctid")  # of a view, which has no rows of its own to number


class SqliteSource(Source):
    """Opened for each question: the file may have become another one, and nothing of it is held open meanwhile."""

    def close(self) -> None:
        pass

    def found(self) -> tuple[str, str, tuple[str, ...]]:
        with self._opened() as database:
            found = database.execute(
                "SELECT name, type FROM sqlite_master WHERE lower(name) = lower(?) AND type IN ('table', 'view')",
                (self.place.table,),
            ).fetchone()
            if found is None:
                raise TableMissing(self.label)
            name, kind = found
            columns = database.execute(f"PRAGMA table_info({quoted(name)})").fetchall()
            names = tuple(str(column[1]) for column in columns)
            key = self._key(database, name, kind, columns)
            return quoted(name), key, names

    def _key(self, database: sqlite3.Connection, name: str, kind: str, columns: list[tuple[Any, ...]]) -> str:
        primary = [column for column in columns if column[5]]
        if len(primary) == 1 and str(primary[0][2]).upper() == "INTEGER":
            return quoted(primary[0][1])
        if kind == "table" and "rowid" not in {str(column[1]).lower() for column in columns}:
            try:
                database.execute(f"SELECT rowid FROM {quoted(name)} LIMIT 0")  # noqa: S608 - quoted
            except sqlite3.OperationalError as exc:  # it was made WITHOUT ROWID
                raise TableKey(self.label, name) from exc
            return "rowid"
        for column in columns:
            if str(column[1]).lower() in _KEYS:
                return quoted(column[1])
        raise TableKey(self.label, name)

    def asked(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._opened() as database:
            return fitting(database.execute(statement, values))

    def value(self, column: str) -> str:
        name = quoted(column)
        return (
            f"CASE WHEN length(CAST({name} AS BLOB)) > {MOST_CHARS} THEN substr(CAST({name} AS BLOB), 1, {MOST_CHARS}) "
            f"ELSE {name} END"
        )

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        path = self.place.database
        try:
            Path(path).stat()
            database = sqlite3.connect(
                f"file:{quote(path)}?mode=ro", uri=True, timeout=BUSY_FOR_S, isolation_level=None
            )
        except OSError as exc:
            raise TableUnreachable(self.label, exc.strerror or str(exc)) from exc
        except sqlite3.Error as exc:
            raise TableUnreachable(self.label, str(exc)) from exc
        with closing(database):
            database.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
            try:
                yield database
            except sqlite3.Error as exc:
                raise TableUnreadable(self.label, str(exc)) from exc
