"""What was read from the database, remembered by this process for a while."""

from __future__ import annotations

import time
from collections.abc import Hashable
from typing import Generic, TypeVar

MOST_KEYS = 1_000
Value = TypeVar("Value")


class Remembered(Generic[Value]):
    """For so many seconds from when it was read. Only for what may be that old."""

    def __init__(self, for_s: float) -> None:
        self._for_s = for_s
        self._kept: dict[Hashable, tuple[float, Value]] = {}

    def get(self, key: Hashable) -> Value | None:
        until_s, value = self._kept.get(key, (0.0, None))
        return value if time.monotonic() < until_s else None

    def put(self, key: Hashable, value: Value) -> None:
        if len(self._kept) >= MOST_KEYS:
            self._kept.clear()
        self._kept[key] = time.monotonic() + self._for_s, value
