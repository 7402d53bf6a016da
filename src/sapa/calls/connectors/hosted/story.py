"""The events of one call become that call: a function of the events and of the site (ADR 24).

Neither the order in which they came nor their repetition changes anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from sapa.calls.connectors.hosted.events import FIELDS, Event, HostedEvent
from sapa.calls.connectors.hosted.stages import Stages, stages_of
from sapa.calls.connectors.hosted.summary import Summary
from sapa.calls.spans import length_s, merged, within, without
from sapa.calls.types import LEFT_QUEUE, AgentShare, DerivedCall, Direction, Disposition, HungUpBy

_WRITTEN = re.compile(r"\+?[\d ().\-\u00a0]+", re.ASCII)
_BETWEEN_DIGITS = re.compile(r"[^+\d]", re.ASCII)
_RANK = {event: place for place, event in enumerate(Event)}
_FILES = tuple(FIELDS[Event.RECORDING])
_SAYS: dict[str, tuple[str, ...]] = {
    "direction": ("direction",),
    "customer": ("customer", "from", "to"),
    "customer_name": ("customer_name",),
    "dialled": ("to",),
    "started_at": ("started_at",),
    "answered_at": ("answered_at",),
    "ended_at": ("ended_at",),
    "disposition": ("disposition",),
    "hung_up_by": ("hung_up_by",),
    **{name: (name,) for name in ("ring_s", "wait_s", "talk_s", "hold_s")},
}
"""What of a call a summary decides, by the fields that say it."""


class House(Protocol):
    """Which numbers are telephones of the house, and what a number of the world outside looks like."""

    def is_internal(self, number: str) -> bool: ...

    def number(self, raw: str) -> str: ...


def derive(key: str, events: Iterable[HostedEvent], house: House) -> DerivedCall | None:
    """None where they tell of no call: of a recording alone."""
    once = sorted(set(events), key=_in_order)
    calls = [event for event in once if event.event is Event.CALL]
    summary = max(calls, key=lambda event: (event.line, event.at, event.seq, event.id), default=None)
    told = [event for event in once if event.event not in (Event.CALL, Event.RECORDING)]
    call = _of_stages(key, told, house) if told else None
    if summary is not None:
        direction = direction_of(summary, house) or (call.direction if call else Direction.UNKNOWN)
        whole = Summary(
            key, summary, direction, _outside(summary, direction, house), house.number(_number(summary, "to"))
        )
        call = _over(call, whole.call(), summary) if call else whole.call()
    if call is None:
        return None
    files = dict.fromkeys(event.text(name) for event in once for name in _FILES if event.text(name))
    return replace(call, recordings=tuple(files), customer_channels=(key,))


def _in_order(event: HostedEvent) -> tuple[Any, ...]:
    """Many phone systems tell seconds; within one nobody talks before being called, nor leaves before talking."""
    return event.at, event.seq, _RANK[event.event], event


def direction_of(event: HostedEvent | None, house: House) -> Direction:
    """As it was told, else by whose numbers they are."""
    if event is None or event.text("direction"):
        return Direction(event.text("direction")) if event else Direction.UNKNOWN
    caller, dialled = _number(event, "from"), _number(event, "to")
    if not caller:
        return Direction.UNKNOWN
    if not house.is_internal(caller):
        return Direction.INBOUND
    return Direction.INTERNAL if not dialled or house.is_internal(dialled) else Direction.OUTBOUND


def _outside(event: HostedEvent | None, direction: Direction, house: House) -> str:
    """The customer's number."""
    if event is None:
        return ""
    by_way = _number(event, "to" if direction is Direction.OUTBOUND else "from")
    return house.number(_number(event, "customer") or by_way)


def _number(event: HostedEvent, field: str) -> str:
    """Without the signs that people write numbers with; a name stays a name."""
    raw = event.text(field)
    return _BETWEEN_DIGITS.sub("", raw) if _WRITTEN.fullmatch(raw) else raw


