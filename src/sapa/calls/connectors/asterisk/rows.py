"""What one line of Asterisk's records says, as a value.

Times are seconds since 1970 (UTC). Empty text is what the line left empty. Source: docs.asterisk.org, Queue Logs, CEL
and CDR Specification; the column orders of `cel_custom.conf.sample`, `cdr_custom.conf.sample` and `cdr_csv`.
"""

from __future__ import annotations

import json
import re
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

LONGEST_LINE = 16_384
_EARLIEST, _LATEST = 946_684_800.0, 4_102_444_800.0  # the years 2000 to 2100
_ID = re.compile(r"[\w.:+-]{1,150}", re.ASCII)


class Reason(StrEnum):
    """Why a line is no row."""

    COLUMNS = "columns"
    """Too few of them, or too many."""
    TIME = "time"
    """Not a time, or not one of the years 2000 to 2100."""
    CALL = "call"
    """It does not say which call, or which channel."""
    EVENT = "event"
    NUMBER = "number"
    """A duration that is none."""
    QUOTES = "quotes"
    SIGNS = "signs"
    """Zero bytes: a disk that was cut off writes them."""
    LENGTH = "length"


class RowRejected(Exception):
    """This line is no row. It is kept with the reason; the lines around it count."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class QueueRow(NamedTuple):
    """A line of `queue_log`. `call` is the caller's channel; empty for what belongs to no call, like a pause."""

    at: float
    call: str
    queue: str
    agent: str
    event: str
    data: tuple[str, ...]


class CelRow(NamedTuple):
    """An event of one channel. `extra` is JSON as it came; `user_event` the name of an event of the site's own."""

    at: float
    event: str
    channel_id: str
    linked_id: str
    channel: str
    caller_name: str
    caller_number: str
    dialled: str
    exten: str
    context: str
    app: str
    app_data: str
    peer: str
    account: str
    user_field: str
    user_event: str
    extra: str


class CdrRow(NamedTuple):
    """What the exchange would bill. `linked_id` is empty where the site does not write it."""

    at: float
    answered_at: float | None
    ended_at: float
    channel_id: str
    linked_id: str
    caller_number: str
    dialled: str
    channel: str
    peer: str
    app: str
    app_data: str
    disposition: str
    duration_s: float
    talk_s: float
    account: str
    user_field: str


Row: TypeAlias = QueueRow | CelRow | CdrRow


class Head(NamedTuple):
    """What a row is kept by, of a line as good as the whole row: `call` is the call that it names, or the channel where
    it names no more; empty for what belongs to no call."""

    at: float
    event: str
    channel: str
    call: str


def text_of(line: bytes) -> str:
    """Names may be of an older encoding: what is not UTF-8 becomes a question mark here; the bytes are kept."""
    if len(line) > LONGEST_LINE:
        raise RowRejected(Reason.LENGTH)
    if b"\0" in line:
        raise RowRejected(Reason.SIGNS)
    return line.decode("utf-8", errors="replace")


def told_in(text: str) -> dict[str, Any]:
    """Of a line that is a JSON object; names are in small letters. A zero byte may hide in an escape."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):  # the second of thousands of brackets in one another
        raise RowRejected(Reason.QUOTES) from None
    if "\\u0000" in text and any("\0" in value for value in told.values() if isinstance(value, str)):
        raise RowRejected(Reason.SIGNS)
    return {str(key).lower(): value for key, value in told.items()}


def seconds_at(raw: str | bytes) -> float:
    """Of a time in seconds since 1970."""
    try:
        at = float(raw)
    except ValueError:
        raise RowRejected(Reason.TIME) from None
    if not _EARLIEST <= at < _LATEST:
        raise RowRejected(Reason.TIME)
    return at


def seconds_long(raw: str) -> float:
    """Of a duration: less than none where the clock was set back meanwhile."""
    try:
        seconds = float(raw)
    except ValueError:
        raise RowRejected(Reason.NUMBER) from None
    if not -1e8 < seconds < 1e8:
        raise RowRejected(Reason.NUMBER)
    return seconds


@lru_cache(maxsize=4096)  # a call's rows follow one another
def id_of(raw: str) -> str:
    if not _ID.fullmatch(raw):
        raise RowRejected(Reason.CALL)
    return raw
