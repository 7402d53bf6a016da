"""A line now and then, so that hours of copying do not look like a program that hangs."""

from __future__ import annotations

import time
from typing import Protocol

EVERY_S = 5.0


class Lines(Protocol):
    """What a command writes its lines to."""

    def write(self, line: str) -> None: ...


class Progress:
    def __init__(self, out: Lines) -> None:
        self.out = out
        self.last_s = time.monotonic()

    def count(self, done: int, of: int, size_bytes: int) -> None:
        if time.monotonic() - self.last_s >= EVERY_S:
            self.last_s = time.monotonic()
            self.say(f"{done} of {of} recordings, {size_bytes / 1e6:.0f} MB")

    def say(self, line: str) -> None:
        self.out.write(line)
