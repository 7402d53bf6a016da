"""The heartbeat of one working process, in a process of its own: `python -m sapa.pipeline.keeper HOLDER PID`.

A thread would stop whenever a native library holds the interpreter lock. The worker writes one byte for each row it
begins and one when it rests; while it works, its leases are moved on. When the pipe closes the worker is dead, and its
rows go back into the line at once. A worker that stays at one row for longer than any call takes hangs, and is killed.
"""

from __future__ import annotations

import logging
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

BEGUN, RESTING = b"w", b"i"
HANGS_AFTER_S = 12 * 3600.0  # a call is 12 hours at the longest, and slower than it was spoken it must not get
DATABASE_AGAIN_S = 2.0

log = logging.getLogger("sapa.line")


class Keeper:
    """The worker's end of the pipe. A keeper that ended (out of memory, by mistake) is started again."""

    def __init__(self) -> None:
        # Random besides the number of the process, which another machine or a later process may have too.
        self.holder = f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(6)}"
        self._process: subprocess.Popen[bytes] | None = None

    def begun(self, *, again: bool = True) -> None:
        """A row is begun. With `again=False` only a heartbeat that ended meanwhile is told, by being started anew."""
        if again or not self._beats():
            self._tell(BEGUN)

    def resting(self) -> None:
        if self._process is not None:
            self._tell(RESTING)

    def _beats(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _tell(self, what: bytes) -> None:
        if not self._beats():
            if self._process is not None:
                log.warning("the heartbeat of this worker ended; starting it again")
                self.close()
            self._process = self._start()
        with suppress(BrokenPipeError):  # it ended this instant; the next row starts another
            assert self._process is not None
            assert self._process.stdin is not None
            self._process.stdin.write(what)
            self._process.stdin.flush()

    def _start(self) -> subprocess.Popen[bytes]:
        # A session of its own, so that Ctrl-C and a stop of the group reach the worker and leave it its leases.
        command = [sys.executable, "-m", "sapa.pipeline.keeper", self.holder, str(os.getpid())]
        return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603 - our own module

    def close(self) -> None:
        if self._process is None:
            return
        with suppress(BrokenPipeError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()  # the database is away; a sweep does what it would have done
            self._process.wait()
        self._process = None


@contextmanager
def keeper() -> Iterator[Keeper]:
    kept = Keeper()
    try:
        yield kept
    finally:
        kept.close()


def keep(holder: str, worker: int) -> None:
    """Until the worker's end of the pipe is closed; then return what it left."""
    from django.conf import settings

    from sapa.pipeline.leases import leases_extend

    lease_s = settings.SAPA_LEASE_S

    begun_s: float | None = None
    due_s = 0.0
    while True:
        wait_s = max(0.1, due_s - time.monotonic()) if begun_s is not None else None
        if select.select([sys.stdin], [], [], wait_s)[0]:
            said = os.read(sys.stdin.fileno(), 4096)
            if not said:
                break
            if said.endswith(RESTING):
                begun_s = None
                continue
            begun_s = time.monotonic()
        if begun_s is None:
            continue
        if time.monotonic() - begun_s > HANGS_AFTER_S:
            log.error("the worker hangs; it is ended")
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
            continue  # its end of the pipe closes now
        if time.monotonic() >= due_s:
            due_s = time.monotonic() + (lease_s / 3 if _done(lambda: leases_extend(holder)) else DATABASE_AGAIN_S)
    left_until_s = time.monotonic() + lease_s
    while not _done(lambda: has_nothing_left(holder)) and time.monotonic() < left_until_s:
        time.sleep(DATABASE_AGAIN_S)


def has_nothing_left(holder: str) -> bool:
    """The server may learn of a death later than we do, and keeps what the dead one had locked until then."""
    from sapa.pipeline.leases import is_holding, stages_of_dead

    stages_of_dead(holder)
    return not is_holding(holder)


def _done(act: Callable[[], object]) -> bool:
    """False while the database is away, and when `act` says so."""
    from django.db import DatabaseError, InterfaceError, close_old_connections, connection

    try:
        close_old_connections()
        return act() is not False
    except (DatabaseError, InterfaceError) as exc:
        log.warning("the heartbeat cannot reach the database: %s", str(exc).partition("\n")[0])
        connection.close()
        return False


def main(holder: str, worker: int) -> None:
    import django

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # it ends with its worker, by the pipe
    django.setup()
    keep(holder, worker)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
