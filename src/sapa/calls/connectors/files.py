"""Metadata beside a recording: `call.json` or a row of a CSV in the same folder that names the file.

Columns and keys: file, call_id, agent, customer_number, customer_name, direction, queue, started_at,
call_type, outcome, language, agent_channel. All may be absent; unknown ones are kept in the raw event.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers

from sapa.calls.errors import MetadataInvalid
from sapa.calls.types import CallFacts, Direction

KNOWN_KEYS = (
    "file", "call_id", "agent", "customer_number", "customer_name", "direction", "queue",
    "started_at", "call_type", "outcome", "language", "agent_channel",
)


@dataclass(frozen=True)
class Reading:
    """How to read what the metadata leaves open: the country of short numbers, the zone of plain times."""

    phone_region: str
    time_zone: str

    @property
    def zone(self) -> tzinfo:
        return ZoneInfo(self.time_zone)


def metadata_beside(recording: Path) -> dict[str, Any]:
    """The metadata of one recording, `{}` when there is none. Raises `MetadataInvalid`."""
    own = recording.with_suffix(".json")
    if own.is_file():
        return _json_object(own)
    for table in sorted(recording.parent.glob("*.csv")):
        for row in _csv_rows(table):
            if row.get("file") == recording.name:
                return {key: value for key, value in row.items() if key and value}
    return {}


def facts_from_metadata(metadata: Mapping[str, Any], *, where: str, reading: Reading) -> CallFacts:
    """Raises `MetadataInvalid` naming the field and what it may hold."""

    def text(key: str) -> str:
        value = metadata.get(key)
        return "" if value is None else str(value).strip()

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
        language=text("language").lower(),
        agent_channel=_channel(text("agent_channel"), where),
    )


def number_e164(raw: str, region: str) -> str:
    """The international form; what is no phone number (an extension, "anonymous") stays as it came."""
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return raw
    if not phonenumbers.is_possible_number(number):
        return raw
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _direction(raw: str, where: str) -> Direction:
    try:
        return Direction(raw.lower())
    except ValueError as exc:
        raise MetadataInvalid(where, f"direction {raw!r} is not inbound, outbound or internal") from exc


def _time(raw: str, where: str, zone: tzinfo) -> datetime | None:
    if not raw:
        return None
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError as exc:
        raise MetadataInvalid(where, f"started_at {raw!r} is not a time like 2026-11-21T14:05:00+05:00") from exc
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _channel(raw: str, where: str) -> int | None:
    if raw in {"", "auto"}:
        return None
    if raw not in {"0", "1"}:
        raise MetadataInvalid(where, f"agent_channel {raw!r} is not 0, 1 or auto")
    return int(raw)


def _json_object(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as exc:
        raise MetadataInvalid(path.name, f"is not JSON: {exc}") from exc
    if not isinstance(content, dict):
        raise MetadataInvalid(path.name, "must be one JSON object")
    return content


def _csv_rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as exc:
        raise MetadataInvalid(path.name, f"is not a CSV table in UTF-8: {exc}") from exc
