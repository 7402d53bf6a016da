"""Carrying calls through the line: claim a stage, do its work, write its result. One worker owns the model."""

from __future__ import annotations

import fcntl
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

from django.db import close_old_connections

from sapa.core.errors import SapaError
from sapa.core.storage import data_dir
from sapa.pipeline.errors import LateResult, WorkerAlreadyRunning
from sapa.pipeline.models import StageRow
from sapa.pipeline.services import (
    stage_claim,
    stage_fail,
    stage_finish,
    stage_progress,
    stage_release,
    stages_return,
)
from sapa.pipeline.stages import stage_named

log = logging.getLogger("sapa.line")
IDLE_S = 0.5
PROGRESS_EVERY_S = 1.0


class _Stopped(Exception):
    """The worker is asked to stop; the stage in hand is left."""


def run_until(stop: Event) -> None:
    """Work until `stop` is set; the stage in hand is left at its next sign of progress, to wait again."""
    with only_worker():
        returned = stages_return()
        if returned:
            log.info("%d unfinished stages of an earlier worker wait again", returned)
        while not stop.is_set():
            close_old_connections()
            if not run_one(stop):
                stop.wait(IDLE_S)


def run_all() -> int:
    """Work until the line is empty; how many stages were run."""
    count = 0
    with only_worker():
        stages_return()
        while run_one():
            count += 1
    return count


def run_one(stop: Event | None = None) -> bool:
    """Run one waiting stage; false when there is none. A set `stop` breaks it off between two steps of its work."""
    row = stage_claim()
    if row is None:
        return False
    started = time.monotonic()
    try:
        result = stage_named(row.stage).run(row.call_id, _reporter(row, stop))
        stage_finish(row, result)
    except _Stopped:
        stage_release(row)
        log.info("call %s %s was broken off to stop; it waits again", row.call_id, row.stage)
    except LateResult as exc:
        log.warning("%s", exc.message)
    except SapaError as exc:
        log.warning("call %s %s failed: %s %s", row.call_id, row.stage, exc.code, exc.message)
        stage_fail(row, exc)
    except Exception:
        # The edge of the line: whatever a stage raises, the call keeps its reason and the line goes on.
        log.exception("call %s %s failed unexpectedly", row.call_id, row.stage)
        stage_fail(row, _unexpected())
    else:
        log.info("call %s %s done in %.1f s", row.call_id, row.stage, time.monotonic() - started)
    return True


def _unexpected() -> SapaError:
    return SapaError(
        "unexpected_error",
        "Something went wrong that Sapa did not expect. The log of the worker has the details; try again, "
        "and report it if it comes back.",
        retryable=True,
    )


def _reporter(row: StageRow, stop: Event | None) -> Callable[[float], None]:
    last_s = 0.0

    def report(share: float) -> None:
        nonlocal last_s
        if stop is not None and stop.is_set() and share < 1.0:  # what is done is worth saving
            raise _Stopped
        if time.monotonic() - last_s >= PROGRESS_EVERY_S:
            last_s = time.monotonic()
            stage_progress(row, share)

    return report


@contextmanager
def only_worker() -> Iterator[None]:
    """One worker per data folder, held by a file lock that dies with the process."""
    data_dir().mkdir(mode=0o700, parents=True, exist_ok=True)
    with (data_dir() / "worker.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise WorkerAlreadyRunning from exc
        yield
