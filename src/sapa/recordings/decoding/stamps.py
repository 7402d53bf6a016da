"""The time stamps of a file against the sound that came of it: what vanished in between without a word.

FFmpeg passes over pages of Ogg and frames of FLAC whose check sum is wrong and tells nobody; all that follows would
move to the front. Only these two forms are looked at: in the others nothing vanishes unsaid, and stamps are counted
from packets, or were edited.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from sapa.recordings.decoding.window import Window

STAMPED = frozenset({"ogg", "flac"})
LEAST_GAP_S = 0.01  # less is rounding, and what encoders trim; the shortest packets of voice take 20 ms
LONGEST_PAGE_S = 60.0  # of Ogg; in calls about a second, and a stamp that claims far more is not believed
PAGE_HEAD_BYTES = 27


@dataclass(frozen=True)
class Gap:
    """`seconds` of silence that keep the time; `is_lost` when there was sound, and not just nothing said."""

    seconds: float
    is_lost: bool


class Stamps:
    """Follows the stamps of one stream. They may begin anywhere, and begin anew where one stream of Ogg follows another
    (RFC 3533 §4: chained) or files of FLAC were put together: a jump back, or to another stream, is no gap."""

    def __init__(self, container: str, window: Window, *, promised_s: float, longest_s: float) -> None:
        self._pages = _Pages(window) if container == "ogg" else None
        self.tell_of_gaps = container in STAMPED
        self._promised_s = promised_s if container == "flac" else 0.0  # of chained Ogg it is that of its last stream
        self._longest_s = longest_s
        self._start_s = 0.0
        self._due_s: float | None = None

    def gap_before(self, stamp_s: float | None, length_s: float, place: int | None) -> Gap | None:
        """What lacks before sound of `length_s`, whose packet lies at `place` in the file."""
        if not self.tell_of_gaps:
            return None
        if self._pages is not None and self._pages.turn_to(place):
            self._due_s = None
        if stamp_s is None:
            self.passed(length_s)
            return None
        due_s, self._due_s = self._due_s, stamp_s + length_s
        if due_s is None or stamp_s < due_s - LEAST_GAP_S:
            self._promised_s = self._promised_s if due_s is None else 0.0
            self._start_s = stamp_s
            return None
        if stamp_s - due_s <= LEAST_GAP_S:
            return None
        return self._gap(stamp_s, stamp_s - due_s)

    def passed(self, seconds: float) -> None:
        """Silence was put in the place of a packet, or sound came without a stamp."""
        if self._due_s is not None:
            self._due_s += seconds

    def _gap(self, stamp_s: float, gap_s: float) -> Gap:
        is_believed = stamp_s - self._start_s <= (self._promised_s or self._longest_s)
        if self._pages is None:
            return Gap(gap_s if is_believed else 0.0, is_lost=True)
        lost = self._pages.take_lost()
        is_believed = is_believed and gap_s <= (1 + lost) * LONGEST_PAGE_S
        return Gap(gap_s if is_believed else 0.0, is_lost=lost > 0)


class _Pages:
    """The numbers of pages: one that lacks was lost; where none lacks, whoever wrote the file left time out."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._place: int | None = None
        self._number: tuple[int, int] | None = None
        self._lost = 0

    def turn_to(self, place: int | None) -> bool:
        """Whether another stream begins with the page at `place`."""
        if place is None or place == self._place:
            return False
        self._place, before = place, self._number
        self._number = self._number_at(place)
        if before is None or self._number is None:
            return False
        is_another = self._number[0] != before[0] or self._number[1] <= before[1]
        self._lost = 0 if is_another else self._lost + self._number[1] - before[1] - 1
        return is_another

    def take_lost(self) -> int:
        """How many were lost since this was asked; of Speex FFmpeg tells the right time only a page later."""
        lost, self._lost = self._lost, 0
        return lost

    def _number_at(self, place: int) -> tuple[int, int] | None:
        """The serial number of its stream, and its own in there (RFC 3533 §6)."""
        head = self._window.at(place, PAGE_HEAD_BYTES)
        if len(head) < PAGE_HEAD_BYTES or head[:4] != b"OggS":
            return None
        serial, number = struct.unpack("<II", head[14:22])
        return serial, number
