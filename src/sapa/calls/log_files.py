"""Logs of a phone system as lines with their place: known by their beginning, read on from where it was left.

A line that has no end yet is left for the next time. A packed copy is read as its text; places count unpacked bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

HEAD_BYTES = 256
LONGEST_RECORD = 65_536
_GZIP = b"\x1f\x8b"
_AT_ONCE = 1 << 20


class Line(NamedTuple):
    """`place`: bytes of text before it. Without its newline."""

    place: int
    text: bytes


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Raises `OSError`; a packed file that is cut off or damaged is one."""
    with path.open("rb") as plain:
        is_packed = plain.read(2) == _GZIP
        plain.seek(0)
        if not is_packed:
            yield plain
            return
        try:
            with gzip.GzipFile(fileobj=plain) as unpacked:
                yield unpacked  # type: ignore[misc]
        except (EOFError, zlib.error) as exc:
            raise OSError(f"{path} is packed, and damaged: {exc}") from exc


def head_of(source: IO[bytes], size: int = HEAD_BYTES, *, is_finished: bool = False) -> bytes:
    """Its first so many bytes, of a shorter file that may grow those of its whole lines. Leaves it at its beginning."""
    source.seek(0)
    head = source.read(size)
    source.seek(0)
    return head if len(head) == size or is_finished else head[: head.rfind(b"\n") + 1]


def digest_of(head: bytes) -> str:
    return hashlib.sha256(head).hexdigest()


def lines_of(
    source: IO[bytes], *, start: int, is_quoted: bool, is_finished: bool = False
) -> Iterator[tuple[int, bytes]]:
    """Whole lines from there on with their places, as in `Line`; of a file that is finished what stands behind the last
    newline too. With `is_quoted` a newline between quotes ends none. Of a line without an end, like the zeros of a disk
    that was cut off, only the beginning is given."""
    source.seek(start)
    place, rest, is_endless = start, b"", False
    while piece := source.read(_AT_ONCE):
        whole = rest + piece
        begin = 0
        if is_endless:
            begin = whole.find(b"\n") + 1 or len(whole)
            is_endless = whole[begin - 1 : begin] != b"\n"
        while (end := whole.find(b"\n", begin)) >= 0:
            if is_quoted and whole.count(b'"', begin, end) % 2 and (end := _end_of_quoted(whole, begin, end)) < 0:
                break
            yield place + begin, whole[begin:end].rstrip(b"\r")
            begin = end + 1
        if len(whole) - begin > LONGEST_RECORD:
            yield place + begin, whole[begin : begin + LONGEST_RECORD]
            begin, is_endless = len(whole), True
        place += begin
        rest = whole[begin:]
    if is_finished and rest and not is_endless:
        yield place, rest.rstrip(b"\r")


def _end_of_quoted(text: bytes, begin: int, end: int) -> int:
    """Where the newline is that ends the line which begins there; -1 while it is not here. `end`: its first newline. A
    quote that nothing closes does not swallow what follows: a line that begins with a quote is a new one, and so is any
    after some kilobytes."""
    first, from_, quotes = end, begin, 0
    while end >= 0:
        quotes += text.count(b'"', from_, end)
        if quotes % 2 == 0 or text[end + 1 : end + 2] in (b'"', b"{"):
            return end
        if end - begin > LONGEST_RECORD:
            return first
        from_, end = end, text.find(b"\n", end + 1)
    return first if first >= 0 and len(text) - begin > LONGEST_RECORD else -1
