"""Bringing a backup back: recordings first, then the database in one piece, then what only makes sense here and now.

Recordings have random ids, so putting them beside others harms nothing; until the database is exchanged, everything is
as it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models.functions import Now

from sapa.audit.services import audit_write
from sapa.calls.models import Call
from sapa.core.blobs import chunks_of
from sapa.core.errors import SapaError
from sapa.core.storage import blobs
from sapa.pipeline.backup.check import blob_problem, database_check
from sapa.pipeline.backup.databases import copier_of
from sapa.pipeline.backup.errors import BackupNewer, LineWorking, NotEmpty, OtherDatabase, RestoreFailed
from sapa.pipeline.backup.make import Count, rows_of
from sapa.pipeline.backup.manifest import BackedBlob, Manifest, blob_file, database_file, manifest_read
from sapa.pipeline.models import StageRow, StageState

Say = Callable[[str], None]
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Restored:
    """`waiting_again`: steps that were under way when the backup was made. `problems`: recordings that did not come."""

    manifest: Manifest
    waiting_again: int
    problems: list[str]


def backup_restore(folder: Path, *, replace: bool = False, count: Count, say: Say) -> Restored:
    """Raises errors of `backup.errors`; then the database is as it was before."""
    manifest = manifest_read(folder)
    _fits_check(manifest)
    _place_check(replace=replace)
    say("Checking the database of the backup")
    database_check(folder, manifest)
    problems = [f"{one.id}: {one.problem} ({one.code})" for one in manifest.lacking]
    problems += _blobs_bring(folder, manifest, count)
    say("Putting the database in place")
    copier_of(connection.vendor).load(database_file(folder, manifest.database.vendor))
    _rows_compare(manifest)
    say("Bringing the database up to date")
    call_command("migrate", verbosity=0)
    return Restored(manifest, _start_anew(folder, manifest), problems)


def _fits_check(manifest: Manifest) -> None:
    if manifest.database.vendor != connection.vendor:
        raise OtherDatabase(manifest.database.vendor, connection.vendor)
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    newer = sorted(set(manifest.database.migrations) - known)
    if newer:
        raise BackupNewer(manifest.sapa_version, newer[0])


def _place_check(*, replace: bool) -> None:
    """Nobody may be at work here, and nothing may be lost that was not meant to be."""
    holding = StageRow.objects.filter(state=StageState.RUNNING, lease_until__gt=Now())
    nobody: list[str] = []
    holders = _asked(lambda: sorted(set(holding.values_list("holder", flat=True))), default=nobody)
    if holders:
        raise LineWorking(holders)
    calls = _asked(Call.objects.count, default=0)
    if calls and not replace:
        raise NotEmpty(calls)


def _asked(question: Callable[[], Answer], *, default: Answer) -> Answer:
    """A database that is not prepared, or by an older program, has no such table or column: nothing to lose there."""
    try:
        connection.ensure_connection()
    except DatabaseError as exc:  # one that does not answer is another thing
        problem = str(exc).partition("\n")[0]
        raise RestoreFailed(f"the database here: {problem}. If it is a damaged file, move it away.") from exc
    try:
        with transaction.atomic():
            return question()
    except DatabaseError:
        return default


def _blobs_bring(folder: Path, manifest: Manifest, count: Count) -> list[str]:
    problems: list[str] = []
    size_bytes = 0
    for number, blob in enumerate(manifest.blobs, start=1):
        if not _is_here(blob):
            problem = blob_problem(folder, blob) or _put(folder, blob)
            problems += [f"{blob.id}: {problem}"] if problem else []
        size_bytes += blob.size_bytes
        count(number, len(manifest.blobs), size_bytes)
    return problems


def _is_here(blob: BackedBlob) -> bool:
    """Whole in the storage already, as when only the database was lost."""
    digest = hashlib.sha256()
    try:
        with blobs().open(blob.id) as source:
            for chunk in chunks_of(source):
                digest.update(chunk)
    except (SapaError, OSError):
        return False
    return digest.hexdigest() == blob.sha256


def _put(folder: Path, blob: BackedBlob) -> str:
    with blob_file(folder, blob.id).open("rb") as source:
        stored = blobs().put_as(blob.id, source)
    return "" if stored.sha256 == blob.sha256 else "changed while it was read"


def _rows_compare(manifest: Manifest) -> None:
    found, told = rows_of(DEFAULT_DB_ALIAS), manifest.database.rows
    differing = sorted(table for table in {*found, *told} if found.get(table) != told.get(table))
    if differing:
        table = differing[0]
        raise RestoreFailed(f"{table} has {found.get(table)} rows and the backup told of {told.get(table)}.")


@transaction.atomic
def _start_anew(folder: Path, manifest: Manifest) -> int:
    """Nobody holds what somebody held then; who was signed in signs in again."""
    waiting = StageRow.objects.filter(state=StageState.RUNNING).update(
        state=StageState.WAITING, holder="", lease_until=None, started_at=None, progress_share=0.0
    )
    Session.objects.all().delete()
    audit_write("backup.restored", subject=f"backup {folder.name}"[:100], made_at=manifest.made_at)
    return waiting
