"""Looking again and again until something is so."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event

_EVERY_S = 0.05


def until(condition: Callable[[], bool], *, within_s: float) -> bool:
    """Whether it came to be in time."""
    deadline, pause = time.monotonic() + within_s, Event()
    while not (is_so := condition()) and time.monotonic() < deadline:
        pause.wait(_EVERY_S)
    return is_so
