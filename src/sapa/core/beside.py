"""Work on values alone, done by other processes while this one reads and writes."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import ParamSpec, Protocol, TypeVar

log = logging.getLogger("sapa.beside")
MOST_PROCESSES = 3  # by then this one is what all wait for
_Told = ParamSpec("_Told")
_Result = TypeVar("_Result")


class Doing(Protocol):
    """Begins a work and gives what waits for its result. Work and values are picklable."""

    ahead: int
    """So many works are worth to have begun before one asks for the first result."""

    def __call__(
        self, work: Callable[_Told, _Result], /, *args: _Told.args, **kwargs: _Told.kwargs
    ) -> Callable[[], _Result]: ...


class _Here:
    """In this process, when one asks for the result."""

    ahead = 0

    def __call__(
        self, work: Callable[_Told, _Result], /, *args: _Told.args, **kwargs: _Told.kwargs
    ) -> Callable[[], _Result]:
        return partial(work, *args, **kwargs)


HERE: Doing = _Here()


class _Beside:
    def __init__(self, pool: ProcessPoolExecutor, processes: int) -> None:
        self._pool = pool
        self.ahead = 2 * processes

    def __call__(
        self, work: Callable[_Told, _Result], /, *args: _Told.args, **kwargs: _Told.kwargs
    ) -> Callable[[], _Result]:
        here = partial(work, *args, **kwargs)
        try:
            begun = self._pool.submit(work, *args, **kwargs)
        except (BrokenExecutor, OSError):
            return here
        return partial(_result, begun, here)


def _result(begun: Future[_Result], here: Callable[[], _Result]) -> _Result:
    """A process that was killed costs time, and nothing else."""
    try:
        return begun.result()
    except BrokenExecutor:
        log.warning("A process that helped is gone; its work is done here, which takes longer.")
        return here()


@contextmanager
def beside() -> Iterator[Doing]:
    """On one processor there is nobody beside."""
    processes = min(MOST_PROCESSES, len(os.sched_getaffinity(0)) - 1)
    if processes < 1:
        yield HERE
        return
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_begin)
    try:
        yield _Beside(pool, processes)
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Ctrl-C ends the one who asked, and that one this."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(1)
