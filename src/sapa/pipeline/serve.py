"""The one-box form: this process watches its children, the web server and the workers."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from django.conf import settings

from sapa import __version__
from sapa.core.errors import SapaError
from sapa.core.storage import data_dir, leavings_clear, spool_clear
from sapa.pipeline.site import site_url

log = logging.getLogger("sapa.serve")
LOOK_EVERY_S = 0.5
STOP_WITHIN_S = 30.0
RESTART_AFTER_S = 2.0  # doubled with each quick end …
LONGEST_PAUSE_S = 60.0  # … up to this
STEADY_S = 60.0  # a child that lived this long was not failing to start
MOST_FAILED_STARTS = 5


class PortTaken(SapaError):
    def __init__(self, bind: str, port: int, problem: str) -> None:
        super().__init__(
            "port_taken", f"Cannot listen on {bind}:{port}: {problem}. Choose another: sapa serve --port N"
        )


@dataclass
class Child:
    """Restarted for ever, with growing pauses. `must_start`: one that cannot start ends everything, since a site on a
    taken port will not mend itself; being killed is not failing to start."""

    name: str
    command: list[str]
    must_start: bool = False
    process: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    due_s: float | None = None
    quick_ends: int = field(default=0)
    failed_starts: int = field(default=0)

    def start(self) -> None:
        tied = [sys.executable, "-m", "sapa.pipeline.with_parent", str(os.getpid()), *self.command]
        self.process = subprocess.Popen(tied)  # noqa: S603 - our own two commands
        self.started_s, self.due_s = time.monotonic(), None

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def pause_s(self) -> float:
        """How long to wait before the next start; counts this end."""
        was_quick = time.monotonic() - self.started_s < STEADY_S
        ended_itself = self.process is not None and (self.process.returncode or 0) > 0
        self.failed_starts = self.failed_starts + 1 if was_quick and ended_itself else 0
        self.quick_ends = self.quick_ends + 1 if was_quick else 1
        return min(LONGEST_PAUSE_S, RESTART_AFTER_S * 2.0 ** min(self.quick_ends - 1, 10))

    def gives_up(self) -> bool:
        return self.must_start and self.failed_starts > MOST_FAILED_STARTS


def serve(*, bind: str, port: int, with_worker: bool = True) -> int:
    """Run until SIGTERM or Ctrl-C; the exit status. A child that ends is started again."""
    _try_port(bind, port)
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    spool_clear()
    leavings_clear()
    children = [Child("web", _web_command(bind, port), must_start=True)]
    if with_worker:
        children += _workers()
    if settings.SAPA_PBX_LOGS or settings.SAPA_PBX_TABLES or settings.SAPA_PBX_EVENTS_SECRET:
        children.append(Child("pbx", [sys.executable, "-m", "sapa", "pbx", "follow"]))
    if settings.SAPA_WATCH_DIRS:
        children.append(Child("watch", [sys.executable, "-m", "sapa", "ingest", "--watch"]))
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    for child in children:
        child.start()
    behind = f", for people {site_url()}" if settings.CSRF_TRUSTED_ORIGINS else ""
    log.info("Sapa %s at %s%s; data in %s; Ctrl-C stops it", __version__, site_url(port), behind, data_dir())
    try:
        return _watch(children, stop)
    finally:
        _stop(children)
        log.info("stopped")


def _watch(children: list[Child], stop: Event) -> int:
    while not stop.wait(LOOK_EVERY_S):
        for child in children:
            if child.is_alive():
                continue
            if child.due_s is None:
                pause_s = child.pause_s()
                if child.gives_up():
                    log.error("%s cannot start; giving up", child.name)
                    return 1
                log.warning("%s ended unexpectedly; starting it again in %.0f s", child.name, pause_s)
                child.due_s = time.monotonic() + pause_s
            elif time.monotonic() >= child.due_s:
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


def _workers() -> list[Child]:
    """With a broker one worker has all the processes, and a scheduler rings for what was forgotten."""
    sapa = [sys.executable, "-m", "sapa"]
    if settings.SAPA_BROKER_URL:
        return [Child("worker", [*sapa, "worker"]), Child("scheduler", [*sapa, "scheduler"])]
    return [Child(f"worker {number}", [*sapa, "worker"]) for number in range(1, settings.SAPA_WORKERS + 1)]


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
        "--logger-class", "sapa.config.web_log.WebLog",
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
