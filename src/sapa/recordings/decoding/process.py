"""The decoder process of this working process: started at first use, asked over a socket, ended with us.

A forked copy of the working process (as Celery makes them) gets its own. One that was lost is started again.
"""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sapa.recordings.decoding.order import Order
from sapa.recordings.errors import AudioTooSlow, DecoderUnavailable

START_WITHIN_S = 30.0
END_WITHIN_S = 2.0
MOST_REPLY_BYTES = 1 << 16


@dataclass(frozen=True)
class Outcome:
    """How a child ended. `report` is what it said itself, unchecked; `peak_rss_bytes` memory at its peak."""

    report: dict[str, Any]
    signal: int
    was_late: bool
    processor_s: float
    peak_rss_bytes: int


class DecoderProcess:
    """`python -m sapa.recordings.decoding.parent` and the socket to it."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        # Nothing of our environment: it may hold passwords. OpenBLAS would start a thread for each core.
        environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OPENBLAS_NUM_THREADS": "1"}
        command = [sys.executable, "-P", "-m", "sapa.recordings.decoding.parent", str(theirs.fileno())]
        try:
            with theirs:
                self.process = subprocess.Popen(  # noqa: S603 - our own module
                    command,
                    pass_fds=[theirs.fileno()],
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    start_new_session=True,
                )
        except OSError as exc:
            ours.close()
            raise DecoderUnavailable(exc.strerror or str(exc)) from exc
        self._control = ours
        self._lock = Lock()

    def run(self, order: Order, source: int, sound: int) -> Outcome | None:
        """Have one file decoded; None when the decoder itself was lost meanwhile."""
        reply, theirs = socket.socketpair()
        with reply:
            try:
                with theirs, self._lock:
                    socket.send_fds(self._control, [order.as_bytes()], [source, sound, theirs.fileno()])
                reply.settimeout(order.limit_s + START_WITHIN_S)
                raw = _all_of(reply)
            except TimeoutError as exc:
                self.close()
                raise AudioTooSlow(order.limit_s, retryable=True) from exc
            except OSError:
                raw = b""
        return _outcome_of(raw) if raw.endswith(b"\n") else None

    def close(self) -> None:
        """It ends by itself when its socket closes; one that does not is ended."""
        self._control.close()
        try:
            self.process.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def forget(self) -> None:
        """In a forked copy of the working process: it is the original's, and must not live on through us."""
        self._control.close()
        self.process.returncode = 0


_running: DecoderProcess | None = None
_starting = Lock()


def decoder() -> DecoderProcess:
    """The decoder of this process, started when there is none."""
    global _running  # noqa: PLW0603 - one for each process
    with _starting:
        if _running is None or _running.process.poll() is not None:
            if _running is not None:
                _running.close()
            _running = DecoderProcess()
        return _running


def decoder_end() -> None:
    global _running  # noqa: PLW0603
    if _running is not None:
        _running.close()
        _running = None


def _after_fork() -> None:
    global _running, _starting  # noqa: PLW0603
    _starting = Lock()
    if _running is not None:
        _running.forget()
        _running = None


atexit.register(decoder_end)
os.register_at_fork(after_in_child=_after_fork)


def _all_of(reply: socket.socket) -> bytes:
    raw = b""
    while not raw.endswith(b"\n") and len(raw) < MOST_REPLY_BYTES and (piece := reply.recv(MOST_REPLY_BYTES)):
        raw += piece
    return raw


def _outcome_of(raw: bytes) -> Outcome:
    told = json.loads(raw)
    if "cannot_fork" in told:
        raise DecoderUnavailable(str(told["cannot_fork"]))
    report: dict[str, Any] = {}
    with suppress(ValueError):
        said = json.loads(told.pop("report"))
        report = said if isinstance(said, dict) else {}
    told.pop("report", None)
    return Outcome(report=report, **told)
