"""A backup made while everything runs holds what the database says at one moment, or it is not there at all."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from sapa.audit.models import AuditEntry
from sapa.core.storage import blobs
from sapa.pipeline.backup.check import backup_check
from sapa.pipeline.backup.make import backup_make, rows_of
from sapa.pipeline.backup.manifest import Manifest, blob_file, manifest_read
from sapa.pipeline.tests.processes import database_url_of_test, environment, sapa, started, until
from sapa.pipeline.tests.workbench import take, tiny_wav
from sapa.recordings.models import RecordingPart

LIMITED = """
import resource, signal, sys
from sapa.pipeline.cli import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (8 << 20, 8 << 20))
sys.argv = ["sapa", "backup", sys.argv[1]]
main()
"""
SILENT: Any = lambda *_: None  # noqa: E731 - nobody looks


@pytest.fixture
def calls(transactional_db: None) -> list[str]:
    """Three calls; the ids of their recordings."""
    for sound in (1, 2, 3):
        take(tiny_wav(sound))
    return sorted(RecordingPart.objects.values_list("blob_id", flat=True))


def backed_up(target: Path, **options: Any) -> Manifest:
    return backup_make(target, count=SILENT, **options)


def test_it_holds_every_row_and_every_recording(calls: list[str], tmp_path: Path) -> None:
    before = rows_of("default")
    manifest = backed_up(tmp_path / "monday")
    assert manifest.database.rows == before
    assert sorted(blob.id for blob in manifest.blobs) == calls
    assert manifest == manifest_read(tmp_path / "monday")
    for blob_id in calls:
        with blobs().open(blob_id) as original:
            assert blob_file(tmp_path / "monday", blob_id).read_bytes() == original.read()
    assert backup_check(tmp_path / "monday", count=SILENT).problems == []


def test_only_the_owner_reads_it(calls: list[str], tmp_path: Path) -> None:
    backed_up(tmp_path / "monday")
    made = [tmp_path / "monday", *(tmp_path / "monday").rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in made if path.is_dir()} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in made if path.is_file()} == {0o600}


def test_it_is_written_down_who_took_everything_out(calls: list[str], tmp_path: Path) -> None:
    backed_up(tmp_path / "monday")
    assert AuditEntry.objects.get(verb="backup.made").subject == "backup monday"


def test_a_folder_that_is_there_is_left_alone(calls: list[str], tmp_path: Path, refused: Callable[..., Any]) -> None:
    backed_up(tmp_path / "monday")
    with refused("backup_exists"):
        backed_up(tmp_path / "monday")


def test_an_empty_installation_can_be_backed_up(transactional_db: None, tmp_path: Path) -> None:
    assert backed_up(tmp_path / "monday").blobs == ()
    assert backup_check(tmp_path / "monday", count=SILENT).problems == []


def test_a_lost_and_a_changed_recording_are_listed_and_the_rest_is_kept(calls: list[str], tmp_path: Path) -> None:
    lost, changed, good = calls
    blobs().delete(lost)
    blobs().put_as(changed, io.BytesIO(b"something else"))
    manifest = backed_up(tmp_path / "monday")
    assert [blob.id for blob in manifest.blobs] == [good]
    assert {one.id: one.code for one in manifest.lacking} == {lost: "blob_missing", changed: "blob_damaged"}
    assert not blob_file(tmp_path / "monday", changed).exists()


def test_the_command_tells_what_is_not_whole(calls: list[str], tmp_path: Path, data_dir: Path) -> None:
    blobs().delete(calls[0])
    url = database_url_of_test()
    ended = sapa("backup", tmp_path / "monday", data_dir=data_dir, database_url=url)
    assert ended.returncode == 1
    assert f"not whole: {calls[0]}" in ended.stderr
    assert "2 recordings" in ended.stdout
    assert sapa("backup", "--verify", tmp_path / "monday", data_dir=data_dir, database_url=url).returncode == 1


def test_what_an_earlier_backup_holds_is_linked(calls: list[str], tmp_path: Path) -> None:
    backed_up(tmp_path / "monday")
    new = take(tiny_wav(4)).call.recording.parts.get().blob_id
    manifest = backed_up(tmp_path / "tuesday", base=tmp_path / "monday")
    links = {blob.id: blob_file(tmp_path / "tuesday", blob.id).stat().st_nlink for blob in manifest.blobs}
    assert links == {**dict.fromkeys(calls, 2), new: 1}
    assert backup_check(tmp_path / "tuesday", count=SILENT).problems == []


def test_an_earlier_backup_that_lost_a_file_is_made_good(calls: list[str], tmp_path: Path) -> None:
    backed_up(tmp_path / "monday")
    blob_file(tmp_path / "monday", calls[0]).unlink()
    blob_file(tmp_path / "monday", calls[1]).write_bytes(b"cut")
    backed_up(tmp_path / "tuesday", base=tmp_path / "monday")
    assert backup_check(tmp_path / "tuesday", count=SILENT).problems == []


def test_a_base_that_is_no_backup_is_refused(calls: list[str], tmp_path: Path, refused: Callable[..., Any]) -> None:
    with refused("backup_unreadable"):
        backed_up(tmp_path / "tuesday", base=tmp_path)
    assert list(tmp_path.glob("tuesday*")) == []


def test_calls_that_come_in_meanwhile_are_in_it_whole_or_not_at_all(calls: list[str], tmp_path: Path) -> None:
    stop = Event()
    taken: list[UUID] = []

    def take_on() -> None:
        try:
            while not stop.is_set():
                taken.append(take(tiny_wav(1000 + len(taken))).call.pk)
        finally:
            connections.close_all()

    thread = Thread(target=take_on)
    thread.start()
    try:
        until(lambda: len(taken) >= 3)
        manifests = []
        for number in range(3):
            seen = len(taken)
            manifests.append(backed_up(tmp_path / f"hour-{number}"))
            until(lambda seen=seen: len(taken) > seen)  # type: ignore[misc]
    finally:
        stop.set()
        thread.join()
    for number, manifest in enumerate(manifests):
        checked = backup_check(tmp_path / f"hour-{number}", count=SILENT)
        assert (checked.problems, manifest.lacking) == ([], ())
        rows = manifest.database.rows
        assert rows["recordings_recording"] == rows["calls_call"] == rows["pipeline_stagerow"] == len(manifest.blobs)
    assert len(manifests[0].blobs) < len(manifests[2].blobs)


def test_one_that_was_killed_is_no_backup_and_the_next_clears_it_away(
    calls: list[str], tmp_path: Path, data_dir: Path
) -> None:
    """Killed while it copies: the recording is a pipe that nobody writes to."""
    last = RecordingPart.objects.latest("pk").blob_id
    pipe = data_dir / "blobs" / last[:2] / last
    content = pipe.read_bytes()
    pipe.unlink()
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "sapa", "backup", str(tmp_path / "monday")]
    with started(*command, environ=environment(data_dir, database_url=database_url_of_test())) as process:
        part = tmp_path / "monday.part"
        until(lambda: len(list(part.glob("blobs/*/*"))) == 2 or None)
        process.kill()
        process.wait()
    pipe.unlink()
    pipe.write_bytes(content)
    assert part.exists()
    assert not (tmp_path / "monday").exists()
    backed_up(tmp_path / "monday")
    assert backup_check(tmp_path / "monday", count=SILENT).problems == []
    assert not part.exists()


def test_two_to_the_same_folder_do_not_mix(calls: list[str], tmp_path: Path, refused: Callable[..., Any]) -> None:
    def second(*_: int) -> None:
        with refused("backup_running"):
            backed_up(tmp_path / "monday")

    backup_make(tmp_path / "monday", count=second)
    assert backup_check(tmp_path / "monday", count=SILENT).problems == []


def test_a_full_disk_is_told_and_leaves_nothing(calls: list[str], tmp_path: Path, data_dir: Path) -> None:
    """No file may grow past the limit, which the kernel tells as it tells of a full disk."""
    take(tiny_wav(5) * 7000)  # 11 MB
    said = tmp_path / "said"
    environ = environment(data_dir, database_url=database_url_of_test())
    with started(sys.executable, "-c", LIMITED, str(tmp_path / "monday"), environ=environ, said=said) as process:
        assert process.wait(60) == 1
    assert "backup_failed" in said.read_text()
    assert "Traceback" not in said.read_text()
    assert list(tmp_path.glob("monday*")) == []


def test_too_little_room_is_told_before_anything_is_copied(
    calls: list[str], tmp_path: Path, refused: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    RecordingPart.objects.filter(blob_id=calls[0]).update(size_bytes=1 << 60)
    with refused("backup_failed"):
        backed_up(tmp_path / "monday")
    assert list(tmp_path.glob("monday*")) == []


def test_a_place_that_cannot_be_written_is_told(calls: list[str], tmp_path: Path, refused: Callable[..., Any]) -> None:
    (tmp_path / "file").touch()
    with refused("backup_failed"):
        backed_up(tmp_path / "file" / "monday")


@pytest.mark.parametrize("sign", ["#", "?", "%", "ä ö", "'"])
def test_any_folder_name_will_do(calls: list[str], tmp_path: Path, sign: str) -> None:
    backed_up(tmp_path / f"of {sign} monday")
    assert backup_check(tmp_path / f"of {sign} monday", count=SILENT).problems == []
