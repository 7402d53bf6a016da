"""What a backup holds comes back as it was; what cannot be believed, or would cost something, changes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from sapa.accounts.models import Person, Role
from sapa.accounts.services import person_create
from sapa.audit.models import AuditEntry
from sapa.calls.models import Call
from sapa.core.clock import now_at
from sapa.core.storage import blobs
from sapa.pipeline.backup.check import backup_check
from sapa.pipeline.backup.make import backup_make, rows_of
from sapa.pipeline.backup.manifest import MANIFEST, SEAL, database_file, manifest_read
from sapa.pipeline.backup.restore import Restored, backup_restore
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.tests.processes import sapa
from sapa.pipeline.tests.workbench import take, tiny_wav
from sapa.recordings.models import Recording, RecordingPart

SILENT: Any = lambda *_: None  # noqa: E731 - nobody looks


@pytest.fixture
def monday(transactional_db: None, tmp_path: Path) -> Path:
    """A backup of two calls with their recordings, taken in while a worker held one of them."""
    person_create("bogdan", role=Role.SUPERVISOR)
    take(tiny_wav(1))
    take(tiny_wav(2))
    row = StageRow.objects.earliest("pk")
    StageRow.objects.filter(pk=row.pk).update(
        state=StageState.RUNNING, holder="old-box:7", lease_until=now_at() - timedelta(hours=3), attempt=4
    )
    backup_make(tmp_path / "monday", count=SILENT)
    return tmp_path / "monday"


def everything_lost() -> None:
    for blob_id in RecordingPart.objects.values_list("blob_id", flat=True):
        blobs().delete(blob_id)
    Call.objects.all().delete()
    Person.objects.all().delete()


def restored(folder: Path, **options: Any) -> Restored:
    return backup_restore(folder, count=SILENT, say=SILENT, **options)


def resealed(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """The list changed by somebody who knows how to seal it."""
    told = json.loads((folder / MANIFEST).read_text())
    change(told)
    content = json.dumps(told).encode()
    (folder / MANIFEST).write_bytes(content)
    (folder / SEAL).write_text(f"{hashlib.sha256(content).hexdigest()}  {MANIFEST}\n")


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_all_of_it_comes_back(monday: Path) -> None:
    before, calls = manifest_read(monday).database.rows, sorted(Call.objects.values_list("pk", flat=True))
    everything_lost()
    result = restored(monday)
    assert sorted(Call.objects.values_list("pk", flat=True)) == calls
    assert Person.objects.get().username == "bogdan"
    assert result.problems == []
    for recording in Recording.objects.all():
        with blobs().open(recording.parts.get().blob_id) as source:
            assert hashlib.sha256(source.read()).hexdigest() == recording.sha256
    after = rows_of("default")
    assert {table: after[table] - before[table] for table in before if after[table] != before[table]} == {
        "audit_auditentry": 1  # that it was restored
    }
    assert AuditEntry.objects.get(verb="backup.restored").subject == "backup monday"


def test_a_step_that_was_under_way_waits_again_under_its_fence(monday: Path) -> None:
    everything_lost()
    assert restored(monday).waiting_again == 1
    row = StageRow.objects.earliest("pk")
    assert (row.state, row.holder, row.lease_until, row.attempt) == (StageState.WAITING, "", None, 4)


def test_the_line_goes_on_afterwards(monday: Path) -> None:
    everything_lost()
    restored(monday)
    assert take(tiny_wav(1)).created is False
    assert take(tiny_wav(3)).created


def test_nobody_is_signed_in_by_an_old_session(transactional_db: None, tmp_path: Path) -> None:
    client = Client()
    client.force_login(person_create("bogdan", role=Role.SUPERVISOR))
    backup_make(tmp_path / "monday", count=SILENT)
    restored(tmp_path / "monday")
    assert not Session.objects.exists()
    assert client.get("/calls/").status_code == 302


def test_calls_that_are_here_are_not_lost_by_mistake(monday: Path, refused: Callable[..., Any]) -> None:
    later = take(tiny_wav(9)).call
    with refused("restore_not_empty"):
        restored(monday)
    assert Call.objects.filter(pk=later.pk).exists()
    restored(monday, replace=True)
    assert Call.objects.count() == 2


def test_nothing_is_exchanged_under_a_worker(monday: Path, refused: Callable[..., Any]) -> None:
    StageRow.objects.filter(state=StageState.RUNNING).update(lease_until=now_at() + timedelta(days=1))
    with refused("restore_line_working"):
        restored(monday, replace=True)


@pytest.mark.parametrize("name", [MANIFEST, SEAL, "database"])
def test_one_flipped_bit_in_what_must_be_believed_stops_it(
    monday: Path, name: str, refused: Callable[..., Any]
) -> None:
    everything_lost()
    flipped(database_file(monday, connection.vendor) if name == "database" else monday / name)
    with refused("backup_damaged"):
        restored(monday)
    assert not Call.objects.exists()
    with refused("backup_damaged"):
        backup_check(monday, count=SILENT)


def test_one_flipped_bit_in_a_recording_costs_that_recording(monday: Path) -> None:
    everything_lost()
    bad, good = (path for path in sorted(monday.glob("blobs/*/*")))
    flipped(bad)
    result = restored(monday)
    assert [problem.partition(":")[0] for problem in result.problems] == [bad.name]
    assert Call.objects.count() == 2
    with blobs().open(good.name) as source:
        assert source.read() == good.read_bytes()
    assert [problem.partition(":")[0] for problem in backup_check(monday, count=SILENT).problems] == [bad.name]


def test_a_recording_that_is_whole_here_is_not_needed_from_the_backup(monday: Path) -> None:
    for path in monday.glob("blobs/*/*"):
        path.unlink()
    assert restored(monday, replace=True).problems == []


@pytest.mark.parametrize("blob_id", ["../../../outside", "/etc/passwd", "ab", "A" * 32, ""])
def test_a_list_cannot_name_a_place_outside(monday: Path, blob_id: str, refused: Callable[..., Any]) -> None:
    resealed(monday, lambda told: told["blobs"][0].update(id=blob_id))
    with refused("backup_unreadable"):
        restored(monday, replace=True)


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told.update(format=2),
        lambda told: told.pop("database"),
        lambda told: told["database"].update(vendor="oracle"),
        lambda told: told.update(blobs=told["blobs"] * 2),
        lambda told: told["blobs"][0].update(size_bytes=-1),
    ],
)
def test_a_list_that_makes_no_sense_is_refused(
    monday: Path, change: Callable[[dict[str, Any]], None], refused: Callable[..., Any]
) -> None:
    resealed(monday, change)
    with refused("backup_unreadable"):
        restored(monday, replace=True)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"null", b"[" * 100_000])
def test_a_list_that_is_none_is_refused(monday: Path, content: bytes, refused: Callable[..., Any]) -> None:
    (monday / MANIFEST).write_bytes(content)
    (monday / SEAL).write_text(f"{hashlib.sha256(content).hexdigest()}  {MANIFEST}\n")
    with refused("backup_unreadable"):
        restored(monday, replace=True)


def test_counts_that_do_not_agree_are_told(monday: Path, refused: Callable[..., Any]) -> None:
    resealed(monday, lambda told: told["database"]["rows"].update(calls_call=3))
    with refused("restore_failed"):
        restored(monday, replace=True)


def test_a_backup_of_a_newer_program_is_refused(monday: Path, refused: Callable[..., Any]) -> None:
    resealed(monday, lambda told: told["database"]["migrations"].append("calls.0999_from_the_future"))
    with refused("backup_newer"):
        restored(monday, replace=True)


def test_a_backup_of_the_other_database_is_refused(monday: Path, refused: Callable[..., Any]) -> None:
    other = "postgresql" if connection.vendor == "sqlite" else "sqlite"
    resealed(monday, lambda told: told["database"].update(vendor=other))
    with refused("backup_other_database"):
        restored(monday, replace=True)


@pytest.mark.parametrize("name", ["", "monday.part", "blobs"])
def test_what_is_no_backup_is_refused(monday: Path, name: str, refused: Callable[..., Any]) -> None:
    with refused("backup_unreadable"):
        restored(monday / name if name else monday.parent, replace=True)


def test_a_file_that_is_not_listed_is_told_by_the_check(monday: Path) -> None:
    (monday / "blobs" / "more").write_bytes(b"x")
    assert backup_check(monday, count=SILENT).problems == ["blobs/more: is not in the list"]


def test_a_damaged_database_is_told_with_what_to_do(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for command in (["migrate", "--verbosity", "0"], ["backup", tmp_path / "monday"]):
        assert sapa(*command, data_dir=old).returncode == 0
    new.mkdir()
    (new / "sapa.sqlite3").write_bytes(b"no database" * 1000)
    ended = sapa("restore", tmp_path / "monday", data_dir=new)
    assert (ended.returncode, "restore_failed" in ended.stderr, "Traceback" in ended.stderr) == (1, True, False)
    (new / "sapa.sqlite3").rename(new / "damaged")
    assert sapa("restore", tmp_path / "monday", data_dir=new).returncode == 0


def test_it_goes_from_one_empty_box_to_another(tmp_path: Path) -> None:
    """By the commands alone, on SQLite: the new box has never been prepared."""
    old, new, backup = tmp_path / "old", tmp_path / "new", tmp_path / "monday"
    (tmp_path / "in").mkdir()
    for sound in range(3):
        (tmp_path / "in" / f"{sound}.wav").write_bytes(tiny_wav(sound + 1))
    for command in (["migrate", "--verbosity", "0"], ["ingest", tmp_path / "in"], ["backup", backup]):
        assert sapa(*command, data_dir=old).returncode == 0
    assert sapa("backup", "--verify", backup, data_dir=new).returncode == 0
    ended = sapa("restore", backup, data_dir=new)
    assert (ended.returncode, "3 recordings" in ended.stdout) == (0, True), ended.stderr
    assert [path for path in new.rglob("*") if path.stat().st_mode & 0o077] == []
    again = sapa("restore", backup, data_dir=new)
    assert (again.returncode, "restore_not_empty" in again.stderr, "Traceback" in again.stderr) == (1, True, False)
    assert "3 here already" in sapa("ingest", tmp_path / "in", data_dir=new).stdout
