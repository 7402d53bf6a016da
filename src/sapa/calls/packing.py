"""Rows of the phone system as the stream that PostgreSQL copies in: made where a line is read, in a process beside, and
sent on as it is.

The binary form of COPY (PostgreSQL's manual, "COPY", "Binary Format"): of each row the number of its columns, of each
column its length and its bytes; numbers with the highest byte first.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from struct import Struct

RawRow = tuple[int, int, str, float, bytes]
"""Its id, kind, key, moment and text, as the columns of `PbxRow` stand."""

_BEGIN, _END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_TO_KEY, _TO_TEXT = Struct(">hiqihi"), Struct(">idi")
_COLUMNS, _LONG, _SHORT, _DOUBLE = 5, 8, 2, 8


@dataclass(frozen=True)
class Packed:
    """So many rows; `bool` and `len` as of a list of them."""

    stream: bytes
    count: int

    def __len__(self) -> int:
        return self.count

    def rows(self) -> list[RawRow]:
        stream, rows, place = self.stream, [], len(_BEGIN)
        for _number in range(self.count):
            _, _, id_, _, kind, length = _TO_KEY.unpack_from(stream, place)
            place += _TO_KEY.size
            key, place = stream[place : place + length].decode(), place + length
            _, at, length = _TO_TEXT.unpack_from(stream, place)
            place += _TO_TEXT.size
            rows.append((id_, kind, key, at, stream[place : place + length]))
            place += length
        return rows


def packed(rows: Collection[RawRow]) -> Packed:
    pieces = [_BEGIN]
    for id_, kind, key, at, text in rows:
        name = key.encode()
        pieces += (
            _TO_KEY.pack(_COLUMNS, _LONG, id_, _SHORT, kind, len(name)),
            name,
            _TO_TEXT.pack(_DOUBLE, at, len(text)),
            text,
        )
    return Packed(b"".join((*pieces, _END)), len(rows))
