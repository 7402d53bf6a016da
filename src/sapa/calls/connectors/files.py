"""Metadata beside a recording: `call.json` or a row of a CSV in the same folder that names the file.

Columns and keys: file, call_id, agent, customer_number, customer_name, direction, queue, started_at,
call_type, outcome, language, agent_channel, agent_file, agent_offset_s. All may be absent; unknown ones are kept in
the raw event. `agent_file` names the agent's own recording in the same folder; then the one described is the
customer's.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from math import inf
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sapa.calls.errors import MetadataInvalid
from sapa.calls.numbers import number_e164
from sapa.calls.sidecars import MOST_JSON_MB, MOST_TABLE_MB, is_sidecar, sidecar_bytes
from sapa.calls.types import CallFacts, Direction
from sapa.core.clock import now_at

KNOWN_KEYS = (
    "file",
    "call_id",
    "agent",
    "customer_number",
    "customer_name",
    "direction",
    "queue",
    "started_at",
    "call_type",
    "outcome",
    "language",
    "agent_channel",
    "agent_file",
    "agent_offset_s",
)
# As long as the columns they are kept in (a test compares): PostgreSQL refuses more, SQLite does not.
LONGEST = {
    "call_id": 150,
    "agent": 100,
    "customer_number": 40,
    "customer_name": 100,
    "queue": 100,
    "call_type": 40,
    "outcome": 100,
    "language": 10,
}
LONGEST_FILE_NAME = 255
LONGEST_OFFSET_S = 12 * 3600.0
# A phone system whose clock is wrong, or a field that was never filled; and the ends of the calendar are in no zone.
FIRST_YEAR = 1970
MOST_AHEAD = timedelta(days=366)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z]{2,4})?")


@dataclass(frozen=True)
class Reading:
    """How to read what the metadata leaves open: the country of short numbers, the zone of plain times."""

    phone_region: str
    time_zone: str

    @property
    def zone(self) -> tzinfo:
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True)
class Beside:
    """The tables of a folder, and by the name of an agent's file the customer's, where its metadata names two. Looked
    up once for many files: to find the tables among 100,000 recordings takes longer than to take one of them."""

    tables: tuple[Path, ...] = ()
    customers: Mapping[str, str] = field(default_factory=dict)


def beside_in(folder: Path) -> Beside:
    """A table that cannot be read tells of nobody here; the recordings that have only tables are refused with it."""
    tables = _tables_in(folder)
    customers = dict(_agent_files_of_jsons(folder, folder.stat().st_mtime_ns))
    for table in reversed(tables):
        with suppress(MetadataInvalid):
            customers |= _agent_files_of(_rows_of(table))
    return Beside(tables, {agents: customer for agents, customer in customers.items() if agents != customer})


def metadata_beside(recording: Path, beside: Beside | None = None) -> dict[str, Any]:
    """The metadata of one recording, `{}` when there is none. Raises `MetadataInvalid`, also for a table that cannot
    be read, where nothing else tells of the recording: that one might."""
    own = recording.with_suffix(".json")
    if is_sidecar(own):
        return _json_object(own)
    broken: MetadataInvalid | None = None
    for table in beside.tables if beside else _tables_in(recording.parent):
        try:
            row = _rows_of(table).get(recording.name)
        except MetadataInvalid as exc:
            broken = broken or exc
            continue
        if row is not None:
            return {key: value for key, value in row.items() if key and value}
    if broken is not None:
        raise broken
    return {}


def customer_file_of(recording: Path, beside: Beside | None = None) -> Path | None:
    """The recording whose metadata names this one as the agent's file of the same call."""
    customer = (beside or beside_in(recording.parent)).customers.get(recording.name)
    return recording.with_name(customer) if customer else None


