"""What stands in the way for a while is waited for, and said once."""

from __future__ import annotations

import shutil
from logging import WARNING
from pathlib import Path
from typing import Any

import pytest
from django.db import DataError

from sapa.calls.connectors.files import metadata_beside
from sapa.core.blobs import FolderBlobs, StorageUnreachable
from sapa.core.errors import SapaError
from sapa.pipeline import watch_one
from sapa.pipeline.ingest import IngestResult, file_ingest
from sapa.pipeline.tests.watching import STABLE_S, Guard, names, outcomes
from sapa.pipeline.tests.workbench import tiny_wav
from sapa.pipeline.troubles import LONGEST_PAUSE_S
from sapa.pipeline.watch import LOOK_EVERY_S
from sapa.pipeline.watch_folder import MOST_SUFFIXES

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "monitor").mkdir()
    for number in range(1, 6):
        (tmp_path / "monitor" / f"{number}.wav").write_bytes(tiny_wav(number))
    return tmp_path / "monitor"


@pytest.fixture
def guard(folder: Path) -> Guard:
    return Guard([folder])


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.name == "sapa.watch" and record.levelno >= WARNING]


@pytest.mark.parametrize(
    "error",
    [
        SapaError("storage_write_failed", "Could not write: No space left on device.", retryable=True),
        StorageUnreachable("s3", "timed out"),
    ],
)
def test_a_full_disk_or_a_server_away_is_waited_for_and_said_once(
    guard: Guard, error: SapaError, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise error

    guard.look()
    with monkeypatch.context() as patch, caplog.at_level("WARNING", "sapa.watch"):
        patch.setattr(FolderBlobs, "put", away)
        pauses = [guard.look(after_s=STABLE_S)] + [guard.look(after_s=60) for _ in range(10)]
    assert len(warnings(caplog)) == 1
    assert pauses[:4] == [5, 10, 20, 40]
    assert pauses[-1] == LONGEST_PAUSE_S
    assert (names(), outcomes()) == ([], {})
    guard.look(after_s=60)
    assert len(names()) == len(outcomes()) == 5


def test_one_file_that_cannot_be_stored_does_not_hold_up_the_others(
    guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = file_ingest

    def all_but_one(path: Path, **more: Any) -> IngestResult:
        if path.name == "3.wav":
            return IngestResult(path, None, StorageUnreachable("s3", "timed out"))
        return real(path, **more)

    monkeypatch.setattr(watch_one, "file_ingest", all_but_one)
    guard.settle()
    assert names() == ["1.wav", "2.wav", "4.wav", "5.wav"]


def test_one_call_that_the_database_refuses_is_refused_alone(guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    real = file_ingest

    def all_but_one(path: Path, **more: Any) -> IngestResult:
        if path.name == "3.wav":
            raise DataError("value too long")
        return real(path, **more)

    monkeypatch.setattr(watch_one, "file_ingest", all_but_one)
    guard.settle()
    assert outcomes() == {**{f"{n}.wav": "taken" for n in (1, 2, 4, 5)}, "3.wav": "call_not_kept"}


def test_a_share_that_is_away_is_waited_for_and_nothing_is_read_twice(
    folder: Path, guard: Guard, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    guard.settle()
    with caplog.at_level("WARNING", "sapa.watch"):
        folder.rename(folder.with_name("away"))
        for _ in range(5):
            guard.look(after_s=60)
        folder.with_name("away").rename(folder)
        monkeypatch.setattr(watch_one, "file_ingest", None)
        guard.settle()
    assert [line.rpartition("monitor")[2] for line in warnings(caplog)] == [
        " cannot be read: No such file or directory; waiting",
        " can be read again",
    ]


def test_an_empty_place_where_the_share_was_forgets_nothing(
    folder: Path, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard.settle()
    folder.rename(folder.with_name("away"))
    folder.mkdir()
    guard.look(after_s=400)
    shutil.rmtree(folder)
    folder.with_name("away").rename(folder)
    monkeypatch.setattr(watch_one, "file_ingest", None)
    guard.look(after_s=2)
    guard.settle()
    assert len(outcomes()) == 5


def test_looking_takes_a_small_share_of_the_time_however_many_files_there_are(
    guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard.settle()
    assert guard.look(after_s=2) == LOOK_EVERY_S
    slow = watch_one.FolderWatch.look

    def slowly(self: watch_one.FolderWatch, now_s: float, **more: Any) -> None:
        slow(self, now_s, **more)
        guard.seconds.now_s += 1.5

    monkeypatch.setattr(watch_one.FolderWatch, "look", slowly)
    assert guard.look(after_s=2) == pytest.approx(30)


def test_a_suffix_that_is_not_taken_is_said_once(folder: Path, guard: Guard, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("a.gsm", "b.gsm", "c.SLN", "notes.txt", "d.wav.part", "e.wav~", ".f.gsm", "g.json"):
        (folder / name).touch()
    (folder / "h.gsm").mkdir()
    with caplog.at_level("WARNING", "sapa.watch"):
        guard.settle()
        (folder / "later.gsm").touch()
        guard.settle()
    assert [line.partition("monitor: ")[2][:24] for line in warnings(caplog)] == [
        "files named '….gsm' are ", "files named '….sln' are ",
    ]  # fmt: skip


def test_names_that_end_in_numbers_do_not_fill_the_log(
    folder: Path, guard: Guard, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(100):
        (folder / f"call.{number}").touch()
    with caplog.at_level("WARNING", "sapa.watch"):
        guard.settle()
    assert len(warnings(caplog)) == MOST_SUFFIXES


def test_what_nobody_thought_of_refuses_its_file_alone(
    guard: Guard, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = metadata_beside

    def all_but_one(recording: Path, *more: Any) -> dict[str, Any]:
        if recording.name == "3.wav":
            raise ValueError("Invalid name '/3.wav'")
        return real(recording, *more)

    for module in ("ingest", "watch_one"):
        monkeypatch.setattr(f"sapa.pipeline.{module}.metadata_beside", all_but_one)
    guard.settle()
    assert outcomes() == {**{f"{n}.wav": "taken" for n in (1, 2, 4, 5)}, "3.wav": "unexpected_error"}
    assert "Invalid name '/3.wav'" in caplog.text
