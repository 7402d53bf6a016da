"""Where a put reads from in tests: a source that breaks, and one that is long without lying in memory."""

from __future__ import annotations

import io


class Broken(io.BytesIO):
    """Gives so many bytes and then fails."""

    def __init__(self, error: BaseException, *, after_bytes: int = 10) -> None:
        super().__init__(b"x" * after_bytes)
        self.error = error

    def read(self, size: int | None = -1) -> bytes:
        chunk = super().read(size)
        if not chunk:
            raise self.error
        return chunk


class Endless(io.BytesIO):
    """So many bytes, made as they are read, and never more at once than 300 kB."""

    def __init__(self, size_bytes: int) -> None:
        super().__init__()
        self.left = size_bytes

    def read(self, size: int | None = -1) -> bytes:
        count = min(self.left, 300_000 if size is None or size < 0 else min(size, 300_000))
        self.left -= count
        return bytes([self.left % 251]) * count
