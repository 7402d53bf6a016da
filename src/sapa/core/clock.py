"""The only place that reads the wall clock, so tests can stop it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime


def _wall_clock() -> datetime:
    return datetime.now(tz=UTC)


# Tests put another reader here. `now_at` is imported by name everywhere, so the reader is what is exchanged.
reader: Callable[[], datetime] = _wall_clock


def now_at() -> datetime:
    return reader()
