"""SQLite: copied by its own online backup, which reads one moment of a database that others go on writing to."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from sapa.pipeline.backup.databases import alias_of
from sapa.pipeline.backup.errors import BackupFailed, DatabaseBusy, RestoreFailed
from sapa.pipeline.backup.manifest import private_file

PATIENCE_S = 30.0
WHOLE = -1  # all pages in one step: in the write-ahead log a reader keeps its moment and stops nobody


class _Busy(Exception):
    """The other side has been locked for as long as we wait."""


@dataclass(frozen=True)
class SqliteCopier:
    file: Path

    @contextmanager
    def snapshot(self, target: Path) -> Iterator[str]:
        try:
            os.close(private_file(target))
            with closing(_open(self.file, "rw")) as live, closing(_open(target, "rw")) as copy:
                live.backup(copy, pages=WHOLE, progress=_patience())
                copy.execute("PRAGMA journal_mode=DELETE")  # one file, with no log beside it
            problem = self.check(target)
        except (sqlite3.Error, OSError, _Busy) as exc:
            raise BackupFailed(f"{self.file}: {exc}") from exc
        if problem:
            raise BackupFailed(f"{self.file} is damaged: {problem}. Restore the last good backup.")
        # Only the checks of rules are left out: the copy is read, and nothing is to lie beside it.
        with alias_of(NAME=str(target), OPTIONS={"init_command": "PRAGMA query_only=ON"}) as alias:
            yield alias

    def check(self, copy: Path) -> str:
        try:
            with closing(_open(copy, "ro")) as database:
                verdict = str(database.execute("PRAGMA integrity_check(1)").fetchone()[0])
        except sqlite3.Error as exc:
            return str(exc)
        return "" if verdict == "ok" else verdict

    def load(self, copy: Path) -> None:
        connection.close()
        try:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self.file.exists():
                os.close(private_file(self.file))
            with closing(_open(copy, "ro")) as source, closing(_open(self.file, "rw")) as live:
                source.backup(live, pages=WHOLE, progress=_patience())
        except _Busy as exc:
            raise DatabaseBusy from exc
        except (sqlite3.Error, OSError) as exc:
            raise RestoreFailed(f"{self.file}: {exc}. If that file is damaged, move it away.") from exc


def _open(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=PATIENCE_S)


def _patience() -> Callable[[int, int, int], None]:
    """Python's `backup` tries a locked database for ever; it asks us each time."""
    deadline = time.monotonic() + PATIENCE_S

    def look(status: int, _remaining: int, _total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > deadline:
            raise _Busy("the database is locked")

    return look
