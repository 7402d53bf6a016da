"""A worker that dies at the worst moments: whatever it had in hand comes out graded, once."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sapa.analytics.models import CallMeasures
from sapa.pipeline.models import StageRow
from sapa.pipeline.stages import STAGE_KEYS
from sapa.pipeline.tests.processes import SAPA, database_url_of_test, environment, started, until
from sapa.pipeline.tests.workbench import run_all, stages_of, take
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
    until(lambda: stages_of(call)[stage] == "waiting")  # returned by its keeper, without waiting for the lease
    run_all()
    assert stages_of(call) == dict.fromkeys(STAGE_KEYS, "done")
    attempts = dict(StageRow.objects.values_list("stage", "attempt"))
    assert attempts == {key: 2 if key == stage else 1 for key in STAGE_KEYS}
    for made in (TranscriptRecord, CallMeasures, EvaluationRecord):
        assert made.objects.filter(call=call).count() == 1


def test_a_second_worker_takes_what_the_first_one_does_not_hold(
    spoken: None, transactional_db: None, data_dir: Path, short_wav: bytes
) -> None:
    stuck = take(short_wav).call
    with hanging("transcribe", "run", data_dir) as worker:
        other = take(short_wav + b"\0\0").call
        run_all()
        assert set(stages_of(other).values()) == {"done"}
        assert stages_of(stuck)["transcribe"] == "running"
        worker.send_signal(signal.SIGKILL)
        worker.wait(timeout=20)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_worker_ends_well_when_asked(transactional_db: None, data_dir: Path, number: signal.Signals) -> None:
    environ, said = environment(data_dir, database_url=database_url_of_test()), data_dir / "said"
    with started(*SAPA, "worker", environ=environ, said=said) as worker:
        until(lambda: "takes recording" in said.read_text())  # from here on it listens
        worker.send_signal(number)
        assert worker.wait(timeout=15) == 0
