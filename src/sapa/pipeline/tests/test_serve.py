"""`sapa serve` as a person runs it: a process with two children, on a free port of the loopback."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest

from sapa.calls.connectors.hosted.signature import signature_of
from sapa.calls.models import Call
from sapa.calls.tests.hosted import answered
from sapa.pipeline.serve import MOST_FAILED_STARTS, STEADY_S, Child
from sapa.pipeline.tests.processes import (
    SAPA,
    child_running,
    database_url_of_test,
    environment,
    free_port,
    is_anybody_left,
    sapa,
    started,
    until,
)


@dataclass(frozen=True)
class Site:
    process: subprocess.Popen[bytes]
    port: int
    said: Path

    def get(self, path: str) -> tuple[int, bytes] | None:
        """Status and body; None while nobody answers."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, HTTPException):
            return None
        finally:
            connection.close()

    def answers(self, path: str = "/healthz") -> tuple[int, bytes]:
        """As soon as it does; what the site said is shown when it ends instead."""
        found = until(lambda: self.get(path) or self.process.poll() is not None)
        assert isinstance(found, tuple), self.said.read_text()
        return found

    def child(self, *words: str) -> int:
        return until(lambda: child_running(self.process.pid, *words))

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=15)


@contextmanager
def serving(data_dir: Path, *options: str, database_url: str = "", **more: str) -> Iterator[Site]:
    """`more`: variables of the environment."""
    port, said = free_port(), data_dir / "said"
    environ = environment(data_dir, database_url=database_url, **more)
    with started(*SAPA, "serve", "--port", str(port), *options, environ=environ, said=said) as process:
        yield Site(process, port, said)


@pytest.fixture
def site(transactional_db: None, data_dir: Path) -> Iterator[Site]:
    with serving(data_dir, database_url=database_url_of_test()) as running:
        yield running


def test_it_is_ready_and_shows_the_sign_in(site: Site) -> None:
    assert site.answers() == (200, b'{"status": "ready"}')
    status, page = site.answers("/sign-in")
    assert status == 200
    assert b"<form" in page


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_well_and_leaves_no_child(site: Site, number: int) -> None:
    site.answers()
    site.child("worker")
    assert site.stop(number) == 0
    assert not is_anybody_left(site.process.pid)
    assert "Traceback" not in site.said.read_text()


def test_children_that_are_killed_are_started_again(site: Site) -> None:
    site.answers()
    first = {word: site.child(word) for word in ("worker", "gunicorn")}
    for child in first.values():
        os.kill(child, signal.SIGKILL)
    for word, child in first.items():
        until(lambda word=word, child=child: site.child(word) != child)  # type: ignore[misc]
    assert site.answers()[0] == 200
    assert "ended unexpectedly; starting it again" in site.said.read_text()
    assert site.stop() == 0
    assert not is_anybody_left(site.process.pid)


def test_without_a_worker_there_is_only_the_web(transactional_db: None, data_dir: Path) -> None:
    with serving(data_dir, "--no-worker", database_url=database_url_of_test()) as site:
        site.answers()
        assert child_running(site.process.pid, "worker") is None
        assert site.stop() == 0


def test_signed_events_are_a_call_a_moment_later(transactional_db: None, data_dir: Path) -> None:
    secret, body, url = "s" * 32, json.dumps(answered()).encode(), database_url_of_test()
    with serving(data_dir, "--no-worker", database_url=url, SAPA_PBX_EVENTS_SECRET=secret) as site:
        site.answers()
        headers = {"Sapa-Signature": signature_of(secret, int(time.time()), body)}
        with closing(HTTPConnection("127.0.0.1", site.port, timeout=20)) as connection:
            connection.request("POST", "/api/v1/pbx/events", body, headers)
            assert json.load(connection.getresponse())["taken"] == 5
        until(lambda: Call.objects.filter(agent_name="Aigerim", talk_s=20).exists())
        assert secret not in site.said.read_text()
        assert site.stop() == 0


def test_from_a_bare_folder_it_says_what_to_do_and_ends(tmp_path: Path) -> None:
    ended = sapa("serve", "--port", str(free_port()), data_dir=tmp_path)
    assert ended.returncode == 1
    assert "Run: sapa migrate (database_unready)" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_taken_port_is_said_at_once(transactional_db: None, data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = sapa("serve", "--port", str(port), data_dir=data_dir, database_url=database_url_of_test())
    assert ended.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in ended.stderr
    assert "sapa serve --port N" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    "options", [("--port", "99999"), ("--port", "-1"), ("--bind", "203.0.113.1"), ("--bind", "no.such.host.invalid")]
)
def test_an_address_that_cannot_be_had_is_said(
    transactional_db: None, data_dir: Path, options: tuple[str, ...]
) -> None:
    ended: Any = sapa("serve", *options, data_dir=data_dir, database_url=database_url_of_test())
    assert ended.returncode == 1
    assert "Cannot listen on" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_worker_that_cannot_live_leaves_the_site_up(site: Site) -> None:
    site.answers()
    for _ in range(2):
        os.kill(site.child("worker"), signal.SIGKILL)
        until(lambda: child_running(site.process.pid, "worker") is None)
    until(lambda: "again in 4 s" in site.said.read_text())
    assert site.answers()[0] == 200
    assert site.stop() == 0


def test_the_children_of_a_killed_parent_end(site: Site) -> None:
    site.answers()
    site.child("worker")
    site.process.kill()
    site.process.wait(timeout=15)
    until(lambda: not is_anybody_left(site.process.pid))


def ended(code: int, *, must_start: bool = True, lived_s: float = 0.0) -> Child:
    child = Child("child", [], must_start=must_start)
    child.process = subprocess.Popen(
        [sys.executable, "-c", f"import os; os.{'abort()' if code < 0 else f'_exit({code})'}"]
    )
    child.process.wait()
    child.started_s = time.monotonic() - lived_s
    return child


def test_pauses_grow_to_a_minute_and_begin_again_after_a_good_while() -> None:
    child = ended(1, must_start=False)
    assert [child.pause_s() for _ in range(7)] == [2, 4, 8, 16, 32, 60, 60]
    assert not child.gives_up()
    child.started_s -= STEADY_S
    assert child.pause_s() == 2


@pytest.mark.parametrize(("code", "lived_s", "gives_up"), [(1, 0.0, True), (-6, 0.0, False), (1, STEADY_S, False)])
def test_only_a_site_that_cannot_start_is_given_up(code: int, lived_s: float, gives_up: bool) -> None:
    child = ended(code, lived_s=lived_s)
    for _ in range(MOST_FAILED_STARTS):
        child.pause_s()
        assert not child.gives_up()
    child.pause_s()
    assert child.gives_up() is gives_up
