"""A clock of the phone system that was set back between two lines of a log: the order of the lines tells (ADR 22).

By their times alone such rows would be a call that ends before it begins. A clock that was set forward no row tells
from time that went by.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from operator import itemgetter
from typing import TypeVar

from sapa.calls.connectors.asterisk.rows import CdrRow, CelRow, QueueRow, Row
from sapa.calls.types import PLACES

_BY_CHANCE_S = 1.0  # a log of whole seconds, or two that write in one moment, are so much out of order
_A_MOMENT_S = 2**-6  # exact in seconds since 1970 and in microseconds
_FAR_BACK_S, _MOST_SET = 2 * 3600.0, 2  # a clock of a wrong zone, or of daylight saving, is set by an hour as a rule
_LESS_THAN_NONE = re.compile(r"-\d+", re.ASCII)
_COUNTS = {
    "CONNECT", "COMPLETEAGENT", "COMPLETECALLER", "ABANDON", "EXITWITHTIMEOUT", "EXITEMPTY", "EXITWITHKEY", "WITHDRAW",
    "RINGNOANSWER", "BLINDTRANSFER", "ATTENDEDTRANSFER", "TRANSFER",
}  # fmt: skip
_Timed = TypeVar("_Timed", QueueRow, CelRow)


def is_told_backwards(rows: Iterable[Row]) -> bool:
    """Whether these rows of a call say that its clock was set back meanwhile: somebody waited or talked for less than
    no time, something happened to a channel before it was made or after it was gone."""
    channels: dict[str, list[CelRow]] = defaultdict(list)
    for row in rows:
        if isinstance(row, CelRow):
            channels[row.channel_id].append(row)
        elif isinstance(row, CdrRow):
            if row.duration_s < 0:  # in autumn its local times alone end before they begin
                return True
        elif row.event in _COUNTS and any(_LESS_THAN_NONE.fullmatch(told) for told in row.data):
            return True
    return any(_is_backwards(told) for told in channels.values())


def _is_backwards(rows: list[CelRow]) -> bool:
    """Of one channel."""
    made_at = min((row.at for row in rows if row.event == "CHAN_START"), default=float("-inf"))
    gone_at = max((row.at for row in rows if row.event == "CHAN_END"), default=float("inf"))
    return any(not made_at - _BY_CHANCE_S <= row.at <= gone_at + _BY_CHANCE_S for row in rows)


def is_archive(rows: Iterable[tuple[int, Row]]) -> bool:
    """Whether a log holds these rows in another order than they were written in, as when its newest part was put first:
    that far back, and behind all that follows, no clock is set; and none is set back again and again."""
    ordered = [row.at for _, row in sorted(rows, key=itemgetter(0))]
    begins = [place for place in range(1, len(ordered)) if ordered[place] < ordered[place - 1] - _BY_CHANCE_S]
    if not begins or len(begins) > _MOST_SET:
        return bool(begins)
    ends = [*begins[1:], len(ordered)]
    return any(
        ordered[begin - 1] - ordered[begin] > _FAR_BACK_S and max(ordered[begin:end]) <= min(ordered[:begin])
        for begin, end in zip(begins, ends, strict=True)
    )


def put_in_order(rows: Iterable[tuple[int, _Timed]]) -> tuple[list[tuple[int, _Timed]], set[int]]:
    """Rows with their numbers, and the numbers of those before which the clock was set back. Each log is written line
    after line; what stands before one of an earlier time is put as much earlier, a moment before it: what went by
    between the two nobody knows. So the clock as it was set last is believed."""
    placed: list[tuple[int, _Timed]] = []
    set_back: set[int] = set()
    behind: tuple[int, float] | None = None
    back_s = 0.0
    for place, row in sorted(rows, key=itemgetter(0), reverse=True):
        if behind is None or behind[0] // PLACES != place // PLACES:
            behind, back_s = None, 0.0
        at = row.at - back_s
        if behind is not None and at > behind[1] + _BY_CHANCE_S:
            set_back.add(behind[0])
            back_s += at - (behind[1] - _A_MOMENT_S)
            at = behind[1] - _A_MOMENT_S
        behind = (place, at if behind is None else min(at, behind[1]))
        placed.append((place, row._replace(at=at) if back_s else row))
    return placed, set_back
