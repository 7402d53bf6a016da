"""Work in other processes (`sapa.core.beside`)."""

from __future__ import annotations

import os
import signal
import time
from multiprocessing import active_children

import pytest

from sapa.core.beside import HERE, beside

WITHIN_S = 60


def test_another_process_helps_and_the_results_come_back() -> None:
    with beside() as doing:
        begun = [doing(divmod, number, 3) for number in range(10)]
        assert [result() for result in begun] == [divmod(number, 3) for number in range(10)]
        if doing is HERE:  # a machine with one processor
            return
        until = time.monotonic() + WITHIN_S
        while {result() for result in [doing(os.getpid) for _ in range(20)]} == {os.getpid()}:
            assert time.monotonic() < until, "nobody helped"


def test_what_it_raises_is_raised_here() -> None:
    with beside() as doing, pytest.raises(ZeroDivisionError):
        doing(divmod, 1, 0)()


def test_a_process_that_was_killed_costs_no_result(caplog: pytest.LogCaptureFixture) -> None:
    with beside() as doing:
        begun = [doing(sum, range(1_000_000)) for _ in range(6)]
        for child in active_children():
            assert child.pid
            os.kill(child.pid, signal.SIGKILL)
        assert [result() for result in begun] == [sum(range(1_000_000))] * 6
        assert doing(divmod, 8, 3)() == (2, 2)
        assert doing is HERE or "is gone" in caplog.text


def test_where_none_may_be_begun_it_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("/dev/shm")

    monkeypatch.setattr("sapa.core.beside.ProcessPoolExecutor", refuse)
    with beside() as doing:
        assert doing is HERE


def test_here_it_is_done_when_asked_for() -> None:
    assert HERE(divmod, 7, 3)() == (2, 1)
