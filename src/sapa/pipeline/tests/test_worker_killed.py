"""A worker that dies at the worst moments: whatever it had in hand comes out graded, once."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sapa.analytics.models import CallMeasures
from sapa.calls.models import Call
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.runner import run_all
from sapa.pipeline.stages import STAGE_KEYS
from sapa.pipeline.tests.processes import SAPA, database_url_of_test, environment, sapa, started, until
from sapa.pipeline.tests.workbench import stages_of, take
from sapa.scorecards.models import EvaluationRecord
from sapa.transcripts.models import TranscriptRecord

STUCK = [sys.executable, "-m", "sapa.pipeline.tests.stuck_worker"]


@contextmanager
def hanging(stage: str, step: str, data_dir: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker in a process of its own, hanging at this step of this stage."""
    hangs = data_dir / "hangs"
    environ = environment(data_dir, database_url=database_url_of_test())
    with started(*STUCK, stage, step, str(hangs), environ=environ, said=data_dir / "said") as worker:
        until(lambda: hangs.exists() or worker.poll() is not None)
        assert worker.poll() is None, (data_dir / "said").read_text()
        yield worker


@pytest.mark.parametrize("step", ["run", "write"])
@pytest.mark.parametrize("stage", ["transcribe", "grade"])
def test_a_killed_worker_loses_nothing_and_doubles_nothing(
    spoken: None, transactional_db: None, data_dir: Path, short_wav: bytes, stage: str, step: str
) -> None:
    call = take(short_wav).call
    with hanging(stage, step, data_dir) as worker:
        worker.send_signal(signal.SIGKILL)
        worker.wait(timeout=20)
    assert stages_of(call)[stage] == "running"
    run_all()
    assert stages_of(call) == dict.fromkeys(STAGE_KEYS, "done")
    attempts = dict(StageRow.objects.values_list("stage", "attempt"))
    assert attempts == {key: 2 if key == stage else 1 for key in STAGE_KEYS}
    for made in (TranscriptRecord, CallMeasures, EvaluationRecord):
        assert made.objects.filter(call=call).count() == 1


def test_a_worker_in_another_process_keeps_a_second_one_out(
    transactional_db: None, data_dir: Path, refused: Callable[..., Any]
) -> None:
    take()
    with hanging("recording", "run", data_dir) as worker:
        with refused("worker_running"):
            run_all()
        second = sapa("worker", data_dir=data_dir, database_url=database_url_of_test())
        assert second.returncode == 1
        assert "A worker already runs on this data folder" in second.stderr
        assert "Traceback" not in second.stderr
        assert Call.objects.get().stage_rows.get().state == StageState.RUNNING
        worker.send_signal(signal.SIGKILL)
        worker.wait(timeout=20)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_worker_ends_well_when_asked(transactional_db: None, data_dir: Path, number: signal.Signals) -> None:
    environ = environment(data_dir, database_url=database_url_of_test())
    with started(*SAPA, "worker", environ=environ) as worker:
        until((data_dir / "worker.lock").exists)  # from here on it listens
        worker.send_signal(number)
        assert worker.wait(timeout=15) == 0
