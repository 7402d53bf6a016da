"""A line of CDR: `Master.csv` of `cdr_csv`, of the sample of `cdr_custom`, or with the newer columns of either; of a
table as JSON (`table_rows`)."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from sapa.calls.connectors.asterisk.clock import moment_of
from sapa.calls.connectors.asterisk.rows import CdrRow, Head, Reason, RowRejected, id_of, seconds_long, text_of, told_in

_CSV = (
    "account", "src", "dst", "context", "caller_id", "channel", "peer", "app", "app_data", "start", "answer",
    "end", "duration", "talk", "disposition", "ama", "channel_id", "user_field", "peer_account", "linked_id",
    "sequence",
)  # fmt: skip
_CUSTOM = (
    "caller_id", "src", "dst", "context", "channel", "peer", "app", "app_data", "start", "answer", "end",
    "duration", "talk", "disposition", "ama", "account", "channel_id", "user_field", "sequence",
)  # fmt: skip
_TABLE = {
    "caller_id": "clid", "src": "src", "dst": "dst", "context": "dcontext", "channel": "channel", "peer": "dstchannel",
    "app": "lastapp", "app_data": "lastdata", "start": "start", "answer": "answer", "end": "end",
    "duration": "duration", "talk": "billsec", "disposition": "disposition", "ama": "amaflags",
    "account": "accountcode", "channel_id": "uniqueid", "user_field": "userfield", "linked_id": "linkedid",
}  # fmt: skip
_FEWEST = 17  # up to the channel's id, without which a line belongs to no call
_DISPOSITIONS = {"ANSWERED", "NO ANSWER", "BUSY", "FAILED", "CONGESTION"}


def row_of(line: bytes, zone: tzinfo) -> CdrRow:
    """Raises `RowRejected`."""
    text = text_of(line)
    if text.startswith("{"):
        return _of_table(told_in(text), zone)
    try:
        (columns,) = csv.reader([text], strict=True)
    except (csv.Error, ValueError):
        raise RowRejected(Reason.QUOTES) from None
    if not _FEWEST <= len(columns) <= len(_CSV):
        raise RowRejected(Reason.COLUMNS)
    told = dict(zip(_order(columns), columns, strict=False))
    channel_id = id_of(told["channel_id"])
    return _row(
        told,
        moment_of(told["start"], zone, channel_id),
        moment_of(told["answer"], zone, channel_id) if told["answer"] else None,
        moment_of(told["end"], zone, channel_id),
    )


def _row(told: Mapping[str, str], at: float, answered_at: float | None, ended_at: float) -> CdrRow:
    channel_id = id_of(told["channel_id"])
    linked_id = told.get("linked_id", "")
    if told["disposition"] not in _DISPOSITIONS:
        raise RowRejected(Reason.EVENT)
    return CdrRow(
        at,
        answered_at,
        ended_at,
        channel_id,
        id_of(linked_id) if linked_id else "",
        told["src"],
        told["dst"],
        told["channel"],
        told["peer"],
        told["app"],
        told["app_data"],
        told["disposition"],
        seconds_long(told["duration"]),
        seconds_long(told["talk"]),
        told["account"],
        told.get("user_field", ""),
    )


def _of_table(told: Mapping[str, Any], zone: tzinfo) -> CdrRow:
    """A table has the columns that the site wants. Where it has not when the call was answered and over, its durations
    tell: they begin with the call, and end with it."""
    columns = {name: _plain(told.get(column, "")) for name, column in _TABLE.items()}
    channel_id = id_of(columns["channel_id"])
    at = moment_of(columns["start"], zone, channel_id)
    is_over, is_answered = (_is_time(columns[name]) for name in ("end", "answer"))
    ended_at = moment_of(columns["end"], zone, channel_id) if is_over else at + seconds_long(columns["duration"])
    answered_at = moment_of(columns["answer"], zone, channel_id) if is_answered else None
    if answered_at is None and columns["disposition"] == "ANSWERED":
        answered_at = max(at, ended_at - seconds_long(columns["talk"]))
    return _row(columns, at, answered_at, ended_at)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _is_time(raw: str) -> bool:
    """And not the year 0, 1970 or 1969, as which a database writes that there is none."""
    return bool(raw) and not raw.startswith(("0", "1970-", "1969-"))


def head_of(line: bytes, zone: tzinfo) -> Head:
    """Raises `RowRejected`."""
    row = row_of(line, zone)
    return Head(row.at, row.disposition, row.channel_id, row.linked_id or row.channel_id)


def _order(columns: list[str]) -> tuple[str, ...]:
    """Both have the same number of columns; the outcome stands in another."""
    return _CUSTOM if columns[_CUSTOM.index("disposition")] in _DISPOSITIONS else _CSV