def facts_from_metadata(metadata: Mapping[str, Any], *, where: str, reading: Reading) -> CallFacts:
    """Raises `MetadataInvalid` naming the field and what it may hold."""
    for key, value in metadata.items():
        if "\0" in str(value):
            raise MetadataInvalid(where, f"{key} holds a zero character")

    def text(key: str) -> str:
        value = metadata.get(key)
        return _within("" if value is None else str(value).strip(), key, where)

    return CallFacts(
        external_id=text("call_id"),
        direction=_direction(text("direction"), where),
        queue=text("queue"),
        agent_name=text("agent"),
        customer_number=number_e164(text("customer_number"), reading.phone_region),
        customer_name=text("customer_name"),
        started_at=_time(text("started_at"), where, reading.zone),
        call_type=text("call_type"),
        outcome=text("outcome"),
        language=_language(text("language"), where),
        agent_channel=_channel(text("agent_channel"), where),
        agent_file=_plain_name(text("agent_file"), where),
        agent_offset_s=offset_from_text(text("agent_offset_s"), where=where),
    )


def offset_from_text(raw: str, *, where: str) -> float | None:
    """Seconds, with a point or, as spreadsheets of half the world write it, a comma. Raises `MetadataInvalid`."""
    if not raw:
        return None
    try:
        offset_s = float(raw.replace(",", "."))
    except ValueError:
        offset_s = inf
    if not abs(offset_s) <= LONGEST_OFFSET_S:
        raise MetadataInvalid(where, f"agent_offset_s {raw!r} is not a number of seconds like 1.25 or -0.4")
    return offset_s


def _within(raw: str, key: str, where: str) -> str:
    if key in LONGEST and len(raw) > LONGEST[key]:
        raise MetadataInvalid(where, f"{key} is longer than {LONGEST[key]} characters")
    return raw


def _direction(raw: str, where: str) -> Direction:
    try:
        return Direction(raw.lower())
    except ValueError as exc:
        raise MetadataInvalid(where, f"direction {raw!r} is not inbound, outbound or internal") from exc


def _time(raw: str, where: str, zone: tzinfo) -> datetime | None:
    if not raw:
        return None
    try:
        told = datetime.fromisoformat(raw)
    except ValueError as exc:
        raise MetadataInvalid(where, f"started_at {raw!r} is not a time like 2026-11-21T14:05:00+05:00") from exc
    if FIRST_YEAR <= told.year <= (now_at() + MOST_AHEAD).year:
        moment = (told if told.tzinfo else told.replace(tzinfo=zone)).astimezone(UTC)
        if moment <= now_at() + MOST_AHEAD:
            return moment
    raise MetadataInvalid(where, f"started_at {raw!r} is not between 1970-01-01 and a year from now")


def _language(raw: str, where: str) -> str:
    """What kind of word it is; whether the speech engine knows it, is asked where the call is taken."""
    code = raw.lower()
    if code in {"", "auto"}:
        return ""
    if not _LANGUAGE.fullmatch(code):
        raise MetadataInvalid(where, f"language {raw!r} is not a code like en or kk, nor auto")
    return code


def _channel(raw: str, where: str) -> int | None:
    if raw in {"", "auto"}:
        return None
    if raw not in {"0", "1"}:
        raise MetadataInvalid(where, f"agent_channel {raw!r} is not 0, 1 or auto")
    return int(raw)


def _plain_name(raw: str, where: str) -> str:
    if raw in {".", ".."} or "/" in raw or "\\" in raw or len(raw) > LONGEST_FILE_NAME:
        raise MetadataInvalid(where, f"agent_file {raw!r} is not the name of a file in the same folder")
    return raw


def _json_object(path: Path) -> dict[str, Any]:
    try:
        source = sidecar_bytes(path, MOST_JSON_MB).decode("utf-8-sig")
        content = json.loads(source, parse_constant=_no_number)
        json.dumps(content, allow_nan=False, ensure_ascii=False).encode()  # 1e400 and lone surrogates end here
    except (OSError, ValueError, RecursionError) as exc:
        raise MetadataInvalid(path.name, f"is not JSON: {exc}") from exc
    if "\\u0000" in source:
        raise MetadataInvalid(path.name, "holds a zero character")
    if not isinstance(content, dict):
        raise MetadataInvalid(path.name, "must be one JSON object")
    return content


