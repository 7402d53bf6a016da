"""A stored object as a file that can be read from anywhere in it, by ranges, little by little.

Reading on from where the last block ended asks for more each time, so a decoder that reads it all makes few requests;
after a jump, as a player makes, the first block is small again.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

FIRST_BLOCK_BYTES = 256 << 10
LARGEST_BLOCK_BYTES = 4 << 20


class S3File(io.RawIOBase):
    """`fetch(first, last)` gives the bytes of an inclusive range. Not for two threads at once, as no file is."""

    def __init__(self, size_bytes: int, fetch: Callable[[int, int], bytes]) -> None:
        super().__init__()
        self._size_bytes = size_bytes
        self._fetch = fetch
        self._at = 0
        self._block = b""
        self._block_at = 0
        self._next_bytes = FIRST_BLOCK_BYTES

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size_bytes}[whence]
        if base + offset < 0:
            raise ValueError("a place before the start of the file")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        target = memoryview(buffer).cast("B")
        if not target or self._at >= self._size_bytes:
            return 0
        start = self._at - self._block_at
        if not 0 <= start < len(self._block):
            self._fill()
            start = 0
        piece = self._block[start : start + len(target)]
        target[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _fill(self) -> None:
        goes_on = self._at == self._block_at + len(self._block) and self._at > 0
        self._next_bytes = min(LARGEST_BLOCK_BYTES, self._next_bytes * 2) if goes_on else FIRST_BLOCK_BYTES
        last = min(self._at + self._next_bytes, self._size_bytes) - 1
        self._block = b""  # not two blocks in memory at once
        self._block, self._block_at = self._fetch(self._at, last), self._at
        if len(self._block) != last - self._at + 1:
            raise OSError(f"{len(self._block)} bytes came of {last - self._at + 1}")

    def close(self) -> None:
        self._block = b""
        super().close()
