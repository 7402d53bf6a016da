"""Where recordings go after they were taken."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from sapa.calls.models import Call, WatchedFile
from sapa.pipeline.tests.watching import Guard, names, outcomes
from sapa.pipeline.tests.workbench import tiny_wav
from sapa.pipeline.watch_archive import archive

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "monitor" / "09").mkdir(parents=True)
    (tmp_path / "monitor" / "09" / "a.wav").write_bytes(tiny_wav(1))
    return tmp_path / "monitor"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def guard(folder: Path, kept: Path) -> Guard:
    return Guard([folder], {"archive": kept})


@pytest.fixture(params=["one file system", "another file system"])
def file_systems(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_link(*_: Any, **__: Any) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    if request.param == "another file system":
        monkeypatch.setattr(os, "link", no_link)


def there(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_what_was_taken_is_moved_with_its_metadata_by_its_own_path(
    file_systems: None, folder: Path, kept: Path, guard: Guard
) -> None:
    (folder / "09" / "a.json").write_text('{"agent": "Aigerim"}')
    os.utime(folder / "09" / "a.wav", (1000, 1000))
    guard.settle()
    assert (there(folder), there(kept)) == ([], ["09/a.json", "09/a.wav"])
    assert (kept / "09" / "a.wav").read_bytes() == tiny_wav(1)
    assert (kept / "09" / "a.wav").stat().st_mtime == 1000
    assert WatchedFile.objects.get().archived_as == str(kept / "09" / "a.wav")


def test_nothing_in_the_archive_is_ever_written_over(
    file_systems: None, folder: Path, kept: Path, guard: Guard
) -> None:
    for sound in (1, 2, 3):
        (folder / "09" / "a.wav").write_bytes(tiny_wav(sound))
        guard.settle()
    assert there(kept) == ["09/a-2.wav", "09/a-3.wav", "09/a.wav"]
    assert (kept / "09" / "a.wav").read_bytes() == tiny_wav(1)
    assert Call.objects.count() == 3


def test_a_json_keeps_to_its_recording(file_systems: None, folder: Path, kept: Path, guard: Guard) -> None:
    """Numbers are given by both: the first has no JSON, the second brings one, the third has none again."""
    for sound, told in ((1, ""), (2, "Aigerim"), (3, ""), (4, "Bogdan")):
        (folder / "09" / "a.wav").write_bytes(tiny_wav(sound))
        if told:
            (folder / "09" / "a.json").write_text(f'{{"agent": "{told}"}}')
        guard.settle()
    assert there(kept) == ["09/a-2.json", "09/a-2.wav", "09/a-3.wav", "09/a-4.json", "09/a-4.wav", "09/a.wav"]
    assert (kept / "09" / "a-2.wav").read_bytes() == tiny_wav(2)
    assert "Aigerim" in (kept / "09" / "a-2.json").read_text()


def test_a_json_that_lies_in_the_archive_already_is_given_to_nobody(
    file_systems: None, folder: Path, kept: Path, guard: Guard
) -> None:
    (kept / "09").mkdir(parents=True)
    (kept / "09" / "a.json").write_text('{"agent": "of a.mp3"}')
    guard.settle()
    assert there(kept) == ["09/a-2.wav", "09/a.json"]


@pytest.mark.parametrize("left", [["a.wav"], ["a.json", "a.wav"]])
@pytest.mark.parametrize("has_json", [True, False])
def test_a_move_of_both_that_was_cut_anywhere_is_ended(
    file_systems: None, folder: Path, kept: Path, guard: Guard, left: list[str], has_json: bool
) -> None:
    (folder / "09" / "a.json").write_text('{"agent": "Aigerim"}')
    (kept / "09").mkdir(parents=True)
    for name in left:
        (kept / "09" / name).write_bytes((folder / "09" / name).read_bytes())
    if not has_json:
        (folder / "09" / "a.json").unlink()
    guard.settle()
    assert there(folder) == []
    assert there(kept) == sorted({f"09/{name}" for name in left} | ({"09/a.json"} if has_json else set()))


def test_the_longest_names_are_archived(file_systems: None, folder: Path, kept: Path, guard: Guard) -> None:
    name = "ж" * 125 + "n.wav"
    for sound in (1, 2):
        (folder / name).write_bytes(tiny_wav(sound))
        guard.settle()
    assert len(os.fsencode(name)) == 255
    assert there(kept) == sorted(["09/a.wav", name, "ж" * 124 + "-2.wav"])


def test_what_was_refused_lies_apart_with_the_reason(folder: Path, kept: Path, guard: Guard) -> None:
    (folder / "09" / "a.wav").write_text("Dear Sapa, this is no recording.")
    guard.settle()
    assert there(kept) == ["refused/09/a.wav", "refused/09/a.wav.txt"]
    assert (kept / "refused" / "09" / "a.wav.txt").read_text().startswith("audio_unsupported: ")
    assert outcomes() == {"09/a.wav": "audio_unsupported"}


def test_what_was_taken_before_it_could_be_moved_is_moved_at_the_next_start(folder: Path, kept: Path) -> None:
    Guard([folder]).settle()
    assert there(folder) == ["09/a.wav"]
    Guard([folder], {"archive": kept}).settle()
    assert (there(folder), there(kept), names()) == ([], ["09/a.wav"], ["a.wav"])


def test_a_move_that_was_cut_at_its_end_is_ended(file_systems: None, folder: Path, kept: Path, guard: Guard) -> None:
    (kept / "09").mkdir(parents=True)
    (kept / "09" / "a.wav").write_bytes(tiny_wav(1))
    guard.settle()
    assert (there(folder), there(kept), names()) == ([], ["09/a.wav"], ["a.wav"])


def test_a_full_archive_does_not_hold_up_the_line(
    folder: Path, kept: Path, guard: Guard, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "b.wav").write_bytes(tiny_wav(2))

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch, caplog.at_level("WARNING", "sapa.watch"):
        patch.setattr(os, "link", full)
        guard.settle()
        for _ in range(5):
            guard.look(after_s=100)
    assert (names(), there(folder)) == (["a.wav", "b.wav"], ["09/a.wav", "b.wav"])
    assert len([record for record in caplog.records if "archive" in record.message]) <= 2
    guard.look(after_s=400)
    assert (there(folder), there(kept)) == ([], ["09/a.wav", "b.wav"])


def test_an_archive_below_the_watched_folder_is_not_taken_from(folder: Path) -> None:
    guard = Guard([folder], {"archive": folder / "done"})
    guard.settle()
    guard.settle()
    assert there(folder) == ["done/09/a.wav"]
    assert outcomes() == {"09/a.wav": "taken"}


def test_a_copy_that_fails_halfway_leaves_the_recording_where_it_was(
    folder: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: Any, **__: Any) -> None:
        raise OSError(errno.EXDEV, "no link")

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "link", breaks)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Exception, match="No space left"):
        archive(folder / "09" / "a.wav", kept)
    assert (there(folder), there(kept)) == (["09/a.wav"], [])
