"""Lines of a log into rows, and rows into their calls: what needs no database, and may be done in a process beside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

from sapa.calls.connectors.asterisk import cdr, cel, queue_log
from sapa.calls.connectors.asterisk.recorded import Leg, announced_in
from sapa.calls.connectors.asterisk.rows import CelRow, Head, QueueRow, Row, RowRejected
from sapa.calls.connectors.asterisk.shifts import SHIFT_EVENTS, agent_key
from sapa.calls.connectors.hosted import call_log, events
from sapa.calls.connectors.hosted.call_log import Header
from sapa.calls.connectors.hosted.events import Event, EventRejected, HostedEvent
from sapa.calls.packing import Packed, RawRow, packed
from sapa.calls.types import RowKind, hosted_key

AnyRow = Row | HostedEvent
REFUSALS = (RowRejected, EventRejected)


def _head_of_call(raw: bytes, zone: tzinfo) -> Head:
    row = call_log.row_of(raw, zone)
    key = hosted_key(row.call_id)
    return Head(row.at, row.event.value, key, key)


HEADS: dict[int, Callable[[bytes, tzinfo], Head]] = {
    RowKind.QUEUE_LOG: queue_log.head_of,
    RowKind.CEL: cel.head_of,
    RowKind.CDR: cdr.head_of,
    RowKind.CALL_LOG: _head_of_call,
}
PARSERS: dict[int, Callable[[bytes, tzinfo], AnyRow]] = {
    RowKind.QUEUE_LOG: queue_log.row_of,
    RowKind.CEL: cel.row_of,
    RowKind.CDR: cdr.row_of,
    RowKind.EVENT: events.row_of,
    RowKind.CALL_LOG: call_log.row_of,
}
_TOLD_APART: dict[int, frozenset[str]] = {
    RowKind.QUEUE_LOG: SHIFT_EVENTS | {"QUEUESTART"},
    RowKind.CEL: frozenset({"APP_START"}),
    RowKind.CALL_LOG: frozenset({Event.CALL.value}),
}
"""Events of which more is told than that they belong to a call."""
_LEGS = {"recording": Leg.BOTH, "customer_recording": Leg.HEARD, "agent_recording": Leg.PLAYED}


@dataclass
class Read:
    """What some lines hold, as rows of the tables that it goes into."""

    rows: list[RawRow] | Packed = field(default_factory=list)
    rejected: list[tuple[int, int, str, bytes]] = field(default_factory=list)
    links: set[tuple[str, str]] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    agent_keys: set[str] = field(default_factory=set)
    recordings: list[tuple[int, str, str, str, str, float]] = field(default_factory=list)
    restarts: list[tuple[int, float]] = field(default_factory=list)
    read_to: int = 0
    oldest: float = 0.0
    newest: float = 0.0


def lines_read(
    kind: int,
    base: int,
    lines: Sequence[tuple[int, bytes]],
    zone: tzinfo,
    header: Header | None = None,
    *,
    is_packed: bool = False,
) -> Read:
    """`lines` with their places in the log, of which the first is 0; a row's id is `base` and its place."""
    head_of, parse, apart = HEADS[kind], PARSERS[kind], _TOLD_APART.get(kind, frozenset())
    read, rows = Read(read_to=lines[-1][0] + len(lines[-1][1]) + 1), []
    for place, text in lines:
        if not text or (header and not place):
            continue
        id_ = base + place
        try:
            raw = header.as_json(text) if header else text
            at, event, channel, call = head_of(raw, zone)
        except REFUSALS as exc:
            read.rejected.append((id_, kind, exc.reason.value, text))
            continue
        row = parse(raw, zone) if event in apart else None
        if isinstance(row, QueueRow) and (agents_key := agent_key(row)):
            rows.append((id_, kind, agents_key, at, raw))
            read.agent_keys.add(agents_key)
            continue
        rows.append((id_, kind, call, at, raw))
        read.keys.add(call)
        if channel != call:
            read.links.add((channel, call))
        if row is not None:
            _note(read, id_, row)
    read.keys.discard("")
    times = [at for _, _, _, at, _ in rows] or [0.0]
    read.oldest, read.newest = min(times), max(times)
    read.rows = packed(rows) if is_packed else rows
    return read


def _note(read: Read, id_: int, row: AnyRow) -> None:
    """What is asked for by itself, and not with its call."""
    if isinstance(row, CelRow):
        read.recordings += [
            (id_, file.leg.value, file.name, file.folder, row.channel_id, row.at) for file in announced_in(row)
        ]
    elif isinstance(row, HostedEvent):
        read.recordings += recordings_in(id_, row)
    elif isinstance(row, QueueRow) and row.event == "QUEUESTART":
        read.restarts.append((id_, row.at))


def recordings_in(id_: int, event: HostedEvent) -> list[tuple[int, str, str, str, str, float]]:
    """The files that it names, as rows of `PbxRecording`. What came from the customer is the customer's."""
    key = hosted_key(event.call_id)
    return [(id_, leg.value, name, "", key, event.at) for field, leg in _LEGS.items() if (name := event.text(field))]
