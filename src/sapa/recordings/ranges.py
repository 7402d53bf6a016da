"""HTTP ranges (RFC 9110 §14): which bytes of a stored recording a request asks for, and which seconds they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np

from sapa.recordings.types import PLACE_EVERY_S

_ONE_RANGE = re.compile(r"bytes\s*=\s*(\d*)\s*-\s*(\d*)", re.ASCII | re.IGNORECASE)
_MEDIA_TYPES = {
    "wav": "audio/wav", "mp3": "audio/mpeg", "ogg": "audio/ogg", "flac": "audio/flac", "mp4": "audio/mp4",
    "amr": "audio/amr",
}  # fmt: skip
_CONTAINERS = {".opus": "ogg", ".oga": "ogg", ".m4a": "mp4", ".3gp": "mp4", ".awb": "amr"}


@dataclass(frozen=True)
class ByteRange:
    """Bytes `first`…`last`, both included, of `size_bytes`; empty when `last` is before `first`."""

    first: int
    last: int
    size_bytes: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1

    @property
    def content_range(self) -> str:
        return f"bytes {self.first}-{self.last}/{self.size_bytes}"

    def shortened(self, longest_bytes: int) -> ByteRange:
        """Its beginning. A 206 may hold less than was asked for (RFC 9110 §15.3.7); players then ask for the rest."""
        return ByteRange(self.first, min(self.last, self.first + longest_bytes - 1), self.size_bytes)


class RangeUnsatisfiable(Exception):
    """The request asks for bytes past the end: 416."""


def range_asked(header: str, size_bytes: int) -> ByteRange | None:
    """None when the whole is to be sent: no header, another unit, several ranges, or nonsense, as the RFC allows.

    Raises `RangeUnsatisfiable`.
    """
    found = _ONE_RANGE.fullmatch(header.strip())
    if found is None or found.groups() == ("", "") or len(header) > 60:
        return None
    first_text, last_text = found.groups()
    if not first_text:
        length = min(int(last_text), size_bytes)
        if length == 0:
            raise RangeUnsatisfiable
        return ByteRange(size_bytes - length, size_bytes - 1, size_bytes)
    first = int(first_text)
    last = min(int(last_text), size_bytes - 1) if last_text else size_bytes - 1
    if last_text and int(last_text) < first:
        return None
    if first >= size_bytes:
        raise RangeUnsatisfiable
    return ByteRange(first, last, size_bytes)


def seconds_of(bytes_sent: ByteRange, duration_s: float, places: Sequence[int] = ()) -> tuple[float, float]:
    """The stretch of sound that these bytes hold. `places` are the bytes before each further `PLACE_EVERY_S`; without
    them bytes are taken as evenly spread, which is exact but for the header in a WAV."""
    if bytes_sent.size_bytes <= 0:
        return 0.0, 0.0
    at_bytes, at_s = [0.0], [0.0]
    for number, place in enumerate(places):
        if at_bytes[-1] < place < bytes_sent.size_bytes:
            at_bytes.append(float(place))
            at_s.append(min(number * PLACE_EVERY_S, duration_s))
    at_bytes.append(float(bytes_sent.size_bytes))
    at_s.append(duration_s)
    start_s, end_s = np.interp([bytes_sent.first, bytes_sent.last + 1], at_bytes, at_s)
    return round(float(start_s), 2), round(float(end_s), 2)


def media_type_of_form(container: str) -> str | None:
    return _MEDIA_TYPES.get(container)


def media_type_of_name(file_name: str) -> str:
    """For a file whose form has not been looked at."""
    suffix = PurePath(file_name).suffix.lower()
    return _MEDIA_TYPES.get(_CONTAINERS.get(suffix, suffix.removeprefix(".")), "audio/wav")
