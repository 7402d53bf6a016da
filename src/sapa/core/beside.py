"""Work on values alone, done by other processes while this one reads and writes."""

from __future__ import annotations

import logging
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import Any, Generic, ParamSpec, Protocol, TypeVar

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


class _Begun(Generic[_Result]):
    """`future`: where it is done by another process. `done`: the result, where it was done here."""

    def __init__(self, work: Callable[[], _Result]) -> None:
        self.work = work
        self.future: Future[_Result] | None = None
        self.done: tuple[_Result] | None = None

    def result(self) -> _Result:
        """A process that was killed costs time, and nothing else."""
        if self.done:
            return self.done[0]
        try:
            return self.work() if self.future is None else self.future.result()
        except BrokenExecutor:
            log.warning("A process that helped is gone; its work is done here, which takes longer.")
            return self.work()


class _Beside:
    """The others get no more than they can do next: what was given to a pool cannot be taken back without danger (of
    one that breaks, Python 3.11 forgets the other works when one of them was cancelled)."""

    def __init__(self, pool: ProcessPoolExecutor, processes: int) -> None:
        self._pool = pool
        self._most = processes + 1
        self._given: list[Future[Any]] = []
        self._waiting: deque[_Begun[Any]] = deque()
        self.ahead = 2 * processes + 2

    def __call__(
        self, work: Callable[_Told, _Result], /, *args: _Told.args, **kwargs: _Told.kwargs
    ) -> Callable[[], _Result]:
        begun = _Begun(partial(work, *args, **kwargs))
        self._waiting.append(begun)
        self._give()
        return partial(self._result, begun)

    def _give(self) -> None:
        self._given = [future for future in self._given if not future.done()]
        while self._waiting and len(self._given) < self._most:
            try:
                future = self._pool.submit(self._waiting[0].work)
            except (BrokenExecutor, OSError):
                return
            self._waiting.popleft().future = future
            self._given.append(future)

    def _result(self, begun: _Begun[_Result]) -> _Result:
        """Who would wait for it does meanwhile what was not given to anybody."""
        self._give()
        while begun.future is not None and not begun.future.done() and self._waiting:
            other = self._waiting.pop()
            other.done = (other.work(),)
            self._give()
        if begun in self._waiting:
            self._waiting.remove(begun)
        return begun.result()


@contextmanager
def beside() -> Iterator[Doing]:
    """On one processor, or where the system forbids it, nobody is."""
    processes = min(MOST_PROCESSES, len(os.sched_getaffinity(0)) - 1)
    pool = _pool(processes)
    if pool is None:
        yield HERE
        return
    try:
        yield _Beside(pool, processes)
    finally:
        pool.shutdown(cancel_futures=True)


def _pool(processes: int) -> ProcessPoolExecutor | None:
    if processes < 1:
        return None
    try:
        return ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_begin)
    except (ImportError, NotImplementedError, OSError) as exc:  # where the system gives no semaphores
        log.info("No process can be begun beside this one: %s", exc)
        return None


def _begin() -> None:
    """Ctrl-C ends the one who asked, and that one this."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(1)
