"""The trail as a table or as lines of JSON, one row at a time. Pure.

A cell of the table that a spreadsheet would take for a formula begins with an apostrophe: names and labels are
written by people.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from sapa.audit.models import AuditEntry

COLUMNS = (
    "number", "id", "at", "last_at", "person", "verb", "subject", "start_s", "end_s", "details", "seal",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(entries: Iterable[AuditEntry]) -> Iterator[str]:
    yield _line(COLUMNS)
    for entry in entries:
        yield _line([_cell(value) for value in row_of(entry).values()])


def json_lines(entries: Iterable[AuditEntry]) -> Iterator[str]:
    for entry in entries:
        yield json.dumps(row_of(entry), ensure_ascii=False, default=_time) + "\n"


FORMS: dict[str, Callable[[Iterable[AuditEntry]], Iterator[str]]] = {"csv": csv_lines, "jsonl": json_lines}


def row_of(entry: AuditEntry) -> dict[str, Any]:
    """`person` is the name to sign in with; empty for the machine and the command line."""
    person = entry.person.get_username() if entry.person else ""
    values = (
        entry.number, entry.pk, entry.at, entry.last_at, person, entry.verb, entry.subject,
        entry.start_s, entry.end_s, entry.details, entry.seal,
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def _line(cells: Iterable[Any]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return _time(value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value


def _time(value: datetime) -> str:
    return value.isoformat(timespec="seconds")
