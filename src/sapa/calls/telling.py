"""What a derived call is told as: the columns of a call, without the database. Rows go in as they were kept."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from sapa.calls.connectors.asterisk import story as asterisk
from sapa.calls.connectors.asterisk.rows import CdrRow, CelRow, QueueRow, Row
from sapa.calls.connectors.asterisk.set_back import is_told_backwards, put_in_order
from sapa.calls.connectors.asterisk.shifts import Restart
from sapa.calls.connectors.asterisk.site import Site
from sapa.calls.connectors.hosted import story as hosted
from sapa.calls.connectors.hosted.events import HostedEvent
from sapa.calls.reading import PARSERS, REFUSALS, AnyRow
from sapa.calls.types import (
    LONGEST_CALL_S,
    LONGEST_QUEUE,
    AgentShare,
    DerivedCall,
    MissedOffer,
    QueueVisit,
    RowKind,
    Transfer,
    VisitOutcome,
    source_key,
    told_id,
)
from sapa.core.storable import storable_part

MOST_COUNTED = 32_767  # what the column holds
_DURATIONS = ("ring_s", "wait_s", "talk_s", "hold_s")
_PARTS = {
    part: tuple(field.name for field in fields(kind))
    for part, kind in (("queues", QueueVisit), ("agents", AgentShare), ("missed", MissedOffer), ("transfers", Transfer))
}


@dataclass(frozen=True)
class RawCall:
    """All names that a call goes by, its own first, and its rows: id, kind and the bytes that were kept."""

    keys: tuple[str, ...]
    rows: Sequence[tuple[int, int, bytes]]


@dataclass(frozen=True)
class ToldCall:
    """`told`: columns and values. `queue` is the name of the queue it is of, `queues` of all that it was in.
    `recordings`: files that were announced for it. Seconds since 1970."""

    keys: tuple[str, ...]
    key: str
    told: dict[str, Any]
    queue: str
    queues: tuple[str, ...]
    recordings: tuple[str, ...]
    started_at: float
    ended_at: float | None


def calls_told(raw_calls: Sequence[RawCall], site: Site, restarts: Sequence[Restart]) -> list[ToldCall]:
    """The calls that these rows tell of, in their order. `restarts` of the phone system by time."""
    return [told for raw in raw_calls if (told := _told_call(raw, site, restarts)) is not None]


def _told_call(raw: RawCall, site: Site, restarts: Sequence[Restart]) -> ToldCall | None:
    """Where events tell of a call they alone are believed (ADR 24)."""
    key, placed = raw.keys[0], _parsed(raw, site)
    if events := [row for _, row in placed if isinstance(row, HostedEvent)]:
        heard = hosted.derive(key, events, site)
        return None if heard is None else _as_told(raw.keys, heard)
    told = [(place, row) for place, row in placed if not isinstance(row, HostedEvent)]
    rows = [row for _, row in told]
    is_set_back = is_told_backwards(rows)
    call = _derived(key, _in_order(told) if is_set_back else rows, site, restarts)
    return None if call is None else _as_told(raw.keys, call, is_long_known=not is_set_back and _is_likely(call))


def _in_order(told: Sequence[tuple[int, Row]]) -> list[Row]:
    """By their logs, each row once, also where it stands in two. What is billed is one row for all of it."""
    once = {row: place for place, row in sorted(told, key=itemgetter(0), reverse=True)}
    queued = [(place, row) for row, place in once.items() if isinstance(row, QueueRow)]
    cel = [(place, row) for row, place in once.items() if isinstance(row, CelRow)]
    return [
        *(row for row in once if isinstance(row, CdrRow)),
        *(row for _, row in put_in_order(queued)[0]),
        *(row for _, row in put_in_order(cel)[0]),
    ]


def _is_likely(call: DerivedCall) -> bool:
    """Else a clock was set forward, by days."""
    return call.ended_at is None or call.ended_at - call.started_at < LONGEST_CALL_S


def _derived(key: str, rows: Sequence[Row], site: Site, restarts: Sequence[Restart]) -> DerivedCall | None:
    call = asterisk.derive(key, rows, site)
    if call is not None and call.ended_at is None:
        lost_at = _lost_at(max(row.at for row in rows), restarts)
        return call if lost_at is None else asterisk.derive(key, rows, site, lost_at=lost_at)
    return call


def _parsed(raw: RawCall, site: Site) -> list[tuple[int, AnyRow]]:
    rows: list[tuple[int, AnyRow]] = []
    for id_, kind, line in raw.rows:
        try:
            row = PARSERS[kind](line, site.zone)
        except REFUSALS:  # by a stricter version than the one that took it
            continue
        if kind == RowKind.CALL_LOG and isinstance(row, HostedEvent):
            row = row._replace(line=id_)
        rows.append((id_, row))
    return rows


def _lost_at(last_at: float, restarts: Sequence[Restart]) -> float | None:
    """The last sign of the phone system that this call was made by, when it has begun anew since."""
    later = bisect_right(restarts, last_at, key=lambda one: one.at)
    if later == len(restarts):
        return None
    began = restarts[later]
    return began.alive_at if began.alive_at - last_at < LONGEST_CALL_S else last_at


def _as_told(keys: tuple[str, ...], call: DerivedCall, *, is_long_known: bool = True) -> ToldCall:
    """`is_long_known`: how long anything in it was; else the clock was set meanwhile."""
    taken = [visit for visit in call.queues if visit.outcome is VisitOutcome.ANSWERED] or list(call.queues)
    queues = (_queue_name(visit) for visit in call.queues if visit.queue)
    return ToldCall(
        keys=keys,
        key=call.key,
        told=_told(call) | ({} if is_long_known else dict.fromkeys(_DURATIONS)),
        queue=_queue_name(taken[-1]) if taken else "",
        queues=tuple(queues),
        recordings=call.recordings,
        started_at=call.started_at,
        ended_at=call.ended_at,
    )


def _queue_name(visit: QueueVisit) -> str:
    return storable_part(visit.queue)[:LONGEST_QUEUE]


def _told(call: DerivedCall) -> dict[str, Any]:
    return {
        "source_key": source_key(call.key),
        "external_id": told_id(call.key),
        "direction": call.direction.value,
        "agent_name": storable_part(call.agents[0].agent)[:100] if call.agents else "",
        "customer_number": storable_part(call.customer)[:40],
        "customer_name": storable_part(call.customer_name)[:100],
        "started_at": _at(call.started_at),
        "dialled": storable_part(call.dialled)[:40],
        "disposition": call.disposition.value,
        "hung_up_by": call.hung_up_by.value,
        "answered_at": _at(call.answered_at),
        "ended_at": _at(call.ended_at),
        "ring_s": round(call.ring_s, 3),
        "wait_s": round(call.wait_s, 3),
        "talk_s": round(call.talk_s, 3),
        "hold_s": round(call.hold_s, 3),
        "story": story_of(call),
        "transfer_count": min(len(call.transfers), MOST_COUNTED),
        "announced_count": min(len(call.recordings), MOST_COUNTED),
    }


def story_of(call: DerivedCall) -> dict[str, Any]:
    """As JSON: what happened in its order; times are seconds since 1970."""
    return {
        part: [{name: _fit(getattr(item, name)) for name in names} for item in getattr(call, part)]
        for part, names in _PARTS.items()
    } | {
        "unrecorded": [[round(since, 3), round(until, 3)] for since, until in call.unrecorded],
        "recordings": [_fit(name) for name in call.recordings],
        "customer_channels": list(call.customer_channels),
    }


def _fit(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 3)
    return storable_part(str(value)) if isinstance(value, str) else value


def _at(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
