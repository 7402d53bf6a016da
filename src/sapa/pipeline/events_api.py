"""Events of a hosted phone system over the REST API: signed by it, whoever it is signed in as (ADR 24)."""

from __future__ import annotations

import logging
from typing import Any, Literal

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from ninja import Router, Schema

from sapa.calls.connectors.hosted.events import COMMON, FIELDS, LONGEST_FILE_NAME, LONGEST_TEXT, Event, Field, Kind
from sapa.calls.connectors.hosted.signature import HEADER, signature_check
from sapa.calls.errors import EventsOff, EventsUnreadable
from sapa.calls.taking_events import MOST_EVENTS, Outcome, Told, body_keep, events_given, events_take
from sapa.core.api_shapes import ERRORS
from sapa.core.clock import now_at
from sapa.pipeline.errors import database_error_of

log = logging.getLogger("sapa.pbx")
router = Router(tags=["phone system"])
LINES = {"application/x-ndjson", "application/jsonl"}
MOST_AHEAD_S = 2.0  # NTP keeps a clock within milliseconds
_MOST_LOGGED = 3

_TIME = {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "number"}]}
_SHAPES: dict[Kind, dict[str, Any]] = {
    Kind.TEXT: {"type": "string", "maxLength": LONGEST_TEXT},
    Kind.FILE: {"type": "string", "maxLength": LONGEST_FILE_NAME, "description": "Name of a file, without its folder"},
    Kind.SECONDS: {"type": "number", "minimum": 0},
    Kind.TIME: _TIME,
}


def _shape_of(field: Field) -> dict[str, Any]:
    return {"type": "string", "enum": list(field.choices)} if field.kind is Kind.CHOICE else _SHAPES[field.kind]


def _event_shape(event: Event) -> dict[str, Any]:
    common = {
        "id": {"type": "string", "pattern": "^[!-~]{1,200}$", "description": "Of this event; again it is known"},
        "call_id": {"type": "string", "pattern": "^[!-~]{1,120}$"},
        "event": {"type": "string", "enum": [event.value]},
        "at": _TIME | {"description": "ISO 8601 with an offset, or seconds since 1970"},
        "seq": {"type": "integer", "minimum": 0, "description": "Orders events of one moment"},
    }
    fields = FIELDS[event]
    needed = [name for name in COMMON if name != "seq"] + [name for name, one in fields.items() if one.is_required]
    return {
        "title": event.value,
        "type": "object",
        "required": needed,
        "additionalProperties": False,
        "properties": common | {name: _shape_of(field) for name, field in fields.items()},
    }


def _request_shape() -> dict[str, Any]:
    one = {"oneOf": [_event_shape(event) for event in Event]}
    many = {"type": "array", "maxItems": MOST_EVENTS, "items": one}
    header = {"name": HEADER, "in": "header", "required": True, "schema": {"type": "string"}}
    header["description"] = "t=SECONDS,v1=HEX: HMAC-SHA256 of `SECONDS.BODY` by SAPA_PBX_EVENTS_SECRET"
    body = {"required": True, "content": {"application/json": {"schema": {"anyOf": [one, many]}}}}
    return {"parameters": [header], "requestBody": body}


class EventOut(Schema):
    id: str | None
    outcome: Literal["taken", "known", "rejected"]
    reason: str | None = None
    problem: str | None = None


class EventsOut(Schema):
    """`ahead_s`: by how much the latest `at` is ahead of this server's clock, where that is seconds."""

    taken: int
    known: int
    rejected: int
    ahead_s: float | None
    events: list[EventOut]


@router.post(
    "/pbx/events",
    auth=None,
    response={200: EventsOut, **ERRORS},
    summary="Events of a hosted phone system",
    openapi_extra=_request_shape(),
)
def events_post(request: HttpRequest) -> dict[str, Any]:
    """One event, a list of up to 1,000, or, as `application/x-ndjson`, one on each line. Signed, not signed in.

    What became of each is told in its order; one that is rejected does not hold up the others. Send again, signed anew,
    after no answer, 408, 429 and 5xx: what is here already is `known`.
    """
    if not settings.SAPA_PBX_EVENTS_SECRET:
        raise EventsOff
    body, now_s = request.body, now_at().timestamp()
    signature_check(request.headers.get(HEADER, ""), body, settings.SAPA_PBX_EVENTS_SECRET, now_s=now_s)
    try:
        answers = _taken(body, is_lines=request.content_type in LINES)
    except (OperationalError, InterfaceError) as exc:
        raise database_error_of(exc) from exc
    ahead_s = max((one.at for one in answers if one.at is not None), default=now_s) - now_s
    _log(answers, ahead_s)
    told = {outcome.value: sum(one.outcome is outcome for one in answers) for outcome in Outcome}
    ahead = round(ahead_s, 1) if ahead_s > MOST_AHEAD_S else None
    return {**told, "ahead_s": ahead, "events": [_as_json(one) for one in answers]}


def _taken(body: bytes, *, is_lines: bool) -> list[Told]:
    try:
        given = events_given(body, is_lines=is_lines)
    except EventsUnreadable as exc:
        log.warning("a request with events was refused: %s: %s", exc.code, exc.message)
        body_keep(body)
        raise
    return events_take(given)


def _log(answers: list[Told], ahead_s: float) -> None:
    rejected = [one for one in answers if one.outcome is Outcome.REJECTED]
    for one in rejected[:_MOST_LOGGED]:
        log.warning("event %a was rejected: %s: %s", one.id, one.reason, one.problem)
    if len(rejected) > _MOST_LOGGED:
        log.warning("and %d more of the same request", len(rejected) - _MOST_LOGGED)
    if ahead_s > MOST_AHEAD_S:
        log.warning("an event is %.0f s ahead of this server's clock; set both by NTP", ahead_s)


def _as_json(one: Told) -> dict[str, Any]:
    return {
        "id": one.id,
        "outcome": one.outcome.value,
        "reason": one.reason.value if one.reason else None,
        "problem": one.problem or None,
    }
