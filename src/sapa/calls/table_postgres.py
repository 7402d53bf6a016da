"""A table of PostgreSQL, as `cel_pgsql`, `cdr_pgsql` and the modules of ODBC write it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import errors
from psycopg.abc import Buffer
from psycopg.adapt import Loader

from sapa.calls.errors import TableKey, TableMissing, TableTrouble, TableUnreachable, TableUnreadable
from sapa.calls.table_source import ANSWER_WITHIN_S, CONNECT_WITHIN_S, MOST_CHARS, Source, fitting, quoted

_LONGEST_REASON = 200
_LOST_SERVER = {"keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000}
# In each transaction: behind a pool of connections a session may be another's.
_BEGIN = (
    "SET TRANSACTION READ ONLY; "
    f"SET LOCAL statement_timeout = {ANSWER_WITHIN_S * 1000}; SET LOCAL lock_timeout = {CONNECT_WITHIN_S * 1000}; "
    "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'"
)
_COLUMNS = """
SELECT attribute.attname, type.typname IN ('int2', 'int4', 'int8'),
       attribute.attidentity <> '' OR coalesce(pg_get_expr(made.adbin, made.adrelid), '') LIKE 'nextval(%%'
       OR EXISTS (SELECT 1 FROM pg_index WHERE indrelid = attribute.attrelid AND indisunique AND indpred IS NULL
                  AND indnkeyatts = 1 AND indkey[0] = attribute.attnum),
       kind.relkind IN ('v', 'm', 'f')
FROM pg_attribute AS attribute
JOIN pg_class AS kind ON kind.oid = attribute.attrelid
JOIN pg_type AS type ON type.oid = attribute.atttypid
LEFT JOIN pg_attrdef AS made ON made.adrelid = attribute.attrelid AND made.adnum = attribute.attnum
WHERE attribute.attrelid = to_regclass(?) AND attribute.attnum > 0 AND NOT attribute.attisdropped
ORDER BY attribute.attnum
"""
_KEYS = ("id", "acctid")


class _Text(Loader):
    """A database without an encoding gives whatever bytes were put in."""

    def load(self, data: Buffer) -> str:
        return bytes(data).decode("utf-8", errors="replace")


class PostgresSource(Source):
    """Connected from the first question until one fails or `close`; each is a read-only transaction of its own."""

    _connection: psycopg.Connection[tuple[Any, ...]] | None = None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def found(self) -> tuple[str, str, tuple[str, ...]]:
        parts = self.place.table.split(".")
        for name in dict.fromkeys([".".join(map(quoted, parts)), ".".join(quoted(part.lower()) for part in parts)]):
            if columns := self.asked(_COLUMNS, (name,)):
                columns = [column for column in columns if not set(column[0]) & set("?%")]  # signs of a statement's own
                return name, self._key(name, columns), tuple(str(column[0]) for column in columns)
        raise TableMissing(self.label)

    def _key(self, table: str, columns: Sequence[tuple[Any, ...]]) -> str:
        """A view has no rows of its own to number: there its column must be called so."""
        usable = [
            str(name)
            for name, is_integer, is_numbering, is_view in columns
            if is_integer and (is_numbering or (is_view and name.lower() in _KEYS))
        ]
        if not usable:
            raise TableKey(self.label, table)
        return quoted(min(usable, key=lambda name: (name.lower() not in _KEYS, usable.index(name))))

    def asked(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        connection = self._connected()
        try:
            with connection.transaction():
                connection.execute(_BEGIN)
                with connection.cursor(name="sapa") as cursor:  # the server keeps what is not fetched
                    cursor.itersize = 100
                    cursor.execute(statement.replace("?", "%s"), values)
                    return fitting(cursor)
        except psycopg.Error as exc:
            trouble = self._trouble(exc)
            self.close()
            raise trouble from exc

    def value(self, column: str) -> str:
        return f"left({quoted(column).replace('%', '%%')}::text, {MOST_CHARS})"

    def _connected(self) -> psycopg.Connection[tuple[Any, ...]]:
        if self._connection is not None:
            return self._connection
        place = self.place
        given = {"host": place.host, "port": place.port, "user": place.user, "password": place.password}
        try:
            connection = psycopg.connect(
                dbname=place.database,
                autocommit=True,
                prepare_threshold=None,
                connect_timeout=CONNECT_WITHIN_S,
                application_name="sapa",
                client_encoding="utf8",
                **_LOST_SERVER,  # type: ignore[arg-type]
                **{name: value for name, value in given.items() if value},  # type: ignore[arg-type]
                **dict(place.options),  # type: ignore[arg-type]
            )
        except psycopg.Error as exc:
            raise TableUnreachable(self.label, self._reason(exc)) from exc
        connection.adapters.register_loader("text", _Text)
        self._connection = connection
        return connection

    def _trouble(self, exc: psycopg.Error) -> TableTrouble:
        if isinstance(exc, errors.UndefinedTable):
            return TableMissing(self.label)
        if isinstance(exc, errors.InsufficientPrivilege):
            return TableUnreadable(
                self.label, f"{self._reason(exc)}; as its owner: GRANT SELECT ON {self.place.table} TO …"
            )
        if isinstance(exc, errors.QueryCanceled):
            return TableUnreadable(self.label, f"an answer took over {ANSWER_WITHIN_S} s; is its key indexed?")
        if exc.sqlstate is None or exc.sqlstate.startswith(("08", "57P")):
            return TableUnreachable(self.label, self._reason(exc))
        return TableUnreadable(self.label, self._reason(exc))

    def _reason(self, exc: psycopg.Error) -> str:
        reason = " ".join(str(exc).split())
        if self.place.password:
            reason = reason.replace(self.place.password, "…")
        return reason[:_LONGEST_REASON]
