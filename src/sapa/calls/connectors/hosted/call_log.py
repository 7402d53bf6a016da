"""A call log, a CSV with one line for each call: every line is a `call` event whose fields are the columns (ADR 24).

A row is kept as JSON of column and value as it came, since what the columns are stands in another line.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from sapa.calls.connectors.hosted.events import (
    FIELDS,
    LONGEST_EVENT,
    Event,
    EventReason,
    EventRejected,
    HostedEvent,
    facts_in,
    name_in,
)

COLUMNS = ("call_id", *FIELDS[Event.CALL])
_NEEDED = ("call_id", "started_at")


@dataclass(frozen=True)
class Header:
    columns: tuple[str, ...]
    delimiter: str

    def as_json(self, line: bytes) -> bytes:
        """Of a line of this log, as its row is kept. Raises `EventRejected`."""
        values = _values(line, self.delimiter)
        if len(values) != len(self.columns):
            raise EventRejected(EventReason.COLUMNS, f"{len(values)} columns; the header has {len(self.columns)}")
        told = {name: value for name, value in zip(self.columns, values, strict=True) if value}
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def header_of(line: bytes) -> Header:
    """Raises `ValueError` that says what is wrong with it."""
    text = line.decode("utf-8-sig", errors="replace")
    delimiter = ";" if text.count(";") > text.count(",") else ","
    try:
        (names,) = csv.reader([text], delimiter=delimiter, strict=True)
    except (csv.Error, ValueError):
        raise ValueError(f"the first line is no header; columns are {', '.join(COLUMNS)}") from None
    columns = tuple(name.strip().lower() for name in names)
    strange = [name for name in columns if name not in COLUMNS]
    if strange:
        raise ValueError(f"{strange[0][:60]!a} is no known column; known are {', '.join(COLUMNS)}")
    for name in columns:
        if columns.count(name) > 1:
            raise ValueError(f"there are two columns {name}")
    for name in _NEEDED:
        if name not in columns:
            raise ValueError(f"there is no column {name}")
    return Header(columns, delimiter)


def _values(line: bytes, delimiter: str) -> Sequence[str]:
    if len(line) > LONGEST_EVENT:
        raise EventRejected(EventReason.LENGTH, "over 16 kB")
    try:
        text = line.decode()
    except UnicodeDecodeError:
        raise EventRejected(EventReason.SIGNS, "it is not UTF-8") from None
    if "\0" in text:
        raise EventRejected(EventReason.SIGNS, "it holds zero bytes")
    try:
        (values,) = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    except (csv.Error, ValueError):
        raise EventRejected(EventReason.QUOTES, "a quote is opened and not closed") from None
    return [value.strip() for value in values]


def row_of(raw: bytes, zone: tzinfo) -> HostedEvent:
    """`raw`: as `Header.as_json` made it. Raises `EventRejected`."""
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        raise EventRejected(EventReason.JSON, "it is no JSON") from None
    facts = facts_in(told, FIELDS[Event.CALL], zone)
    at = next(value for name, value in facts if name == "started_at")
    return HostedEvent(float(at), 0, Event.CALL, name_in(told, "call_id", EventReason.CALL), "", 0, facts)
