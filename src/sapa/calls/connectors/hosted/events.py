"""An event of a hosted phone system as a value, and every way in which one is none (ADR 24).

`FIELDS` is the whole shape: the reader, the document of the REST API and the columns of a call log go by it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Any, NamedTuple

from sapa.calls.types import Direction, Disposition, HungUpBy, TransferKind, VisitOutcome

LONGEST_EVENT = 16_384
LONGEST_TEXT = 200
LONGEST_FILE_NAME = 255
MOST_SECONDS = 1e7
_MOST_SEQ = 1 << 31
_EARLIEST, _LATEST = 946_684_800.0, 4_102_444_800.0  # the years 2000 to 2100
_NAMES = {"id": re.compile(r"[!-~]{1,200}"), "call_id": re.compile(r"[!-~]{1,120}")}
_SECONDS = re.compile(r"\d{1,10}(\.\d{1,9})?", re.ASCII)


class EventReason(StrEnum):
    """Why an event, or a line of a call log, is none."""

    JSON = "json"
    SHAPE = "shape"
    """Not an object."""
    EVENT = "event"
    ID = "id"
    CALL = "call"
    """It does not say which call."""
    TIME = "time"
    FIELD = "field"
    """One that this event does not have, or one that is missing."""
    VALUE = "value"
    NUMBER = "number"
    LENGTH = "length"
    CONFLICT = "conflict"
    """Its id is that of another event."""
    COLUMNS = "columns"
    QUOTES = "quotes"
    SIGNS = "signs"
    """Zero bytes, or bytes that are not UTF-8."""


class EventRejected(Exception):
    """`problem` is for who wrote the adapter."""

    def __init__(self, reason: EventReason, problem: str) -> None:
        super().__init__(f"{reason.value}: {problem}")
        self.reason, self.problem = reason, problem


class Event(StrEnum):
    CALL_STARTED = "call_started"
    QUEUE_ENTERED = "queue_entered"
    QUEUE_LEFT = "queue_left"
    AGENT_RINGING = "agent_ringing"
    AGENT_MISSED = "agent_missed"
    ANSWERED = "answered"
    HELD = "held"
    RESUMED = "resumed"
    RECORDING_PAUSED = "recording_paused"
    RECORDING_RESUMED = "recording_resumed"
    TRANSFERRED = "transferred"
    AGENT_LEFT = "agent_left"
    ENDED = "ended"
    RECORDING = "recording"
    CALL = "call"


class Kind(StrEnum):
    TEXT = "text"
    FILE = "file"
    SECONDS = "seconds"
    TIME = "time"
    CHOICE = "choice"


@dataclass(frozen=True)
class Field:
    kind: Kind
    choices: tuple[str, ...] = ()
    is_required: bool = False


def _one_of(values: type[StrEnum], *, required: bool = False) -> Field:
    return Field(Kind.CHOICE, tuple(value.value for value in values if value.value), required)


_TEXT, _NEEDED = Field(Kind.TEXT), Field(Kind.TEXT, is_required=True)
_WHO_CALLS = {"direction": _one_of(Direction), "from": _TEXT, "to": _TEXT, "customer": _TEXT, "customer_name": _TEXT}
_FILES = {name: Field(Kind.FILE) for name in ("recording", "customer_recording", "agent_recording")}
_HOW_IT_ENDED = {"hung_up_by": _one_of(HungUpBy), "disposition": _one_of(Disposition)}
FIELDS: dict[Event, dict[str, Field]] = {
    Event.CALL_STARTED: {**_WHO_CALLS, "trunk": _TEXT},
    Event.QUEUE_ENTERED: {"queue": _NEEDED},
    Event.QUEUE_LEFT: {
        "reason": _one_of(VisitOutcome, required=True),
        "queue": _TEXT,
        "wait_s": Field(Kind.SECONDS),
    },
    Event.AGENT_RINGING: {"agent": _NEEDED, "queue": _TEXT},
    Event.AGENT_MISSED: {"agent": _NEEDED, "queue": _TEXT, "ring_s": Field(Kind.SECONDS)},
    Event.ANSWERED: {"agent": _NEEDED, "queue": _TEXT},
    Event.HELD: {"agent": _TEXT},
    Event.RESUMED: {"agent": _TEXT},
    Event.RECORDING_PAUSED: {},
    Event.RECORDING_RESUMED: {},
    Event.TRANSFERRED: {"kind": _one_of(TransferKind, required=True), "to": _TEXT, "agent": _TEXT},
    Event.AGENT_LEFT: {"agent": _NEEDED},
    Event.ENDED: _HOW_IT_ENDED,
    Event.RECORDING: _FILES,
    Event.CALL: {
        "started_at": Field(Kind.TIME, is_required=True),  # first: the others are not before it
        "answered_at": Field(Kind.TIME),
        "ended_at": Field(Kind.TIME),
        **_WHO_CALLS,
        "agent": _TEXT,
        "queue": _TEXT,
        **_HOW_IT_ENDED,
        **{name: Field(Kind.SECONDS) for name in ("ring_s", "wait_s", "talk_s", "hold_s")},
        **_FILES,
    },
}
COMMON = ("id", "call_id", "event", "at", "seq")


class HostedEvent(NamedTuple):
    """`at` is in seconds since 1970. `line` numbers lines of call logs in the order they were read; 0 of an event that
    was sent. `facts` are what it says, in the order of `FIELDS`; empty values are left out."""

    at: float
    seq: int
    event: Event
    call_id: str
    id: str
    line: int
    facts: tuple[tuple[str, str | float], ...]

    def text(self, name: str) -> str:
        return next((value for key, value in self.facts if key == name and isinstance(value, str)), "")

    def number(self, name: str) -> float | None:
        return next((value for key, value in self.facts if key == name and not isinstance(value, str)), None)


def row_of(raw: bytes, _zone: tzinfo | None = None) -> HostedEvent:
    """Of JSON. Raises `EventRejected`."""
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        raise EventRejected(EventReason.JSON, "it is no JSON") from None
    return event_of(told)


def event_of(told: Any) -> HostedEvent:
    """Raises `EventRejected`."""
    if not isinstance(told, dict):
        raise EventRejected(EventReason.SHAPE, "an event is an object: {…}")
    event = next((one for one in Event if one == told.get("event")), None)
    if event is None:
        raise EventRejected(EventReason.EVENT, f"event is one of {', '.join(Event)}")
    seq = told.get("seq")
    if seq is not None and (isinstance(seq, bool) or not isinstance(seq, int) or not 0 <= seq < _MOST_SEQ):
        raise EventRejected(EventReason.NUMBER, "seq is a whole number from 0")
    strange = [name for name in told if name not in COMMON and name not in FIELDS[event]]
    if strange:
        known = ", ".join(FIELDS[event]) or "none besides those of every event"
        raise EventRejected(EventReason.FIELD, f"{strange[0][:60]!a}: {event} has no such field. Known: {known}")
    return HostedEvent(
        time_at(told.get("at"), "at"),
        seq or 0,
        event,
        name_in(told, "call_id", EventReason.CALL),
        name_in(told, "id", EventReason.ID),
        0,
        facts_in(told, FIELDS[event]),
    )


def name_in(told: Mapping[str, Any], field: str, reason: EventReason) -> str:
    """An id is of visible ASCII, so that it is the same in every database, name of a file and header."""
    value = told.get(field)
    if not isinstance(value, str) or not _NAMES[field].fullmatch(value):
        longest = {"id": 200, "call_id": 120}[field]
        raise EventRejected(reason, f"{field} is 1 to {longest} visible ASCII characters without spaces")
    return value


def facts_in(
    told: Mapping[str, Any], fields: Mapping[str, Field], zone: tzinfo | None = None
) -> tuple[tuple[str, str | float], ...]:
    """What is null or empty was not said. With a `zone` times may be local, and numbers text. Raises
    `EventRejected`."""
    facts: list[tuple[str, str | float]] = []
    not_before: float | None = None
    for name, field in fields.items():
        value = told.get(name)
        value = value.strip() if isinstance(value, str) else value
        if value is None or value == "":
            if field.is_required:
                raise EventRejected(EventReason.FIELD, f"{name} is missing")
        elif field.kind is Kind.TIME:
            at = time_at(value, name, zone, not_before)
            not_before = not_before or at
            facts.append((name, at))
        elif field.kind is Kind.SECONDS:
            facts.append((name, _seconds(value, name)))
        else:
            facts.append((name, _text(value, name, field)))
    return tuple(facts)


def _text(value: Any, name: str, field: Field) -> str:
    if not isinstance(value, str):
        raise EventRejected(EventReason.VALUE, f"{name} is text")
    if field.kind is Kind.CHOICE:
        if value.lower() not in field.choices:
            raise EventRejected(EventReason.VALUE, f"{name} is one of {', '.join(field.choices)}")
        return value.lower()
    longest = LONGEST_FILE_NAME if field.kind is Kind.FILE else LONGEST_TEXT
    if len(value) > longest:
        raise EventRejected(EventReason.VALUE, f"{name} has at most {longest} characters")
    if field.kind is Kind.FILE and (not value.isprintable() or "/" in value or "\\" in value):
        raise EventRejected(EventReason.VALUE, f"{name} is the name of a file, without a folder")
    return value


def _seconds(value: Any, name: str) -> float:
    if isinstance(value, str) and _SECONDS.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < MOST_SECONDS:
        raise EventRejected(EventReason.NUMBER, f"{name} is a number of seconds, not below 0")
    return float(value)


def time_at(value: Any, name: str, zone: tzinfo | None = None, not_before: float | None = None) -> float:
    """Seconds since 1970. Without a `zone` a time has an offset; of a local one that an autumn has twice the first that
    is not before that moment counts. Raises `EventRejected`."""
    wrong = EventRejected(
        EventReason.TIME,
        f"{name} is a time from 2000 to 2100: ISO 8601{'' if zone else ' with an offset'}, or seconds since 1970",
    )
    if isinstance(value, str):
        moments = _moments(value.strip(), zone)
    else:
        moments = [value] if isinstance(value, int | float) and not isinstance(value, bool) else []
    known = sorted(float(at) for at in moments if _EARLIEST <= at < _LATEST)
    if not known:
        raise wrong
    return next((at for at in known if not_before is None or at >= not_before), known[0])


def _moments(raw: str, zone: tzinfo | None) -> Sequence[float]:
    if _SECONDS.fullmatch(raw):
        return [float(raw)]
    try:
        told = datetime.fromisoformat(raw)
    except ValueError:
        return []
    if told.tzinfo is not None:
        return [told.timestamp()]
    if zone is None or not 2000 <= told.year < 2100:
        return []
    return [told.replace(tzinfo=zone, fold=fold).astimezone(UTC).timestamp() for fold in (0, 1)]
