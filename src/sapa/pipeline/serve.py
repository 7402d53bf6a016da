"""The one-box form: this process watches two children, the web server and the worker."""

from __future__ import annotations

import logging
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from django.conf import settings

from sapa.core.errors import SapaError

log = logging.getLogger("sapa.serve")
LOOK_EVERY_S = 0.5
STOP_WITHIN_S = 30.0
RESTART_AFTER_S = 2.0
STEADY_S = 60.0  # a child that lived this long was not failing to start
MOST_RESTARTS = 5


class PortTaken(SapaError):
    def __init__(self, bind: str, port: int, problem: str) -> None:
        super().__init__(
            "port_taken", f"Cannot listen on {bind}:{port}: {problem}. Choose another: sapa serve --port N"
        )


@dataclass
class Child:
    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    restarts: int = field(default=0)

    def start(self) -> None:
        self.process = subprocess.Popen(self.command)  # noqa: S603 - our own two commands
        self.started_s = time.monotonic()

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def may_restart(self) -> bool:
        if time.monotonic() - self.started_s >= STEADY_S:
            self.restarts = 0
        self.restarts += 1
        return self.restarts <= MOST_RESTARTS


def serve(*, bind: str, port: int, with_worker: bool = True) -> int:
    """Run until SIGTERM or Ctrl-C; the exit status. A child that dies is started again, a few times."""
    _try_port(bind, port)
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    children = [Child("web", _web_command(bind, port))]
    if with_worker:
        children.append(Child("worker", [sys.executable, "-m", "sapa", "worker"]))
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    for child in children:
        child.start()
    try:
        return _watch(children, stop)
    finally:
        _stop(children)


def _watch(children: list[Child], stop: Event) -> int:
    while not stop.wait(LOOK_EVERY_S):
        for child in children:
            if child.is_alive():
                continue
            if not child.may_restart():
                log.error("%s keeps ending; giving up", child.name)
                return 1
            log.warning("%s ended unexpectedly; starting it again", child.name)
            stop.wait(RESTART_AFTER_S)
            if not stop.is_set():
                child.start()
    return 0


def _stop(children: list[Child]) -> None:
    """Ask all, wait for all; who does not end in time is ended."""
    running = [child.process for child in children if child.process is not None and child.is_alive()]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + STOP_WITHIN_S
    for process in running:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _web_command(bind: str, port: int) -> list[str]:
    address = f"[{bind}]:{port}" if ":" in bind else f"{bind}:{port}"
    return [
        sys.executable, "-m", "gunicorn", "sapa.config.wsgi:application",
        "--bind", address,
        "--worker-class", "gthread",
        "--workers", "1",
        "--threads", str(settings.SAPA_WEB_THREADS),
        "--timeout", "120",
        "--graceful-timeout", "10",
        "--no-control-socket",
        "--log-level", "warning",
    ]  # fmt: skip


def _try_port(bind: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except OSError as exc:
            raise PortTaken(bind, port, exc.strerror or str(exc)) from exc
        except OverflowError as exc:
            raise PortTaken(bind, port, "a port is a number from 0 to 65535") from exc