def _no_number(name: str) -> None:
    """NaN and Infinity: Python reads them, JSON and the databases do not know them."""
    raise ValueError(f"{name} is no number")


def _tables_in(folder: Path) -> tuple[Path, ...]:
    return tuple(table for table in sorted(folder.glob("*.csv")) if is_sidecar(table))


def _rows_of(table: Path) -> dict[str, dict[str, str]]:
    """Rows by the file they name. Raises `MetadataInvalid`."""
    rows = _csv_rows(table, table.lstat().st_mtime_ns)
    if isinstance(rows, str):
        raise MetadataInvalid(table.name, rows)
    return rows


@lru_cache(maxsize=4)
def _csv_rows(path: Path, changed_ns: int) -> dict[str, dict[str, str]] | str:
    """Read once for a folder of thousands, and so is what is wrong with it; `changed_ns` tells a table from its
    successor. A path instead of a name would lead out of the folder: such a row is passed over.

    Columns by comma, or by semicolon as spreadsheets write them where the comma marks decimals (ru, pl, kk).
    """
    try:
        content = sidecar_bytes(path, MOST_TABLE_MB)
    except OSError as exc:  # raised, so not remembered: it may be over the next time
        raise MetadataInvalid(path.name, f"cannot be read: {exc.strerror or exc}") from exc
    except MetadataInvalid as exc:
        return exc.problem
    try:
        lines = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
        head = lines.readline()
        lines.seek(0)
        delimiter = ";" if head.count(";") > head.count(",") else ","
        table = csv.DictReader(lines, delimiter=delimiter)
        rows = list(table)
    except (UnicodeDecodeError, csv.Error) as exc:
        return f"is not a CSV table in UTF-8: {exc}"
    columns = set(table.fieldnames or ())
    if "file" not in columns and columns.intersection(KNOWN_KEYS):
        return "has no column `file`, which names the recording of each row"
    return {row["file"]: row for row in reversed(rows) if _is_name(row.get("file"))}


def _is_name(raw: str | None) -> bool:
    """Of a file in the same folder."""
    if raw is None or raw in {"", ".", ".."}:
        return False
    return not {"/", "\0"} & set(raw) and len(os.fsencode(raw)) <= LONGEST_FILE_NAME


def _agent_files_of(rows: dict[str, dict[str, str]]) -> dict[str, str]:
    """By the agent's file the customer's."""
    return {row["agent_file"].strip(): name for name, row in reversed(rows.items()) if row.get("agent_file")}


@lru_cache(maxsize=4)
def _agent_files_of_jsons(folder: Path, changed_ns: int) -> dict[str, str]:
    """The same by the JSON files of a folder. A broken one says nothing here; its own recording is refused with it."""
    names = sorted(os.listdir(folder))  # noqa: PTH208 - a folder may hold very many
    described = {Path(name).stem: name for name in names if not name.endswith((".json", ".csv"))}
    found = {}
    for name in names:
        customer = described.get(Path(name).stem)
        if name.endswith(".json") and customer:
            with suppress(OSError):
                agent_file = _agent_file_in(folder / name, (folder / name).lstat().st_mtime_ns)
                if agent_file:
                    found[agent_file] = customer
    return found


@lru_cache(maxsize=1 << 16)
def _agent_file_in(path: Path, changed_ns: int) -> str:
    """Read once, for a folder to which a file is added every minute is looked through as often."""
    try:
        if b"agent_file" not in sidecar_bytes(path, MOST_JSON_MB):
            return ""
        named = _json_object(path).get("agent_file")
    except MetadataInvalid:
        return ""
    return named.strip() if isinstance(named, str) else ""
