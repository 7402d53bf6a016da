"""A line of `queue_log`: `epoch|call|queue|agent|EVENT|data…`."""

from __future__ import annotations

import re
from datetime import tzinfo

from sapa.calls.connectors.asterisk.rows import QueueRow, Reason, RowRejected, id_of, seconds_at, text_of

NO_CALL = {"NONE", "REALTIME", "MANAGER", "CLI", ""}
_EVENT = re.compile(r"[A-Za-z][A-Za-z0-9_ -]{0,39}")
_MOST_COLUMNS = 40


def row_of(line: bytes, _zone: tzinfo | None = None) -> QueueRow:
    """Raises `RowRejected`."""
    at, call, queue, agent, event, *data = _columns(text_of(line))
    if not _EVENT.fullmatch(event):
        raise RowRejected(Reason.EVENT)
    return QueueRow(
        seconds_at(at),
        "" if call in NO_CALL else id_of(call),
        "" if queue == "NONE" else queue[:100],
        "" if agent == "NONE" else agent[:100],
        event,
        tuple(data),
    )


def _columns(text: str) -> list[str]:
    columns = text.split("|", _MOST_COLUMNS)
    if not 5 <= len(columns) <= _MOST_COLUMNS:
        raise RowRejected(Reason.COLUMNS)
    return columns
