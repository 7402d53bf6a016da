"""Bytes by id: recordings, waveform peaks. A blob is written whole or not at all, and never changes."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from sapa.core.errors import SapaError

CHUNK_BYTES = 1 << 20


class BlobMissing(SapaError):
    def __init__(self, blob_id: str) -> None:
        super().__init__(
            "blob_missing",
            f"Stored file {blob_id} is missing. Restore the storage folder from a backup, then try again.",
            http_status=410,
        )


@dataclass(frozen=True)
class BlobRef:
    """Identity and content of a stored blob. `sha256` is lower-case hex of all its bytes."""

    id: str
    sha256: str
    size_bytes: int


class BlobStore(Protocol):
    def put(self, source: BinaryIO) -> BlobRef:
        """Store all bytes of `source` from its current position; durable when this returns."""
        ...

    def open(self, blob_id: str) -> BinaryIO:
        """Open for reading; raises `BlobMissing`."""
        ...

    def delete(self, blob_id: str) -> None:
        """Remove; a blob that is already gone is not an error."""
        ...


class FolderBlobs:
    """Blobs as files below one folder, spread over 256 subfolders by the first byte of the id.

    Names on disk come from our own random ids only, so no outside name ever becomes a path.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, source: BinaryIO) -> BlobRef:
        blob_id = uuid.uuid4().hex
        target = self._path(blob_id)
        part = target.with_suffix(".part")
        digest, size = hashlib.sha256(), 0
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with part.open("xb") as out:
                for chunk in chunks_of(source):
                    digest.update(chunk)
                    size += len(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            part.rename(target)
        except OSError as exc:
            _clear(part)
            raise SapaError(
                "storage_write_failed",
                f"Could not write to {self.root}: {exc.strerror}. Free some space or fix its permissions.",
                retryable=True,
                http_status=507,
            ) from exc
        except BaseException:
            _clear(part)
            raise
        _sync_folder(target.parent)
        return BlobRef(blob_id, digest.hexdigest(), size)

    def open(self, blob_id: str) -> BinaryIO:
        try:
            return self._path(blob_id).open("rb")
        except FileNotFoundError as exc:
            raise BlobMissing(blob_id) from exc

    def delete(self, blob_id: str) -> None:
        self._path(blob_id).unlink(missing_ok=True)

    def _path(self, blob_id: str) -> Path:
        name = uuid.UUID(hex=blob_id).hex
        return self.root / name[:2] / name


def _clear(part: Path) -> None:
    with suppress(OSError):  # what stopped the writing is what the operator must hear of
        part.unlink()


def chunks_of(source: BinaryIO) -> Iterator[bytes]:
    while chunk := source.read(CHUNK_BYTES):
        yield chunk


def _sync_folder(folder: Path) -> None:
    """A rename is durable only once its folder is (man 2 fsync)."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
