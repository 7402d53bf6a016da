from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sapa.core.blobs import CHUNK_BYTES, FolderBlobs


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path / "blobs")


def files_in(blobs: FolderBlobs) -> list[Path]:
    return [path for path in blobs.root.rglob("*") if path.is_file()] if blobs.root.exists() else []


@pytest.mark.parametrize("content", [b"", b"a", b"x" * CHUNK_BYTES, b"y" * (2 * CHUNK_BYTES + 1)])
def test_what_was_put_is_read_back_with_its_size_and_checksum(blobs: FolderBlobs, content: bytes) -> None:
    ref = blobs.put(io.BytesIO(content))
    assert (ref.size_bytes, ref.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    with blobs.open(ref.id) as stored:
        assert stored.read() == content


def test_it_is_stored_from_the_current_position(blobs: FolderBlobs) -> None:
    source = io.BytesIO(b"header body")
    source.seek(7)
    with blobs.open(blobs.put(source).id) as stored:
        assert stored.read() == b"body"


def test_the_same_content_twice_is_two_blobs(blobs: FolderBlobs) -> None:
    first, second = blobs.put(io.BytesIO(b"same")), blobs.put(io.BytesIO(b"same"))
    assert first.id != second.id
    blobs.delete(first.id)
    with blobs.open(second.id) as stored:
        assert stored.read() == b"same"


class Broken(io.BytesIO):
    """Gives one chunk and then fails."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(b"half of it")
        self.error = error

    def read(self, size: int | None = -1) -> bytes:
        chunk = super().read(size)
        if not chunk:
            raise self.error
        return chunk


@pytest.mark.parametrize("error", [ValueError("lost"), KeyboardInterrupt(), MemoryError()])
def test_a_source_that_breaks_leaves_nothing_behind(blobs: FolderBlobs, error: BaseException) -> None:
    with pytest.raises(type(error)):
        blobs.put(Broken(error))
    assert files_in(blobs) == []


def test_a_full_disk_is_said_and_leaves_nothing_behind(blobs: FolderBlobs, refused: Callable[..., Any]) -> None:
    with refused("storage_write_failed"):
        blobs.put(Broken(OSError(28, "No space left on device")))
    assert files_in(blobs) == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, refused: Callable[..., Any]) -> None:
    (tmp_path / "file").write_text("in the way")
    with refused("storage_write_failed"):
        FolderBlobs(tmp_path / "file" / "blobs").put(io.BytesIO(b"x"))


def test_a_blob_that_is_not_there_is_said(blobs: FolderBlobs, refused: Callable[..., Any]) -> None:
    with refused("blob_missing"):
        blobs.open("0" * 32)


def test_a_deleted_blob_is_gone_and_may_be_deleted_again(blobs: FolderBlobs, refused: Callable[..., Any]) -> None:
    ref = blobs.put(io.BytesIO(b"x"))
    blobs.delete(ref.id)
    blobs.delete(ref.id)
    with refused("blob_missing"):
        blobs.open(ref.id)


@pytest.mark.parametrize("outside", ["../../etc/passwd", "/etc/passwd", "..", "", "a", "0" * 31 + "/", "0" * 33])
def test_only_our_own_ids_become_paths(blobs: FolderBlobs, outside: str) -> None:
    for act in (blobs.open, blobs.delete):
        with pytest.raises(ValueError, match=r"badly formed|invalid literal"):
            act(outside)


def test_nothing_is_ever_written_outside_its_folder(blobs: FolderBlobs) -> None:
    for _ in range(5):
        blobs.put(io.BytesIO(b"x"))
    assert all(len(path.relative_to(blobs.root).parts) == 2 for path in files_in(blobs))
    assert {path.name for path in blobs.root.parent.iterdir()} <= {"blobs", "data"}
