"""Making a backup while everything runs: the database first, then every recording that this copy of it speaks of.

Recordings never change, so what the copy names is what it needs. All is written beside the wanted folder and takes its
name at the end: what has the name is whole.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder

from sapa import __version__
from sapa.audit.services import audit_write
from sapa.core.blobs import CHUNK_BYTES
from sapa.core.clock import now_at
from sapa.core.errors import SapaError
from sapa.core.storage import blobs
from sapa.pipeline.backup.databases import copier_of
from sapa.pipeline.backup.errors import BackupExists, BackupFailed, BackupRunning
from sapa.pipeline.backup.manifest import (
    BLOBS,
    BackedBlob,
    BackedDatabase,
    Lacking,
    Manifest,
    blob_file,
    database_file,
    file_digest,
    manifest_read,
    manifest_write,
    private_file,
)
from sapa.recordings.selectors import NeededBlob, blob_refs

Count = Callable[[int, int, int], None]
"""Called after each recording: how many are done, of how many, and bytes so far."""


@dataclass(frozen=True)
class _Base:
    """An earlier backup; what it holds is linked instead of copied."""

    folder: Path
    blobs: dict[str, BackedBlob]


def backup_make(target: Path, *, base: Path | None = None, count: Count) -> Manifest:
    """Raises `BackupFailed` and leaves nothing. What the storage does not give whole is listed in `lacking`."""
    earlier = _Base(base, {blob.id: blob for blob in manifest_read(base).blobs}) if base else None
    with _unfinished(target) as part:
        database, needed = _database_copy(part)
        _room_check(part, needed, earlier)
        copied, lacking = _blobs_copy(part, needed, earlier, count)
        manifest = Manifest(
            sapa_version=__version__,
            made_at=now_at().isoformat(),
            database=database,
            blobs=tuple(copied),
            lacking=tuple(lacking),
        )
        manifest_write(part, manifest)
    audit_write("backup.made", subject=f"backup {target.name}"[:100], blobs=len(copied), lacking=len(lacking))
    return manifest


def rows_of(alias: str) -> dict[str, int]:
    """How many rows each table has."""
    database = connections[alias]
    with database.cursor() as cursor:
        counts = {}
        for table in sorted(database.introspection.table_names(cursor)):
            cursor.execute(f"SELECT count(*) FROM {database.ops.quote_name(table)}")  # noqa: S608 - its own table name
            counts[table] = int(cursor.fetchone()[0])
    return counts


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """The folder to write into. It takes the wanted name at the end, or is gone."""
    part = target.with_name(f"{target.name}.part")
    if target.exists():
        raise BackupExists(target)
    try:
        handle = _folder_of_our_own(part)
        try:
            yield part
            os.sync()  # once for all, which is far quicker than file by file
            part.rename(target)
            _sync(target.parent)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        finally:
            os.close(handle)
    except OSError as exc:
        raise BackupFailed(f"{exc.filename or target}: {exc.strerror}") from exc


def _folder_of_our_own(part: Path) -> int:
    """Made empty, and locked: what a killed backup left is cleared away, what a running one writes is not."""
    part.parent.mkdir(parents=True, exist_ok=True)
    part.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        os.close(handle)
        raise BackupRunning(part) from exc
    for left in part.iterdir():
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
        else:
            left.unlink()
    return handle


def _database_copy(part: Path) -> tuple[BackedDatabase, list[NeededBlob]]:
    """The copy, and what it says: both of the same moment."""
    file = database_file(part, connection.vendor)
    with copier_of(connection.vendor).snapshot(file) as alias:
        applied = MigrationRecorder(connections[alias]).applied_migrations()
        migrations = tuple(sorted(f"{app}.{name}" for app, name in applied))
        rows, needed = rows_of(alias), list(blob_refs(alias))
    backed = BackedDatabase(
        vendor=connection.vendor,  # type: ignore[arg-type]  # Django knows more kinds than our settings take
        sha256=file_digest(file),
        size_bytes=file.stat().st_size,
        migrations=migrations,
        rows=rows,
    )
    return backed, needed


def _room_check(part: Path, needed: list[NeededBlob], base: _Base | None) -> None:
    """Better now than after hours of copying."""
    known = base.blobs if base else {}
    wanted = sum(blob.size_bytes or 0 for blob in needed if blob.id not in known)
    free = shutil.disk_usage(part).free
    if wanted > free:
        raise BackupFailed(f"the recordings take {wanted / 1e9:.1f} GB and {part.parent} has {free / 1e9:.1f} GB free.")


def _blobs_copy(
    part: Path, needed: list[NeededBlob], base: _Base | None, count: Count
) -> tuple[list[BackedBlob], list[Lacking]]:
    copied: list[BackedBlob] = []
    lacking: list[Lacking] = []
    size_bytes = 0
    (part / BLOBS).mkdir(mode=0o700)
    for number, blob in enumerate(needed, start=1):
        one = _linked(part, blob, base) or _copied(part, blob)
        if isinstance(one, Lacking):
            lacking.append(one)
        else:
            copied.append(one)
            size_bytes += one.size_bytes
        count(number, len(needed), size_bytes)
    return copied, lacking


def _linked(part: Path, blob: NeededBlob, base: _Base | None) -> BackedBlob | None:
    """From the earlier backup, when it is on the same disk and looks whole there."""
    known = base.blobs.get(blob.id) if base else None
    if base is None or known is None or blob.sha256 not in (None, known.sha256):
        return None
    there = blob_file(base.folder, blob.id)
    try:
        if there.is_symlink() or there.stat().st_size != known.size_bytes:
            return None
        os.link(there, _place(part, blob.id))
    except OSError:
        return None
    return known


def _copied(part: Path, blob: NeededBlob) -> BackedBlob | Lacking:
    """A copy and never a link to the original, whose damage would be its own."""
    place = _place(part, blob.id)
    try:
        source = blobs().open(blob.id)
    except SapaError as exc:
        if exc.retryable:  # the whole storage is away, which is no fault of this one
            raise BackupFailed(exc.message) from exc
        return Lacking(id=blob.id, code=exc.code, problem=exc.message)
    digest, size_bytes = hashlib.sha256(), 0
    with source, os.fdopen(private_file(place), "wb") as out:
        while True:
            try:
                chunk = source.read(CHUNK_BYTES)
            except SapaError as exc:
                raise BackupFailed(exc.message) from exc
            except OSError as exc:
                place.unlink()
                return Lacking(id=blob.id, code="blob_unreadable", problem=str(exc.strerror or exc))
            if not chunk:
                break
            digest.update(chunk)
            size_bytes += len(chunk)
            out.write(chunk)
    if blob.sha256 not in (None, digest.hexdigest()):
        place.unlink()
        return Lacking(id=blob.id, code="blob_damaged", problem="It no longer has the checksum it came with.")
    return BackedBlob(id=blob.id, sha256=digest.hexdigest(), size_bytes=size_bytes)


def _place(part: Path, blob_id: str) -> Path:
    place = blob_file(part, blob_id)
    place.parent.mkdir(mode=0o700, exist_ok=True)
    return place


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
