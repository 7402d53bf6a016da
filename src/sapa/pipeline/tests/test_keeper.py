"""The heartbeat beside a working process: it goes on whatever the worker does, and ends with it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sapa.pipeline.keeper import Keeper
from sapa.pipeline.leases import stages_claim, stages_sweep
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.tests.processes import child_running, database_url_of_test, environment, started, until
from sapa.pipeline.tests.workbench import stages_of, take

LEASE_S = 3
HELD = [sys.executable, "-m", "sapa.pipeline.tests.held_worker"]


@pytest.fixture
def kept(transactional_db: None, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keeper]:
    """A keeper of this process, on the database of the test, with a short lease."""
    for name, value in environment(data_dir, database_url=database_url_of_test(), SAPA_LEASE_S=str(LEASE_S)).items():
        monkeypatch.setenv(name, value)
    keeper = Keeper()
    yield keeper
    keeper.close()


def own_keeper() -> int | None:
    return child_running(os.getpid(), "sapa.pipeline.keeper")


def running() -> StageRow:
    return StageRow.objects.get(state=StageState.RUNNING)


def test_a_call_is_not_lost_while_a_native_library_holds_the_interpreter_lock(
    transactional_db: None, data_dir: Path
) -> None:
    call, begun = take().call, data_dir / "begun"
    environ = environment(data_dir, database_url=database_url_of_test(), SAPA_LEASE_S=str(LEASE_S))
    with started(*HELD, str(3 * LEASE_S), str(begun), environ=environ, said=data_dir / "said") as worker:
        until(begun.exists)
        until(lambda: stages_sweep() or worker.poll() is not None or None, within_s=60)
        assert worker.wait(timeout=20) == 0, (data_dir / "said").read_text()
    row = StageRow.objects.get(stage="recording")
    assert (row.state, row.attempt, row.deaths) == (StageState.DONE, 1, 0)
    assert stages_of(call)["transcribe"] == "waiting"


def test_it_is_not_started_before_there_is_work(kept: Keeper) -> None:
    kept.resting()
    assert own_keeper() is None


def test_it_moves_the_lease_while_its_worker_works_and_lets_it_run_out_when_not(kept: Keeper) -> None:
    take()
    stages_claim(kept.holder)
    first = running().lease_until
    kept.begun()
    until(lambda: running().lease_until != first)
    kept.resting()
    until(lambda: stages_sweep() == 1)


def test_a_keeper_that_was_killed_is_started_again_with_the_next_row(kept: Keeper) -> None:
    kept.begun()
    first = until(own_keeper)
    os.kill(first, signal.SIGKILL)
    until(lambda: child_running(os.getpid(), "sapa.pipeline.keeper") is None)
    kept.begun()
    assert until(own_keeper) != first


def test_ctrl_c_and_a_stop_of_all_leave_it_to_its_worker(kept: Keeper) -> None:
    take()
    stages_claim(kept.holder)
    first = running().lease_until
    kept.begun()
    until(lambda: running().lease_until != first)  # from here on it listens
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(until(own_keeper), number)
    second = running().lease_until
    until(lambda: running().lease_until != second)


def test_what_its_worker_left_is_returned_when_the_pipe_closes(kept: Keeper) -> None:
    call = take().call
    stages_claim(kept.holder)
    kept.begun()
    kept.close()
    assert stages_of(call) == {"recording": "waiting"}
    assert StageRow.objects.get().deaths == 1
