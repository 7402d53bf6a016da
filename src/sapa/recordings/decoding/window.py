"""The bytes of a recording as the decoder may see them: read-only, from behind the tags at its front."""

from __future__ import annotations

import os

ID3_HEAD_BYTES = 10
MOST_TAGS = 4
MOST_PADDING_BYTES = 1 << 16


class Window:
    """A file by its open handle, from `start`; reading moves nothing but our own place in it."""

    def __init__(self, handle: int, *, start: int = 0) -> None:
        self._handle = handle
        self._start = start
        self.size_bytes = max(0, os.fstat(handle).st_size - start)
        self._at = 0

    def read(self, count: int = -1) -> bytes:
        left = max(0, self.size_bytes - self._at)
        content = os.pread(self._handle, left if count < 0 else min(count, left), self._start + self._at)
        self._at += len(content)
        return content

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size_bytes}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def at(self, place: int, count: int) -> bytes:
        """Some bytes, wherever reading is; fewer at the end, none outside."""
        if place < 0 or place >= self.size_bytes:
            return b""
        return os.pread(self._handle, min(count, self.size_bytes - place), self._start + place)

    def behind_tags(self) -> Window:
        """What follows ID3v2 tags (id3.org, ID3v2.4 §3.1), whose pictures may be of any size and are never read."""
        start, skipped = self._start, self
        for _ in range(MOST_TAGS):
            head = skipped.at(0, ID3_HEAD_BYTES)
            if len(head) < ID3_HEAD_BYTES or head[:3] != b"ID3":
                break
            size = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
            has_footer = head[5] & 0x10
            start += ID3_HEAD_BYTES + size + (ID3_HEAD_BYTES if has_footer else 0)
            skipped = Window(self._handle, start=start)
        if start == self._start:
            return self
        padding = skipped.at(0, MOST_PADDING_BYTES)
        return Window(self._handle, start=start + len(padding) - len(padding.lstrip(b"\0")))
