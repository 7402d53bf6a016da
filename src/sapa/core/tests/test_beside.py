"""Work in other processes (`sapa.core.beside`)."""

from __future__ import annotations

import os
import signal

import pytest

from sapa.core.beside import HERE, beside


def test_it_is_done_by_another_process_and_comes_back() -> None:
    with beside() as doing:
        if doing is HERE:  # a machine with one processor
            return
        begun = [doing(divmod, number, 3) for number in range(10)]
        assert [result() for result in begun] == [divmod(number, 3) for number in range(10)]
        assert doing(os.getpid)() != os.getpid()


def test_what_it_raises_is_raised_here() -> None:
    with beside() as doing, pytest.raises(ZeroDivisionError):
        doing(divmod, 1, 0)()


def test_a_process_that_was_killed_costs_no_result(caplog: pytest.LogCaptureFixture) -> None:
    with beside() as doing:
        if doing is HERE:
            return
        killed = doing(os.kill, doing(os.getpid)(), signal.SIGKILL)
        later = doing(divmod, 7, 3)
        assert later() == (2, 1)
        assert doing(divmod, 8, 3)() == (2, 2)
        assert "is gone" in caplog.text
        del killed  # done here it would end this one


def test_here_it_is_done_when_asked_for() -> None:
    assert HERE(divmod, 7, 3)() == (2, 1)
