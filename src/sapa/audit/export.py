"""The trail as a table or as lines of JSON, one row at a time. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from sapa.audit.models import AuditEntry
from sapa.core.tables import table_line

COLUMNS = (
    "number", "id", "at", "last_at", "person", "verb", "subject", "start_s", "end_s", "details", "seal",
)  # fmt: skip


def csv_lines(entries: Iterable[AuditEntry]) -> Iterator[str]:
    yield table_line(COLUMNS)
    for entry in entries:
        yield table_line([_cell(value) for value in row_of(entry).values()])


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


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return _time(value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""
    return value


def _time(value: datetime) -> str:
    return value.isoformat(timespec="seconds")
