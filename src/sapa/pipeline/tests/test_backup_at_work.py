"""A backup made while calls come in and a worker carries them is a whole installation: restored, its line goes on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, connections

from sapa.calls.models import Call
from sapa.core.clock import now_at
from sapa.pipeline.backup import restore
from sapa.pipeline.backup.check import backup_check
from sapa.pipeline.backup.errors import RestoreFailed
from sapa.pipeline.backup.make import backup_make, rows_of
from sapa.pipeline.backup.manifest import database_file
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.runner import Worker
from sapa.pipeline.stages import STAGE_KEYS
from sapa.pipeline.tests.processes import until
from sapa.pipeline.tests.workbench import take, tiny_wav
from sapa.scorecards.models import EvaluationRecord
from sapa.transcripts.models import TranscriptRecord

SILENT: Any = lambda *_: None  # noqa: E731 - nobody looks


def in_thread(stop: Event, act: Any) -> Thread:
    def run() -> None:
        try:
            act()
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    return thread


@pytest.mark.usefixtures("transactional_db", "spoken")
def test_a_backup_in_the_middle_of_work_is_a_whole_installation(tmp_path: Path) -> None:
    stop = Event()

    def take_in() -> None:
        for sound in range(1, 200):
            if stop.is_set():
                return
            take(tiny_wav(sound), file_name=f"{sound}.wav")

    def work() -> None:
        with Worker(stop, heartbeat=False) as worker:
            worker.run_until_stopped()

    threads = [in_thread(stop, take_in), in_thread(stop, work)]
    try:
        until(lambda: StageRow.objects.filter(stage="grade", state=StageState.DONE).count() >= 2, within_s=60)
        manifest = backup_make(tmp_path / "monday", count=SILENT)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert manifest.lacking == ()
    assert backup_check(tmp_path / "monday", count=SILENT).problems == []

    # Without a heartbeat process nobody returns what the worker held when it was stopped; here it is long ago.
    StageRow.objects.filter(state=StageState.RUNNING).update(lease_until=now_at() - timedelta(hours=1))
    restore.backup_restore(tmp_path / "monday", replace=True, count=SILENT, say=SILENT)
    calls = manifest.database.rows["calls_call"]
    assert Call.objects.count() == calls
    keep = set(Call.objects.order_by("created_at").values_list("pk", flat=True)[:12])
    Call.objects.exclude(pk__in=keep).delete()  # a dozen are enough to see the line go on
    with Worker(Event(), heartbeat=False) as worker:
        worker.run_all()
    done = StageRow.objects.filter(state=StageState.DONE)
    assert {stage: done.filter(stage=stage).count() for stage in STAGE_KEYS} == dict.fromkeys(STAGE_KEYS, len(keep))
    assert TranscriptRecord.objects.count() == len(keep)
    assert EvaluationRecord.objects.values("call").distinct().count() == len(keep)


@pytest.mark.usefixtures("transactional_db")
def test_a_load_that_breaks_off_leaves_the_database_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The checks before it are left out, so that the load meets a copy that ends in the middle."""
    for sound in range(1, 6):
        take(tiny_wav(sound))
    backup_make(tmp_path / "monday", count=SILENT)
    copy = database_file(tmp_path / "monday", connection.vendor)
    copy.write_bytes(copy.read_bytes()[: copy.stat().st_size * 6 // 10])
    take(tiny_wav(9))
    before = rows_of("default")
    monkeypatch.setattr(restore, "database_check", SILENT)
    with pytest.raises(RestoreFailed):
        restore.backup_restore(tmp_path / "monday", replace=True, count=SILENT, say=SILENT)
    assert rows_of("default") == before
