"""Somebody else's database with CEL and CDR in it: a file of SQLite, and a real server of PostgreSQL where the tests
have one, in a database of its own."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection

from sapa.calls.connectors.asterisk.table_place import TablePlace, table_places
from sapa.calls.tests.test_golden_calls import GOLDEN

CEL = (
    "eventtype", "eventtime", "cid_name", "cid_num", "cid_ani", "cid_rdnis", "cid_dnid", "exten", "context", "channame",
    "appname", "appdata", "amaflags", "accountcode", "uniqueid", "linkedid", "peer", "userfield", "userdeftype",
    "extra",
)  # fmt: skip
CDR = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata", "calldate",
    "answer", "end", "duration", "billsec", "disposition", "amaflags", "uniqueid", "userfield",
)  # fmt: skip
DATABASE = "asterisk_of_the_tests"


class Foreign:
    """`place(kind)` is what Sapa is told; `write` puts rows in as Asterisk would."""

    vendor: str
    address: str
    numbering: str

    def execute(self, statement: str, values: Sequence[Any] = ()) -> None:
        raise NotImplementedError

    def place(self, kind: str = "cel", more: str = "") -> TablePlace:
        (place,) = table_places(f"{self.address}?{kind}={kind}{more}")
        return place

    def make(self, kind: str, columns: Sequence[str], *, time: str = "text") -> None:
        told = ", ".join(f'"{name}" {time if name in ("eventtime", "calldate") else "text"}' for name in columns)
        self.execute(f"CREATE TABLE {kind} ({self.numbering}, {told})")

    def write(self, kind: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        names, places = ", ".join(f'"{name}"' for name in columns), ", ".join(["?"] * len(columns))
        for row in rows:
            self.execute(f"INSERT INTO {kind} ({names}) VALUES ({places})", row)


class ForeignSqlite(Foreign):
    vendor, numbering = "sqlite", "AcctId INTEGER PRIMARY KEY"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.address = f"sqlite:///{quote(str(path))}"

    def execute(self, statement: str, values: Sequence[Any] = ()) -> None:
        with closing(sqlite3.connect(self.path)) as database, database:
            database.execute(statement, values)


class ForeignPostgres(Foreign):
    vendor, numbering = "postgresql", "id serial PRIMARY KEY"

    def __init__(self) -> None:
        at = connection.settings_dict
        self.password = str(at["PASSWORD"])
        self.server = f"{at['USER']}:{quote(self.password)}@{at['HOST']}:{at['PORT']}"
        self.database = f"{DATABASE}_{at['NAME']}"
        self.address = f"postgresql://{self.server}/{self.database}"

    def execute(self, statement: str, values: Sequence[Any] = ()) -> None:
        with psycopg.connect(self.address, autocommit=True) as database:
            database.execute(statement.replace("?", "%s"), values)

    @contextmanager
    def there(self) -> Iterator[None]:
        with psycopg.connect(f"postgresql://{self.server}/postgres", autocommit=True) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{self.database}"')
            try:
                yield
            finally:
                server.execute(f'DROP DATABASE "{self.database}" WITH (FORCE)')


VENDORS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.on_postgresql)]


@contextmanager
def foreign(vendor: str, folder: Path) -> Iterator[Foreign]:
    if vendor == "sqlite":
        yield ForeignSqlite(folder / "master of calls.db")
        return
    world = ForeignPostgres()
    with world.there():
        yield world


def golden(scenario: str, kind: str) -> list[list[str]]:
    """Its rows as lists of columns, in the order of `CEL` or `CDR`."""
    rows = [*csv.reader((GOLDEN / scenario / f"{kind}.csv").read_text().splitlines())]
    if kind == "cdr":
        return [row[: len(CDR)] for row in rows]
    return [[row[0], *row[-19:]] for row in rows]


def local(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The second column as the date and time that `cel_pgsql` writes."""
    return [[row[0], f"{datetime.fromtimestamp(float(row[1]), UTC):%F %T.%f}", *row[2:]] for row in rows]
