"""A line of `queue_log`: `epoch|call|queue|agent|EVENT|data…`."""

from __future__ import annotations

import re
from datetime import tzinfo
from functools import lru_cache

from sapa.calls.connectors.asterisk.rows import Head, QueueRow, Reason, RowRejected, id_of, seconds_at, text_of

NO_CALL = {"NONE", "REALTIME", "MANAGER", "CLI", ""}
_EVENT = re.compile(r"[A-Za-z][A-Za-z0-9_ -]{0,39}")
_MOST_COLUMNS = 40


def row_of(line: bytes, _zone: tzinfo | None = None) -> QueueRow:
    """Raises `RowRejected`."""
    columns = _columns(text_of(line))
    at, event, call, _ = _head(columns)
    queue, agent = columns[2:4]
    return QueueRow(
        at,
        call,
        "" if queue == "NONE" else queue[:100],
        "" if agent == "NONE" else agent[:100],
        event,
        tuple(columns[5:]),
    )


def head_of(line: bytes, _zone: tzinfo | None = None) -> Head:
    """Raises `RowRejected`."""
    return _head(_columns(text_of(line)))


def _head(columns: list[str]) -> Head:
    event, call = columns[4], columns[1]
    if not is_event(event):
        raise RowRejected(Reason.EVENT)
    at, call = seconds_at(columns[0]), "" if call in NO_CALL else id_of(call)
    return Head(at, event, call, call)


@lru_cache(maxsize=256)
def is_event(name: str) -> bool:
    return _EVENT.fullmatch(name) is not None


def _columns(text: str) -> list[str]:
    columns = text.split("|", _MOST_COLUMNS)
    if not 5 <= len(columns) <= _MOST_COLUMNS:
        raise RowRejected(Reason.COLUMNS)
    return columns
