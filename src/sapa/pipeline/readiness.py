"""Whether the database is the one that this program was made for: there, prepared, and not of a newer program; and
whether the storage takes recordings.

A program that works on tables it does not know, or lacks, fails again and again in ways nobody understands; one
sentence at the start is better.
"""

from __future__ import annotations

import time
from io import BytesIO
from pathlib import Path
from threading import Lock

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from sapa.core.errors import SapaError
from sapa.core.storage import blobs
from sapa.pipeline.errors import DatabaseAway

LOOK_EVERY_S = 10.0


class DatabaseUnready(SapaError):
    def __init__(self, problem: str) -> None:
        super().__init__(
            "database_unready",
            f"The database is not ready: {problem}. Run: sapa migrate",
            http_status=503,
            problem=problem,
            remedy="check SAPA_DATABASE_URL, then: sapa migrate",
        )


class DatabaseUnreachable(DatabaseAway):
    def __init__(self, problem: str) -> None:
        super().__init__(
            f"The database is not ready: {problem}. Check SAPA_DATABASE_URL and that the server runs, then: "
            "sapa migrate",
            problem=problem,
            remedy="check SAPA_DATABASE_URL and that the server runs, then: sapa migrate",
        )


class DatabaseNewer(SapaError):
    def __init__(self, migration: str, count: int) -> None:
        super().__init__(
            "database_newer",
            f"The database was used by a newer Sapa: it has {count} changes that this program does not know, the first "
            f"is {migration}. Install that version again, or restore a backup that this version made.",
            http_status=503,
            problem=f"used by a newer Sapa: {count} changes are not known here, the first is {migration}",
            remedy="install that version again, or restore a backup that this version made",
        )


def database_require() -> None:
    """Raises `DatabaseUnreachable`, `DatabaseUnready` or `DatabaseNewer`."""
    executor = _executor()
    _older_require(executor)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        raise DatabaseUnready(f"{len(pending)} changes are not applied")


def database_not_newer() -> None:
    """What `sapa migrate` asks before it touches anything. Raises `DatabaseNewer`, `DatabaseUnreachable`."""
    if _is_there():
        _older_require(_executor())


def storage_require() -> None:
    """A few bytes go to the storage and away again. Raises what the storage raises, a `SapaError`."""
    store = blobs()
    store.delete(store.put(BytesIO(b"ready?")).id)


class StorageLook:
    """Whether the storage takes recordings, asked at most every ten seconds and by one thread at a time: anybody may
    ask the site, each look writes, and a storage that is away keeps its asker waiting."""

    def __init__(self) -> None:
        self._looking = Lock()
        self._looked_s: float | None = None
        self._problem: SapaError | None = None

    def require(self) -> None:
        """Raises what the last look raised."""
        if self._is_old() and self._looking.acquire(blocking=self._looked_s is None):
            try:
                if self._is_old():
                    self._look()
            finally:
                self._looking.release()
        if self._problem is not None:
            raise self._problem

    def _is_old(self) -> bool:
        return self._looked_s is None or time.monotonic() - self._looked_s > LOOK_EVERY_S

    def _look(self) -> None:
        try:
            storage_require()
            self._problem = None
        except SapaError as exc:
            self._problem = exc
        self._looked_s = time.monotonic()


def _executor() -> MigrationExecutor:
    if not _is_there():
        raise DatabaseUnready(f"{connection.settings_dict['NAME']} is not there")
    try:
        return MigrationExecutor(connection)
    except DatabaseError as exc:
        raise DatabaseUnreachable(str(exc).partition("\n")[0]) from exc


def _is_there() -> bool:
    """To connect to SQLite would make an empty file."""
    return connection.vendor != "sqlite" or Path(str(connection.settings_dict["NAME"])).exists()


def _older_require(executor: MigrationExecutor) -> None:
    unknown = sorted(set(executor.loader.applied_migrations) - set(executor.loader.disk_migrations))
    if unknown:
        app, name = unknown[0]
        raise DatabaseNewer(f"{app}.{name}", len(unknown))
