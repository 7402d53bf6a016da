"""`sapa move` between whole installations: each one a data folder and a database of its own."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sapa.core.blobs import FolderBlobs
from sapa.core.storage import blobs
from sapa.pipeline.moving_recordings import Recordings
from sapa.pipeline.tests.houses import CALLS, taken
from sapa.pipeline.tests.processes import sapa
from sapa.pipeline.tests.workbench import take, tiny_wav
from sapa.recordings.models import RecordingPart


def test_there_and_back_again_everything_is_the_same(house: Path, empty_database: str, tmp_path: Path) -> None:
    blobs = f"file://{tmp_path}/shared"
    there = sapa("move", data_dir=house, SAPA_MOVE_TO_DATABASE_URL=empty_database, SAPA_MOVE_TO_BLOBS_URL=blobs)
    assert there.returncode == 0, there.stderr
    assert f"{CALLS} recordings copied, 0 were there already" in there.stdout
    where = {"database_url": empty_database, "SAPA_BLOBS_URL": blobs}
    assert [one["created"] for one in taken(house, **where)] == [False] * CALLS
    (house / "in" / "new.wav").write_bytes(tiny_wav(9))
    assert [one["created"] for one in taken(house, **where)].count(True) == 1  # numbers go on where they were
    back = sapa(
        "move", data_dir=house,
        SAPA_MOVE_TO_DATABASE_URL=f"sqlite:///{tmp_path}/back.sqlite3", SAPA_MOVE_TO_BLOBS_URL=f"file://{house}/blobs",
        **where,
    )  # fmt: skip
    assert back.returncode == 0, back.stderr
    assert f"1 recordings copied, {CALLS} were there already" in back.stdout
    with sqlite3.connect(tmp_path / "back.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM calls_call").fetchone() == (CALLS + 1,)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_target_with_calls_is_left_alone(house: Path, empty_database: str) -> None:
    assert sapa("move", data_dir=house, SAPA_MOVE_TO_DATABASE_URL=empty_database).returncode == 0
    again = sapa("move", data_dir=house, SAPA_MOVE_TO_DATABASE_URL=empty_database)
    assert again.returncode == 1
    assert "move_target_not_empty" in again.stderr
    assert "Traceback" not in again.stderr


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ({}, "move_target_missing"),
        ({"SAPA_MOVE_TO_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "move_target_unreachable"),
    ],
)
def test_a_target_that_cannot_be_used_is_said(house: Path, where: dict[str, str], code: str) -> None:
    ended = sapa("move", data_dir=house, **where)
    assert ended.returncode == 1
    assert code in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_recording_of_the_same_length_that_is_another_is_copied_again(house: Path, tmp_path: Path) -> None:
    blobs = {"SAPA_MOVE_TO_BLOBS_URL": f"file://{tmp_path}/shared"}
    assert sapa("move", data_dir=house, **blobs).returncode == 0
    stored = next(path for path in (tmp_path / "shared").rglob("*") if path.is_file())
    whole = stored.read_bytes()
    stored.write_bytes(bytes(len(whole)))
    again = sapa("move", data_dir=house, **blobs)
    assert f"1 recordings copied, {CALLS - 1} were there already" in again.stdout
    assert stored.read_bytes() == whole


def test_a_recording_that_is_missing_here_is_told(house: Path, tmp_path: Path) -> None:
    next(path for path in (house / "blobs").rglob("*") if path.is_file()).unlink()
    moved = sapa("move", data_dir=house, SAPA_MOVE_TO_BLOBS_URL=f"file://{tmp_path}/shared")
    assert moved.returncode == 0
    assert moved.stderr.count("missing here already") == 1
    assert f"{CALLS - 1} recordings copied" in moved.stdout


def test_what_comes_in_between_recordings_and_database_is_copied_too(db: None, data_dir: Path, tmp_path: Path) -> None:
    take()
    recordings = Recordings(blobs(), FolderBlobs(tmp_path / "shared"), print)
    recordings.move()
    late = take(tiny_wav(2)).call
    recordings.complete()
    assert recordings.copied == 2
    assert recordings.target.size(RecordingPart.objects.get(recording__call=late).blob_id) == len(tiny_wav(2))


def test_a_target_that_does_not_keep_what_it_is_given_is_told(
    db: None, data_dir: Path, tmp_path: Path, refused: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    take()
    target = FolderBlobs(tmp_path / "shared")
    put = target.put_as
    monkeypatch.setattr(target, "put_as", lambda blob_id, source: put(blob_id, io.BytesIO(b"half")))
    with refused("move_recording_differs"):
        Recordings(blobs(), target, print).move()
