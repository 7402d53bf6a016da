"""Bytes by id: recordings, waveform peaks. A blob is written whole or not at all, and never changes.

Here are the seam and its first form, files below one folder; the other is an S3-compatible server (`s3_blobs`).
"""

from __future__ import annotations

import hashlib
import os
import string
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from sapa.core.clock import now_at
from sapa.core.errors import SapaError

CHUNK_BYTES = 1 << 20
ABANDONED_S = 24 * 3600.0  # no upload takes that long
_HEX = frozenset(string.hexdigits.lower())


class BlobMissing(SapaError):
    def __init__(self, blob_id: str) -> None:
        super().__init__(
            "blob_missing",
            f"Stored file {blob_id} is missing. Restore the storage folder from a backup, then try again.",
            http_status=410,
        )


class StorageUnreachable(SapaError):
    def __init__(self, where: str, problem: str) -> None:
        super().__init__(
            "storage_unreachable",
            f"The storage at {where} does not answer: {problem}. Check that it is up and can be reached from here.",
            retryable=True,
            http_status=503,
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

    def put_as(self, blob_id: str, source: BinaryIO) -> BlobRef:
        """Store under an id that was given before: what a backup brings back. What lies there already is replaced."""
        ...

    def open(self, blob_id: str) -> BinaryIO:
        """Open for reading; raises `BlobMissing`."""
        ...

    def delete(self, blob_id: str) -> None:
        """Remove; a blob that is already gone is not an error."""
        ...

    def ids(self) -> Iterator[str]:
        """Every stored id once, in no promised order. What is put or deleted meanwhile may be in it or not."""
        ...

    def size(self, blob_id: str) -> int:
        """Its length in bytes, without reading it; raises `BlobMissing`."""
        ...

    def tidy(self, *, older_than_s: float = ABANDONED_S) -> int:
        """Remove what a put that was killed left behind, never anything whole. How many leavings there were."""
        ...


class FolderBlobs:
    """Blobs as files below one folder, spread over 256 subfolders by the first byte of the id.

    Names on disk come from our own random ids only, so no outside name ever becomes a path.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, source: BinaryIO) -> BlobRef:
        return self.put_as(uuid.uuid4().hex, source)

    def put_as(self, blob_id: str, source: BinaryIO) -> BlobRef:
        target = self._path(blob_id)
        part = target.with_suffix(f".{uuid.uuid4().hex[:8]}.part")  # another one may put the same at this moment
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
        path = self._path(blob_id)
        try:
            return path.open("rb")
        except FileNotFoundError as exc:
            raise BlobMissing(blob_id) from exc
        except OSError as exc:
            raise self._unreachable(exc) from exc

    def delete(self, blob_id: str) -> None:
        path = self._path(blob_id)
        try:
            path.unlink(missing_ok=True)
        except OSError as exc:
            raise self._unreachable(exc) from exc

    def ids(self) -> Iterator[str]:
        for path in self._files():
            if is_blob_id(path.name):
                yield path.name

    def size(self, blob_id: str) -> int:
        path = self._path(blob_id)
        try:
            return path.stat().st_size
        except FileNotFoundError as exc:
            raise BlobMissing(blob_id) from exc
        except OSError as exc:
            raise self._unreachable(exc) from exc

    def tidy(self, *, older_than_s: float = ABANDONED_S) -> int:
        parts = [path for path in self._files() if path.suffix == ".part"]
        return sum(1 for part in parts if _clear_older(part, older_than_s))

    def _files(self) -> Iterator[Path]:
        """Folder by folder, so that a million blobs are not held in memory."""
        try:
            if not self.root.exists():  # nothing was stored yet
                return
            for folder in sorted(path for path in self.root.iterdir() if path.is_dir()):
                yield from folder.iterdir()
        except OSError as exc:
            raise self._unreachable(exc) from exc

    def _unreachable(self, exc: OSError) -> StorageUnreachable:
        return StorageUnreachable(str(self.root), exc.strerror or str(exc))

    def _path(self, blob_id: str) -> Path:
        name = uuid.UUID(hex=blob_id).hex
        return self.root / name[:2] / name


def is_blob_id(name: str) -> bool:
    return len(name) == 32 and _HEX.issuperset(name)


def _clear_older(part: Path, older_than_s: float) -> bool:
    try:
        if now_at().timestamp() - part.stat().st_mtime < older_than_s:
            return False
        part.unlink()
    except OSError:  # finished, or removed by somebody else who tidies
        return False
    return True


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
