"""`sapa ingest --watch` as a process: stopped, killed at any moment, started again, it loses and doubles nothing."""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from sapa.calls.models import Call
from sapa.pipeline.tests.processes import (
    SAPA,
    child_running,
    database_url_of_test,
    environment,
    free_port,
    started,
    until,
)
from sapa.pipeline.tests.watching import STABLE_S, Guard, outcomes
from sapa.pipeline.tests.workbench import stored_blobs, tiny_wav
from sapa.pipeline.troubles import LONGEST_PAUSE_S
from sapa.recordings.models import RecordingPart

KILLS = 3
CALLS = 30


def watch_command(folder: Path, *more: str) -> tuple[str, ...]:
    return (*SAPA, "ingest", "--watch", str(folder), *more)


def test_it_stops_when_it_is_told_to(transactional_db: None, data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "monitor").mkdir()
    environ = environment(data_dir, database_url=database_url_of_test(), SAPA_WATCH_STABLE_S="1")
    with started(*watch_command(tmp_path / "monitor"), environ=environ) as process:
        (tmp_path / "monitor" / "a.wav").write_bytes(tiny_wav(1))
        until(lambda: Call.objects.count() == 1)
        process.terminate()
        assert process.wait(10) == 0


def test_the_site_runs_it_where_folders_are_named(transactional_db: None, data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "monitor").mkdir()
    more = {"SAPA_WATCH_DIRS": str(tmp_path / "monitor"), "SAPA_WATCH_STABLE_S": "1", "SAPA_PORT": str(free_port())}
    environ = environment(data_dir, database_url=database_url_of_test(), **more)
    with started(*SAPA, "serve", "--no-worker", environ=environ) as process:
        watcher = until(lambda: child_running(process.pid, "ingest", "--watch"))
        os.kill(watcher, signal.SIGKILL)
        (tmp_path / "monitor" / "a.wav").write_bytes(tiny_wav(1))
        until(lambda: Call.objects.count() == 1)
        process.terminate()
        assert process.wait(15) == 0


def test_a_database_that_is_away_is_waited_for_and_said_once(
    transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("could not connect to server")

    (tmp_path / "monitor").mkdir()
    (tmp_path / "monitor" / "a.wav").write_bytes(tiny_wav(1))
    guard = Guard([tmp_path / "monitor"])
    with monkeypatch.context() as patch, caplog.at_level("WARNING", "sapa.watch"):
        patch.setattr("sapa.pipeline.watch_one.watched_files_by_key", away)
        guard.look()
        patch.undo()
        guard.look(after_s=2)
        patch.setattr("sapa.pipeline.watch_one.file_ingest", away)
        pauses = [guard.look(after_s=STABLE_S) for _ in range(6)]
    assert len([record for record in caplog.records if "database_unreachable" in record.message]) == 2
    assert (max(pauses), Call.objects.count()) == (LONGEST_PAUSE_S, 0)
    guard.look(after_s=60)
    assert Call.objects.count() == 1


def test_killed_at_any_moment_it_takes_every_call_once(transactional_db: None, data_dir: Path, tmp_path: Path) -> None:
    folder, kept, chance = tmp_path / "monitor", tmp_path / "archive", random.Random(5)
    folder.mkdir()
    for number in range(1, CALLS + 1):
        (folder / f"{number}.wav").write_bytes(tiny_wav(number))
    environ = environment(data_dir, database_url=database_url_of_test(), SAPA_WATCH_STABLE_S="1")
    for _ in range(KILLS):
        before = Call.objects.count()
        with started(*watch_command(folder, "--archive", str(kept)), environ=environ) as process:
            goal = min(CALLS, before + chance.randrange(1, CALLS // 5))
            until(lambda goal=goal: Call.objects.count() >= goal)  # type: ignore[misc]
            os.kill(process.pid, signal.SIGKILL)
    with started(*watch_command(folder, "--archive", str(kept)), environ=environ):
        until(lambda: not list(folder.glob("*.wav")), within_s=60)
    assert Call.objects.count() == CALLS
    assert len(list(kept.glob("*.wav"))) == CALLS
    assert set(outcomes().values()) <= {"taken", "known"}
    blobs_of_calls = set(RecordingPart.objects.values_list("blob_id", flat=True))
    assert blobs_of_calls <= set(stored_blobs(data_dir))
