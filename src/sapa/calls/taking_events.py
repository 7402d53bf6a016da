"""Events of a hosted phone system into rows, each once, with the calls they make stale in the same transaction
(ADR 24)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NoReturn

from django.db import transaction
from django.db.models import Count

from sapa.calls.connectors.hosted.events import (
    LONGEST_EVENT,
    EventReason,
    EventRejected,
    HostedEvent,
    event_of,
)
from sapa.calls.deriving import MOST_VALUES, pieces
from sapa.calls.errors import EventsTooMany, EventsUnreadable
from sapa.calls.models import PbxEvent, PbxFile, PbxRejected, PbxRow, PbxRowKind
from sapa.calls.reading import recordings_in
from sapa.calls.taking_rows import (
    events_know,
    recordings_note,
    rejected_keep,
    rows_insert,
    stale_mark,
)
from sapa.calls.types import PLACES, hosted_key
from sapa.core.clock import now_at

MOST_EVENTS = 1_000
MOST_REJECTED = 10_000
MOST_OF_CALL = 1_000
"""Events. Some dozens are usual; an adapter that gives every event the same `call_id` would have them all read again
at each."""
_JOURNAL = "events"
_REJECTED = "rejected "
_WHITE = " \t\r\n"


class Outcome(StrEnum):
    TAKEN = "taken"
    KNOWN = "known"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Told:
    """What became of an event. `id` is None where it has none that could be read."""

    outcome: Outcome
    id: str | None = None
    reason: EventReason | None = None
    problem: str = ""
    at: float | None = None


@dataclass(frozen=True)
class Given:
    """An event as it came, and what it says or why it is none."""

    raw: bytes
    told: Any
    event: HostedEvent | None = None
    refusal: EventRejected | None = None


@dataclass
class _Batch:
    rows: list[tuple[int, int, str, float, bytes]] = field(default_factory=list)
    rejected: list[tuple[int, int, str, bytes]] = field(default_factory=list)
    known: list[tuple[str, int]] = field(default_factory=list)
    recordings: list[tuple[int, str, str, str, str, float]] = field(default_factory=list)


def events_given(body: bytes, *, is_lines: bool) -> list[Given]:
    """One object, a list of them, or one on each line. Raises `EventsUnreadable` where not even their borders are
    known, `EventsTooMany`."""
    if is_lines:
        lines = [line for line in body.removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip()]
        if len(lines) > MOST_EVENTS:
            raise EventsTooMany(MOST_EVENTS)
        return [_given_line(line.strip()) for line in lines]
    given = []
    try:
        for raw, told in _items(body.decode("utf-8-sig")):
            given.append(_given(raw.encode(), told))
            if len(given) > MOST_EVENTS:
                raise EventsTooMany(MOST_EVENTS)
    except RecursionError:
        raise EventsUnreadable("it is nested too deeply") from None
    except ValueError as exc:
        raise EventsUnreadable(str(exc)[:200]) from None
    return given


def _given_line(raw: bytes) -> Given:
    try:
        ((_, told),) = _items(raw.decode(), is_one=True)
    except (ValueError, RecursionError):
        return Given(raw, None, refusal=EventRejected(EventReason.JSON, "the line is no JSON"))
    return _given(raw, told)


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_number)


def _items(text: str, *, is_one: bool = False) -> Iterator[tuple[str, Any]]:
    """Each with the text it was read from. Raises `ValueError`, `RecursionError`."""
    start = _past_white(text, 0)
    if is_one or text[start : start + 1] != "[":
        told, end = _DECODER.raw_decode(text, start)
        if _past_white(text, end) != len(text):
            raise ValueError("something follows the end of it")
        yield text[start:end], told
        return
    start = _past_white(text, start + 1)
    while text[start : start + 1] != "]":
        told, end = _DECODER.raw_decode(text, start)
        yield text[start:end], told
        start = _past_white(text, end)
        sign = text[start : start + 1]
        if sign == ",":
            start = _past_white(text, start + 1)
            if text[start : start + 1] == "]":
                raise ValueError("a comma ends the list")
        elif sign != "]":
            raise ValueError("the list has no end")
    if _past_white(text, start + 1) != len(text):
        raise ValueError("something follows the end of it")


def _past_white(text: str, start: int) -> int:
    while start < len(text) and text[start] in _WHITE:
        start += 1
    return start


def _given(raw: bytes, told: Any) -> Given:
    if len(raw) > LONGEST_EVENT:
        return Given(raw, told, refusal=EventRejected(EventReason.LENGTH, f"it is over {LONGEST_EVENT} bytes"))
    try:
        return Given(raw, told, event_of(told))
    except EventRejected as exc:
        return Given(raw, told, refusal=exc)


@transaction.atomic
def events_take(given: Sequence[Given]) -> list[Told]:
    """What became of each, in their order. One request after another: what is known cannot change meanwhile."""
    if not given:
        return []
    journal, batch = _journal(), _Batch()
    here = _events_here(given)
    next_place = journal.read_to
    room = _room(given)
    answers = []
    for one in given:
        answer = _answer(one, here, room)
        answers.append(answer)
        name = _name_kept(one, answer)
        if answer.outcome is Outcome.KNOWN or name in here:
            continue
        here[name] = one.told
        if one.event and answer.outcome is Outcome.TAKEN:
            room[one.event.call_id] -= 1
        _add(batch, journal.pk * PLACES + next_place, name, one, answer)
        next_place += 1
    _write(journal, batch, next_place)
    return answers


def body_keep(body: bytes) -> None:
    """One that is no JSON at all, so that somebody can look at it."""
    events_take([Given(body, None, refusal=EventRejected(EventReason.JSON, ""))])


def _journal() -> PbxFile:
    facts = {"head_bytes": 0, "name": _JOURNAL, "seen_at": now_at()}
    PbxFile.objects.get_or_create(kind=PbxRowKind.EVENT, head_sha256=_JOURNAL, defaults=facts)
    return PbxFile.objects.select_for_update().get(kind=PbxRowKind.EVENT, head_sha256=_JOURNAL)


def _events_here(given: Sequence[Given]) -> dict[str, Any]:
    """Of those that are known already, what each says, by the name it is known by; None of a rejected one."""
    names = sorted({one.event.id if one.event else _rejected_name(one.raw) for one in given})
    names += sorted({_rejected_name(one.raw) for one in given if one.event})  # a conflict that was kept
    rows: dict[str, int] = {}
    for some in pieces(names, MOST_VALUES):
        rows |= dict(PbxEvent.objects.filter(event_id__in=some).values_list("event_id", "row"))
    says: dict[int, Any] = {}
    for some_rows in pieces(list(rows.values()), MOST_VALUES):
        raws = PbxRow.objects.filter(pk__in=some_rows).values_list("pk", "raw")
        says |= {row: json.loads(bytes(raw)) for row, raw in raws}
    return {name: says.get(row) for name, row in rows.items()}


def _room(given: Sequence[Given]) -> dict[str, int]:
    """How many events more each of these calls may have."""
    call_ids = {hosted_key(one.event.call_id): one.event.call_id for one in given if one.event}
    room = dict.fromkeys(call_ids.values(), MOST_OF_CALL)
    for some in pieces(sorted(call_ids), MOST_VALUES):
        counted = PbxRow.objects.filter(key__in=some).values_list("key").annotate(Count("pk"))
        room |= {call_ids[key]: MOST_OF_CALL - count for key, count in counted.order_by()}
    return room


def _answer(one: Given, here: dict[str, Any], room: dict[str, int]) -> Told:
    if one.event is None:
        refusal = one.refusal or EventRejected(EventReason.SHAPE, "")
        return Told(Outcome.REJECTED, _id_shown(one.told), refusal.reason, refusal.problem)
    id_, at = one.event.id, one.event.at
    if id_ not in here and room[one.event.call_id] > 0:
        return Told(Outcome.TAKEN, id_, at=at)
    if id_ not in here:
        return Told(Outcome.REJECTED, id_, EventReason.CALL, f"this call has {MOST_OF_CALL} events; is it one call?")
    if here[id_] == one.told:
        return Told(Outcome.KNOWN, id_, at=at)
    problem = "an event with this id and another content is here; each event has an id of its own"
    return Told(Outcome.REJECTED, id_, EventReason.CONFLICT, problem)


def _id_shown(told: Any) -> str | None:
    id_ = told.get("id") if isinstance(told, dict) else None
    return id_[:200] if isinstance(id_, str) and id_.isascii() and id_.isprintable() else None


def _name_kept(one: Given, answer: Told) -> str:
    return one.event.id if one.event and answer.outcome is not Outcome.REJECTED else _rejected_name(one.raw)


def _rejected_name(raw: bytes) -> str:
    return _REJECTED + hashlib.sha256(raw[:LONGEST_EVENT]).hexdigest()


def _add(batch: _Batch, id_: int, name: str, one: Given, answer: Told) -> None:
    batch.known.append((name, id_))
    if one.event is None or answer.reason is not None:
        reason = answer.reason or EventReason.SHAPE
        batch.rejected.append((id_, PbxRowKind.EVENT.value, reason.value, one.raw[:LONGEST_EVENT]))
        return
    batch.rows.append((id_, PbxRowKind.EVENT.value, hosted_key(one.event.call_id), one.event.at, one.raw))
    batch.recordings += recordings_in(id_, one.event)


def _write(journal: PbxFile, batch: _Batch, next_place: int) -> None:
    if not batch.known:
        return
    rows_insert(batch.rows)
    events_know(batch.known)
    stale_mark(key for _, _, key, _, _ in batch.rows)
    recordings_note(batch.recordings)
    if batch.rejected:
        rejected_keep(batch.rejected)
        _forget_oldest(journal)
    PbxFile.objects.filter(pk=journal.pk).update(read_to=next_place, seen_at=now_at())


def _forget_oldest(journal: PbxFile) -> None:
    """A provider that sends what is none for weeks does not fill the disk."""
    kept = PbxRejected.objects.filter(pk__gte=journal.pk * PLACES, pk__lt=(journal.pk + 1) * PLACES)
    too_many = list(kept.order_by("-pk")[MOST_REJECTED:])
    for some in pieces(too_many, MOST_VALUES):
        PbxEvent.objects.filter(event_id__in=[_rejected_name(bytes(one.raw)) for one in some]).delete()
        PbxRejected.objects.filter(pk__in=[one.pk for one in some]).delete()
