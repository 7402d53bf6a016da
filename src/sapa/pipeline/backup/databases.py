"""The two databases behind one door: a copy of one moment, a check of a copy, and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from django.db import connection, connections

SNAPSHOT = "snapshot"


class DatabaseCopier(Protocol):
    """One kind of database. What it raises is a `SapaError` of `backup.errors`."""

    def snapshot(self, target: Path) -> AbstractContextManager[str]:
        """Copy the database to `target`. Inside the block the alias that it gives reads the very same moment."""
        ...

    def check(self, copy: Path) -> str:
        """What is wrong with a copy; empty when nothing is."""
        ...

    def load(self, copy: Path) -> None:
        """Replace everything in this installation's database by the copy: all of it or nothing."""
        ...


def copier_of(vendor: str) -> DatabaseCopier:
    if vendor == "sqlite":
        from sapa.pipeline.backup.sqlite import SqliteCopier

        return SqliteCopier(Path(connection.settings_dict["NAME"]))
    from sapa.pipeline.backup.postgres import PostgresCopier

    return PostgresCopier(dict(connection.settings_dict))


@contextmanager
def alias_of(**changes: Any) -> Iterator[str]:
    """Another connection of Django's for a while: like the usual one, but for the changes."""
    other = connection.copy(SNAPSHOT)
    other.settings_dict.update(changes)
    connections[SNAPSHOT] = other
    try:
        yield SNAPSHOT
    finally:
        other.close()
        del connections[SNAPSHOT]
