from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sapa.core.blobs import FolderBlobs
from sapa.core.tests.sources import Broken
from tests.fixtures.world import FrozenClock


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path / "blobs")


def files_in(blobs: FolderBlobs) -> list[Path]:
    return [path for path in blobs.root.rglob("*") if path.is_file()] if blobs.root.exists() else []


def test_a_full_disk_is_said_and_leaves_nothing_behind(blobs: FolderBlobs, refused: Callable[..., Any]) -> None:
    with refused("storage_write_failed"):
        blobs.put(Broken(OSError(28, "No space left on device")))
    assert files_in(blobs) == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, refused: Callable[..., Any]) -> None:
    (tmp_path / "file").write_text("in the way")
    with refused("storage_write_failed"):
        FolderBlobs(tmp_path / "file" / "blobs").put(io.BytesIO(b"x"))


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


def test_a_put_that_was_killed_is_tidied_away_a_day_later(blobs: FolderBlobs, frozen_clock: FrozenClock) -> None:
    whole = blobs.put(io.BytesIO(b"x"))
    part = blobs.root / "0f" / ("0f" + "0" * 30 + ".part")
    part.parent.mkdir(exist_ok=True)
    part.write_bytes(b"half")
    os.utime(part, (frozen_clock.at.timestamp(), frozen_clock.at.timestamp()))
    assert blobs.tidy() == 0
    frozen_clock.advance(hours=25)
    assert (blobs.tidy(), list(blobs.ids())) == (1, [whole.id])


def test_a_folder_that_cannot_be_read_is_unreachable(
    blobs: FolderBlobs, refused: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = blobs.put(io.BytesIO(b"x"))
    folder = blobs.root / ref.id[:2]
    folder.rename(blobs.root / "away")
    folder.symlink_to(folder)  # too many links: what root cannot read either
    for ask in (blobs.open, blobs.size):
        with refused("storage_unreachable"):
            ask(ref.id)
    monkeypatch.setattr(Path, "iterdir", lambda path: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    with refused("storage_unreachable"):
        list(blobs.ids())
