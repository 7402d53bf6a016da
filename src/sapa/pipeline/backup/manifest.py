"""What a backup says it holds: `manifest.json`, and beside it the checksum that `sha256sum --check` reads as well.

Everything in it is checked before it is used, since whoever can write to the folder can write what he likes.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sapa.core.blobs import chunks_of
from sapa.pipeline.backup.errors import BackupDamaged, BackupUnreadable

MANIFEST = "manifest.json"
SEAL = "manifest.sha256"
BLOBS = "blobs"
DATABASE_FILES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}

BlobId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class BackedBlob(_Part):
    id: BlobId
    sha256: Sha256
    size_bytes: Count


class Lacking(_Part):
    """A recording that the database speaks of and the storage did not give, or gave changed."""

    id: BlobId
    code: str
    problem: str


class BackedDatabase(_Part):
    """`migrations`: the changes it had, as `app.name`. `rows`: how many each table had."""

    vendor: Literal["sqlite", "postgresql"]
    sha256: Sha256
    size_bytes: Count
    migrations: tuple[str, ...]
    rows: dict[str, Count]


class Manifest(_Part):
    format: Literal[1] = 1
    sapa_version: str
    made_at: str
    database: BackedDatabase
    blobs: tuple[BackedBlob, ...]
    lacking: tuple[Lacking, ...] = ()

    @property
    def blob_bytes(self) -> int:
        return sum(blob.size_bytes for blob in self.blobs)


def database_file(folder: Path, vendor: str) -> Path:
    return folder / DATABASE_FILES[vendor]


def blob_file(folder: Path, blob_id: str) -> Path:
    return folder / BLOBS / blob_id[:2] / blob_id


def manifest_write(folder: Path, manifest: Manifest) -> None:
    content = (manifest.model_dump_json(indent=1) + "\n").encode()
    _write(folder / MANIFEST, content)
    _write(folder / SEAL, f"{hashlib.sha256(content).hexdigest()}  {MANIFEST}\n".encode())


def manifest_read(folder: Path) -> Manifest:
    """Raises `BackupUnreadable`, `BackupDamaged`."""
    try:
        content = (folder / MANIFEST).read_bytes()
        seal = (folder / SEAL).read_text(encoding="ascii")
    except OSError as exc:
        raise BackupUnreadable(folder, f"{Path(exc.filename or MANIFEST).name}: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise BackupDamaged(folder, f"{SEAL} is not a checksum") from exc
    if seal.split() != [hashlib.sha256(content).hexdigest(), MANIFEST]:
        raise BackupDamaged(folder, f"{MANIFEST} does not have the checksum in {SEAL}")
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BackupUnreadable(folder, f"{MANIFEST}: {where}: {first['msg']}") from exc
    if len({blob.id for blob in manifest.blobs}) != len(manifest.blobs):
        raise BackupUnreadable(folder, f"{MANIFEST} lists a recording twice")
    return manifest


def file_digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as source:
        for chunk in chunks_of(source):
            digest.update(chunk)
    return digest.hexdigest()


def files_in(folder: Path) -> Iterator[str]:
    """Names below the folder, as the manifest would give them."""
    for path in folder.rglob("*"):
        if not path.is_dir() or path.is_symlink():
            yield path.relative_to(folder).as_posix()


def private_file(path: Path) -> int:
    """A handle of a new file that only its owner reads; whoever is already there is not followed."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(private_file(path), "wb") as out:
        out.write(content)
