"""Python's search for circles, left off while many values are made that hold none."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def circles_left() -> Iterator[None]:
    """Values that nothing holds go at once all the same; only circles of them stay until later. Thousands of rows in
    memory make the search, which looks at all of them again and again, a third of the whole work."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
