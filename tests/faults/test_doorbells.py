"""Workers woken over a real broker: each at its own stages, and nothing lost whatever happens to the broker."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from sapa.calls.models import Call
from sapa.pipeline.broker.worker import GOODBYE_WITHIN_S
from sapa.pipeline.leases import stage_open
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.tests.processes import SAPA, started, until
from tests import needs
from tests.brokers import Broker
from tests.brokers import rabbitmq as rabbitmq_server
from tests.faults.line import OFTEN, SELDOM, Line, children_of, is_alive, kill

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_rings_alone_carry_calls_between_workers_of_different_stages(broker: Broker, data_dir: Path) -> None:
    line = Line(data_dir, broker_url=broker.url, lease_s=SELDOM)
    with line.worker("transcribe") as hearing, line.worker("recording", "analyse", "grade") as other:
        line.ingest(*range(1, 9))
        line.all_done(count=8)
        hearers, others = set(children_of(hearing.pid)), set(children_of(other.pid))
        worked = line.worked()
    assert len(worked) == 8 * 4
    assert {stage for process, stage, _ in worked if process in hearers} == {"transcribe"}
    assert {stage for process, stage, _ in worked if process in others} == {"recording", "analyse", "grade"}


def test_one_ring_wakes_as_many_processes_as_there_is_work_for(broker: Broker, data_dir: Path) -> None:
    line = Line(data_dir, broker_url=broker.url, lease_s=SELDOM)
    with line.worker("recording", "analyse", "grade"), line.worker("transcribe", slow_s=1.0, SAPA_WORKERS="3"):
        line.ingest(1, 2, 3)
        line.all_done(count=3)
    assert len({process for process, stage, _ in line.worked() if stage == "transcribe"}) >= 2


def test_an_emptied_broker_loses_nothing(broker: Broker, data_dir: Path) -> None:
    line = Line(data_dir, broker_url=broker.url)
    with line.worker("transcribe"), line.worker("recording", "analyse", "grade"):
        for start in (1, 11):
            line.ingest(*range(start, start + 6))
            broker.empty()
        line.all_done(count=12)
    assert len(line.worked()) == 12 * 4


def test_queues_deleted_again_and_again_end_no_worker(rabbitmq: Broker, data_dir: Path) -> None:
    line = Line(data_dir, broker_url=rabbitmq.url)
    with line.worker() as worker:
        line.listening(1)
        for _ in range(40):  # some of them between the moment it declares a queue and the one it listens to it
            rabbitmq.empty()
        line.ingest(1)
        line.all_done(count=1)
        assert worker.poll() is None, line.said()
        until(lambda: answering(line) == 1, within_s=60)


def test_a_turn_longer_than_the_broker_waits_is_worked_to_its_end_once(data_dir: Path) -> None:
    with rabbitmq_server(needs.rabbitmq_program() or "", waits_for_answer_s=1) as broker:
        line = Line(data_dir, broker_url=broker.url)
        with line.worker(slow_s=4.0) as worker:
            line.listening(1)
            line.ingest(1)
            line.all_done(count=1)
            assert worker.poll() is None
            assert "PRECONDITION_FAILED" in line.said()
            until(lambda: answering(line) == 1, within_s=60)
    assert len(line.worked()) == 4


def test_a_broker_that_is_away_stops_neither_intake_nor_line(broker: Broker, data_dir: Path) -> None:
    line = Line(data_dir, broker_url=broker.url)
    with line.worker() as worker:
        line.listening(1)
        broker.kill()
        began_s = time.monotonic()
        line.ingest(1)
        assert time.monotonic() - began_s < 20
        with line.worker():  # one that starts before its broker
            line.all_done(count=1)
            broker.start()
            until(lambda: answering(line) == 2, within_s=60)
            line.ingest(2)
            line.all_done(count=2)
        assert worker.poll() is None
    assert len(line.worked()) == 2 * 4


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_asked_to_stop_lets_go_of_its_stage(redis: Broker, data_dir: Path, number: signal.Signals) -> None:
    line = Line(data_dir, broker_url=redis.url)
    with line.worker(slow_s=120.0) as worker:
        line.ingest(1)
        until(lambda: any(stage == "transcribe" for _, stage, _ in line.worked()))
        began_s = time.monotonic()
        worker.send_signal(number)
        worker.wait(timeout=20)
        assert time.monotonic() - began_s < 10
    row = StageRow.objects.get(stage="transcribe")
    assert (row.state, row.holder, row.deaths, row.tries) == (StageState.WAITING, "", 0, 0)


def test_a_killed_worker_takes_its_processes_with_it_and_gives_back_its_stage(redis: Broker, data_dir: Path) -> None:
    line = Line(data_dir, broker_url=redis.url)
    with line.worker(slow_s=120.0) as worker:
        line.ingest(1)
        until(lambda: any(stage == "transcribe" for _, stage, _ in line.worked()))
        pool = children_of(worker.pid)
        worker.kill()
        until(lambda: not any(is_alive(process) for process in pool), within_s=5)
        until(lambda: StageRow.objects.get(stage="transcribe").state == StageState.WAITING, within_s=10)
    with line.worker():
        line.all_done(count=1)


def test_a_killed_pool_process_is_replaced(redis: Broker, data_dir: Path) -> None:
    line = Line(data_dir, broker_url=redis.url)
    with line.worker() as worker:
        line.listening(1)
        for process in children_of(worker.pid):
            kill(process)
        line.ingest(1)
        line.all_done(count=1)


def test_the_scheduler_rings_for_what_was_forgotten_and_ends_when_asked(redis: Broker, data_dir: Path) -> None:
    line = Line(data_dir, broker_url=redis.url, lease_s=SELDOM)
    with (
        started(*SAPA, "scheduler", environ=line.environ(SAPA_LEASE_S=OFTEN)) as scheduler,
        started(*SAPA, "scheduler", environ=line.environ(SAPA_LEASE_S=OFTEN)),  # another does no harm
        line.worker(),
    ):
        line.ingest(1)
        line.all_done(count=1)
        stage_open(Call.objects.get().id, "grade")  # by a process that rings nobody
        until(StageRow.objects.filter(stage="grade", attempt=2, state="done").exists)
        scheduler.terminate()
        assert scheduler.wait(timeout=10) == 0


def test_a_worker_of_a_frozen_broker_works_and_stops(redis: Broker, data_dir: Path) -> None:
    line = Line(data_dir, broker_url=redis.url)
    with line.worker() as worker:
        line.listening(1)
        with redis.frozen():
            line.ingest(1)
            line.all_done(count=1)
            worker.terminate()
            assert worker.wait(timeout=GOODBYE_WITHIN_S + 5) == 0


def test_rings_that_nobody_hears_do_not_pile_up(broker: Broker, data_dir: Path) -> None:
    ring = "import django; django.setup(); from sapa.pipeline.broker import ringer as r; r.RING_EVERY_S = 0.0\n"
    ring += "for number in range(200): r.ringer.ring('grade'); r.ringer.finish()\n"
    ring += (
        "with r.app.connection_for_write() as c: print(r.QUEUES['grade'](c.channel()).queue_declare().message_count)"
    )
    line = Line(data_dir, broker_url=broker.url)
    environ = line.environ(DJANGO_SETTINGS_MODULE="sapa.config.settings")
    done = subprocess.run([sys.executable, "-c", ring], env=environ, capture_output=True, text=True, check=True)
    assert int(done.stdout) == 16, done


def test_the_doctor_tells_of_the_broker_and_its_workers(redis: Broker, data_dir: Path) -> None:
    line = Line(data_dir, broker_url=redis.url)
    assert "no worker answers" in broker_finding(line)
    with line.worker("transcribe"):
        line.listening(1)
        assert "nobody takes the stages recording, analyse, grade" in broker_finding(line)
        with line.worker():
            line.listening(2)
            assert broker_finding(line).startswith("ok")
    redis.kill()
    found = broker_finding(line)
    assert "cannot be reached" in found
    assert str(urlsplit(redis.url).password) not in found


def broker_finding(line: Line) -> str:
    said = line.sapa("doctor").stdout.splitlines()
    return next(words for words in said if words[4:].strip().startswith("broker"))


def answering(line: Line) -> int:
    """How many workers Celery's own remote control finds."""
    command = [sys.executable, "-m", "celery", "-A", "sapa.config.celery", "inspect", "ping", "--json", "-t", "2"]
    done = subprocess.run(command, env=line.environ(), capture_output=True, text=True, check=False)
    said: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {}
    return len(said)
