"""Several workers at once; who dies is followed by another, as a supervisor would see to it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from itertools import count

from tests.faults.world import Process, World, group_leader, keepers

READY = " takes "  # as a worker tells when it begins


class Crew:
    def __init__(self, world: World, size: int, **faults: object) -> None:
        self.world = world
        self._faults = faults
        self._numbers = count(1)
        self.members = [self._new() for _ in range(size)]
        self.started = size

    def _new(self) -> Process:
        return self.world.worker(f"worker-{next(self._numbers)}", **self._faults)

    def mend(self) -> int:
        """Start another for each that ended; how many did."""
        ended = [member for member in self.members if not member.is_alive()]
        for member in ended:
            self.members[self.members.index(member)] = self._new()
        self.started += len(ended)
        return len(ended)

    def ready(self) -> int:
        """How many are in the line; the others are still starting."""
        return sum(member.is_alive() and READY in member.said() for member in self.members)

    def member_of(self, pid: int) -> Process | None:
        return next((member for member in self.members if member.pid == group_leader(pid)), None)

    def stop(self) -> None:
        for member in self.members:
            member.ask_to_stop()
        for member in self.members:
            member.running.wait(timeout=60)


def freeze(member: Process, holders: Iterable[str] = ()) -> None:
    """With the holders' names, their heartbeats too."""
    member.signal_all(signal.SIGSTOP)
    for keeper in keepers_of(holders):
        os.kill(keeper, signal.SIGSTOP)


def thaw(member: Process, holders: Iterable[str] = ()) -> None:
    for keeper in keepers_of(holders):
        os.kill(keeper, signal.SIGCONT)
    member.signal_all(signal.SIGCONT)


def end(member: Process, holders: Iterable[str] = ()) -> None:
    """The heartbeat goes first: one that sees the pipe close gives the rows back."""
    for keeper in keepers_of(holders):
        os.kill(keeper, signal.SIGKILL)
    member.kill()


def keepers_of(holders: Iterable[str]) -> list[int]:
    return [keeper for holder in holders for keeper in keepers(holder)]