def _of_stages(key: str, told: Sequence[HostedEvent], house: House) -> DerivedCall:
    stages = stages_of(told)
    begun = next((event for event in told if event.event is Event.CALL_STARTED), None)
    direction = direction_of(begun, house) or (Direction.INBOUND if stages.visits else Direction.UNKNOWN)
    until = stages.ended_at if stages.ended_at is not None else told[-1].at
    spans = [(min(talk.since, until), min(talk.until or until, until)) for talk in stages.talks]
    talking = merged(spans)
    held = within(merged((since, until if end is None else end) for since, end, _ in stages.holds), talking)
    shares = tuple(
        AgentShare(
            agent=talk.agent,
            device="",
            queue=talk.queue,
            answered_at=talk.since,
            left_at=max(talk.since, span[1]),
            ring_s=talk.ring_s,
            talk_s=length_s(without([span], held)),
            hold_s=length_s(
                within([span], [(a, until if b is None else b) for a, b, who in stages.holds if who == talk.agent])
            ),
        )
        for talk, span in zip(stages.talks, spans, strict=True)
    )
    disposition = _disposition(stages, direction, has_talk=bool(shares))
    started_at = told[0].at
    return DerivedCall(
        key=key,
        direction=direction,
        customer=_outside(begun, direction, house),
        customer_name=begun.text("customer_name") if begun else "",
        dialled=house.number(_number(begun, "to")) if begun else "",
        started_at=started_at,
        answered_at=shares[0].answered_at if shares else None,
        ended_at=stages.ended_at,
        disposition=disposition,
        hung_up_by=_hung_up_by(stages, disposition),
        ring_s=_ring_s(stages, started_at, until, is_outbound=direction is Direction.OUTBOUND),
        wait_s=sum(visit.wait_s for visit in stages.visits),
        talk_s=length_s(without(talking, held)),
        hold_s=length_s(held),
        queues=tuple(stages.visits),
        agents=shares,
        missed=tuple(stages.missed),
        transfers=tuple(stages.transfers),
        unrecorded=tuple(merged((since, until if end is None else end) for since, end in stages.pauses)),
    )


def _disposition(stages: Stages, direction: Direction, *, has_talk: bool) -> Disposition:
    if has_talk:
        return Disposition.ANSWERED
    if stages.disposition:
        return Disposition(stages.disposition)
    if stages.visits and stages.visits[-1].outcome in LEFT_QUEUE:
        return LEFT_QUEUE[stages.visits[-1].outcome]
    if stages.ended_at is None:
        return Disposition.UNKNOWN
    if direction is Direction.OUTBOUND or stages.hung_up_by == HungUpBy.SYSTEM:
        return Disposition.TIMED_OUT
    return Disposition.ABANDONED


def _hung_up_by(stages: Stages, disposition: Disposition) -> HungUpBy:
    if stages.hung_up_by:
        return HungUpBy(stages.hung_up_by)
    if stages.ended_at is not None and disposition is Disposition.ABANDONED:
        return HungUpBy.CUSTOMER
    return HungUpBy.UNKNOWN


def _ring_s(stages: Stages, started_at: float, until: float, *, is_outbound: bool) -> float:
    """Of the telephone that was answered first, else of the last that rang."""
    if stages.talks:
        first = stages.talks[0]
        return first.ring_s or (max(0.0, first.since - started_at) if is_outbound else 0.0)
    if stages.ringing:
        return max(0.0, until - max(at for at, _ in stages.ringing.values()))
    return stages.missed[-1].ring_s if stages.missed else 0.0


def _over(call: DerivedCall, whole: DerivedCall, summary: HostedEvent) -> DerivedCall:
    """Who talked with whom is the stages'; what the summary says of the whole call is the summary's."""
    said = {name for name, _ in summary.facts}
    changes: dict[str, Any] = {
        name: getattr(whole, name) for name, fields in _SAYS.items() if said.intersection(fields)
    }
    changes |= {name: getattr(call, name) or getattr(whole, name) for name in ("queues", "agents", "missed")}
    if call.ended_at is None:
        changes["ended_at"] = whole.ended_at
    if not call.disposition:
        changes["disposition"] = whole.disposition
    return replace(call, **changes)
