"""A line of CDR: `Master.csv` of `cdr_csv`, of the sample of `cdr_custom`, or with the newer columns of either."""

from __future__ import annotations

import csv
from datetime import tzinfo

from sapa.calls.connectors.asterisk.clock import moment_of
from sapa.calls.connectors.asterisk.rows import CdrRow, Head, Reason, RowRejected, id_of, seconds_long, text_of

_CSV = (
    "account", "src", "dst", "context", "caller_id", "channel", "peer", "app", "app_data", "start", "answer",
    "end", "duration", "talk", "disposition", "ama", "channel_id", "user_field", "peer_account", "linked_id",
    "sequence",
)  # fmt: skip
_CUSTOM = (
    "caller_id", "src", "dst", "context", "channel", "peer", "app", "app_data", "start", "answer", "end",
    "duration", "talk", "disposition", "ama", "account", "channel_id", "user_field", "sequence",
)  # fmt: skip
_FEWEST = 17  # up to the channel's id, without which a line belongs to no call
_DISPOSITIONS = {"ANSWERED", "NO ANSWER", "BUSY", "FAILED", "CONGESTION"}


def row_of(line: bytes, zone: tzinfo) -> CdrRow:
    """Raises `RowRejected`."""
    try:
        (columns,) = csv.reader([text_of(line)], strict=True)
    except (csv.Error, ValueError):
        raise RowRejected(Reason.QUOTES) from None
    if not _FEWEST <= len(columns) <= len(_CSV):
        raise RowRejected(Reason.COLUMNS)
    told = dict(zip(_order(columns), columns, strict=False))
    channel_id = id_of(told["channel_id"])
    linked_id = told.get("linked_id", "")
    if told["disposition"] not in _DISPOSITIONS:
        raise RowRejected(Reason.EVENT)
    return CdrRow(
        moment_of(told["start"], zone, channel_id),
        moment_of(told["answer"], zone, channel_id) if told["answer"] else None,
        moment_of(told["end"], zone, channel_id),
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


def head_of(line: bytes, zone: tzinfo) -> Head:
    """Raises `RowRejected`."""
    row = row_of(line, zone)
    return Head(row.at, row.disposition, row.channel_id, row.linked_id or row.channel_id)


def _order(columns: list[str]) -> tuple[str, ...]:
    """Both have the same number of columns; the outcome stands in another."""
    return _CUSTOM if columns[_CUSTOM.index("disposition")] in _DISPOSITIONS else _CSV
