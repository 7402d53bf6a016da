"""The working process behind the ear: it works in turns when it is rung, and looks by itself when nobody rings.

So the line goes on while the broker is away, a lost ring costs one look, and a stop reaches the stage in hand.
"""

from __future__ import annotations

import logging
import os
import random
import select
import time
from collections.abc import Sequence
from threading import Lock, Thread

from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections

from sapa.pipeline.bell import ring
from sapa.pipeline.leases import stages_behind, stages_due
from sapa.pipeline.runner import StopSign, Worker

log = logging.getLogger("sapa.line")
TURN_S = 30.0
AGAIN_AFTER_S = 2.0  # when a turn left something; by then a ring has come, unless the broker is away
LET_GO_WITHIN_S = 20.0


class SharedStop:
    """A stop sign of several processes. A pipe: what multiprocessing offers has locks, and a process that is killed
    inside one would hold up all the others for ever."""

    def __init__(self) -> None:
        self._sees, self._tells = os.pipe()

    def set(self) -> None:
        os.write(self._tells, b"!")

    def is_set(self) -> bool:
        return self.wait(0)

    def wait(self, timeout: float | None = None) -> bool:
        return bool(select.select([self._sees], [], [], timeout)[0])


class Hand:
    """Rings are worked off by the thread that hears them, looks by another; only one of them works at a time."""

    def __init__(self, stop: StopSign, *, stages: Sequence[str]) -> None:
        self._stop = stop
        self._stages = tuple(stages)
        self._working = Lock()
        self._look_at_s = 0.0
        self._worker = Worker(stop, stages=self._stages)
        self._worker.__enter__()
        self._looker = Thread(target=self._look, name="sapa-looks", daemon=True)
        self._looker.start()

    def turn(self) -> None:
        """Work until nothing is due or the turn is over."""
        with self._working:
            self._turn()

    def close(self) -> None:
        """After the stop sign: what is held goes back into the line."""
        if self._working.acquire(timeout=LET_GO_WITHIN_S):
            self._worker.__exit__(None, None, None)

    def _turn(self) -> None:
        self._call_others()
        left = self._worker.run_turn(limit_s=TURN_S).left
        for stage in left:
            ring(stage)
        pause_s = AGAIN_AFTER_S if left else look_every_s() * random.uniform(0.8, 1.2)  # noqa: S311 - spread
        self._look_at_s = time.monotonic() + pause_s

    def _call_others(self) -> None:
        """One who wakes to more than can be taken at once wakes the next."""
        try:
            close_old_connections()
            behind = stages_behind(self._stages)
        except (DatabaseError, InterfaceError):
            return  # the turn waits for it and tells
        for stage in behind:
            ring(stage)

    def _look(self) -> None:
        while not self._stop.wait(max(0.1, self._look_at_s - time.monotonic())):
            if time.monotonic() >= self._look_at_s and self._working.acquire(timeout=1.0):
                try:
                    if time.monotonic() >= self._look_at_s and not self._stop.is_set():
                        self._turn()
                except (OSError, RuntimeError, DatabaseError):
                    # No memory or no thread to be had, say. Whoever looks must not be the first to go; rows that were
                    # claimed meanwhile are let go by the next claim.
                    self._look_at_s = time.monotonic() + look_every_s()
                    log.exception("a look at the line failed; the next one is in %.0f s", look_every_s())
                finally:
                    self._working.release()

    def sweep(self) -> None:
        """Return what nobody holds any more, and ring for everything that is due."""
        try:
            close_old_connections()
            self._worker.sweep()
            due = stages_due()
        except (DatabaseError, InterfaceError) as exc:
            log.warning("the sweep cannot reach the database: %s", str(exc).partition("\n")[0])
            return
        for stage in due:
            ring(stage)


def look_every_s() -> float:
    return settings.SAPA_LEASE_S / 12
