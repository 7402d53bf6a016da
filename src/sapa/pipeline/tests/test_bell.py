"""Ringing never waits and never fails, whatever the broker does. With real brokers: tests/faults/test_doorbells.py."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from threading import Event
from typing import Any

import pytest
from pytest_django import Settings

from sapa.config.env import VARIABLES
from sapa.pipeline.bell import ring, workers_answering
from sapa.pipeline.broker import ringer as ringer_module
from sapa.pipeline.broker.app import made_app
from sapa.pipeline.broker.asking import workers_answering as asked
from sapa.pipeline.broker.ringer import LAST_RINGS_S, Ringer
from sapa.pipeline.serve import _workers
from sapa.pipeline.stages import STAGE_KEYS
from sapa.pipeline.tests.processes import free_port, until

KINDS = pytest.mark.parametrize("scheme", ["redis", "amqp"])


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that takes connections and never says a word."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server.getsockname()[1]


def ringer_of(url: str, settings: Settings) -> Ringer:
    settings.SAPA_BROKER_URL = url
    return Ringer(made_app())


def test_without_a_broker_nothing_is_rung_and_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr(ringer_module.ringer, "ring", rung.append)
    ring("grade")
    assert rung == []
    assert workers_answering() == []


@KINDS
def test_ringing_a_silent_broker_takes_no_time(scheme: str, silent_port: int, settings: Settings) -> None:
    ringer = ringer_of(f"{scheme}://127.0.0.1:{silent_port}//", settings)
    began_s = time.monotonic()
    for _ in range(100):
        ringer.ring("grade")
    assert time.monotonic() - began_s < 0.5
    ringer.finish()
    assert time.monotonic() - began_s < LAST_RINGS_S + 1.0


@KINDS
def test_asking_over_a_silent_broker_ends(
    scheme: str, silent_port: int, settings: Settings, refused: Callable[..., Any]
) -> None:
    settings.SAPA_BROKER_URL = f"{scheme}://:secret@127.0.0.1:{silent_port}//"
    began_s = time.monotonic()
    with refused("broker_unreachable"):
        asked(1.0, celery=made_app())
    assert time.monotonic() - began_s < 10


@KINDS
def test_a_broker_that_is_away_is_told_once_and_left_alone(
    scheme: str, settings: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ringer_module, "AGAIN_AFTER_S", 0.0)
    ringer = ringer_of(f"{scheme}://person:secret@127.0.0.1:{free_port()}//", settings)
    for stage in ("grade", "analyse", "grade"):
        ringer.ring(stage)
        ringer.finish()
    told = [record.getMessage() for record in caplog.records if record.name == "sapa.bell"]
    assert len(told) == 1
    assert "secret" not in told[0]


def test_after_a_failure_rings_are_dropped_for_a_while(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    ringer = ringer_of(f"redis://127.0.0.1:{free_port()}/0", settings)
    ringer.ring("grade")
    ringer.finish()
    tried: list[list[str]] = []
    monkeypatch.setattr(ringer, "_send", tried.append)
    ringer.ring("grade")
    ringer.finish()
    assert tried == []


def test_rings_that_come_close_together_are_one(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    ringer = ringer_of("redis://127.0.0.1:1/0", settings)
    sent: list[list[str]] = []
    first = Event()

    def send(names: list[str]) -> None:
        sent.append(names)
        first.set()

    monkeypatch.setattr(ringer, "_send", send)
    ringer.ring("grade")
    assert first.wait(5)
    for _ in range(50):
        ringer.ring("grade")
        ringer.ring("analyse")
    until(lambda: len(sent) == 2)
    assert sent == [["grade"], ["grade", "analyse"]]


def test_a_site_with_a_broker_has_one_worker_and_a_scheduler(settings: Settings) -> None:
    settings.SAPA_WORKERS = 2
    assert [child.name for child in _workers()] == ["worker 1", "worker 2"]
    settings.SAPA_BROKER_URL = "redis://127.0.0.1/0"
    assert [child.name for child in _workers()] == ["worker", "scheduler"]


def test_the_stages_a_machine_may_take_are_those_of_the_line() -> None:
    assert "(of: " + ", ".join(STAGE_KEYS) + ")" in VARIABLES["SAPA_WORKER_STAGES"].help
