"""Checking a backup without restoring it: every file is read and compared with what the list says of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sapa.pipeline.backup.databases import copier_of
from sapa.pipeline.backup.errors import BackupDamaged
from sapa.pipeline.backup.make import Count
from sapa.pipeline.backup.manifest import (
    BLOBS,
    MANIFEST,
    SEAL,
    BackedBlob,
    Manifest,
    blob_file,
    database_file,
    file_digest,
    files_in,
    manifest_read,
)


@dataclass(frozen=True)
class Checked:
    """`problems`: one sentence for each recording that is not as listed, or was lacking from the start."""

    manifest: Manifest
    problems: list[str]


def backup_check(folder: Path, *, count: Count) -> Checked:
    """Raises `BackupUnreadable`, or `BackupDamaged` when the list or the database is not to be believed."""
    manifest = manifest_read(folder)
    database_check(folder, manifest)
    problems = [f"{one.id}: {one.problem} ({one.code})" for one in manifest.lacking]
    size_bytes = 0
    for number, blob in enumerate(manifest.blobs, start=1):
        if problem := blob_problem(folder, blob):
            problems.append(f"{blob.id}: {problem}")
        size_bytes += blob.size_bytes
        count(number, len(manifest.blobs), size_bytes)
    problems += [f"{name}: is not in the list" for name in sorted(_unlisted(folder, manifest))]
    return Checked(manifest, problems)


def database_check(folder: Path, manifest: Manifest) -> None:
    """Raises `BackupDamaged`."""
    file = database_file(folder, manifest.database.vendor)
    try:
        digest = file_digest(file)
    except OSError as exc:
        raise BackupDamaged(folder, f"{file.name}: {exc.strerror}") from exc
    if digest != manifest.database.sha256:
        raise BackupDamaged(folder, f"{file.name} no longer has its checksum")
    if problem := copier_of(manifest.database.vendor).check(file):
        raise BackupDamaged(folder, f"{file.name}: {problem}")


def blob_problem(folder: Path, blob: BackedBlob) -> str:
    """Empty when the file is what the list says."""
    try:
        digest = file_digest(blob_file(folder, blob.id))
    except OSError as exc:
        return f"cannot be read: {exc.strerror}"
    return "" if digest == blob.sha256 else "no longer has its checksum"


def _unlisted(folder: Path, manifest: Manifest) -> Iterator[str]:
    listed = {f"{BLOBS}/{blob.id[:2]}/{blob.id}" for blob in manifest.blobs}
    listed |= {MANIFEST, SEAL, database_file(folder, manifest.database.vendor).name}
    return (name for name in files_in(folder) if name not in listed)
