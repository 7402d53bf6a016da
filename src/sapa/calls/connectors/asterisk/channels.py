"""CEL rows of one call as its channels: when each was made, answered, bridged with whom, and how it ended.

A `Local/` channel is a pair of ends without a telephone; the bridges on either side of it are one conversation.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from sapa.calls.connectors.asterisk.rows import CelRow
from sapa.calls.spans import Span, merged


@dataclass(frozen=True)
class Stay:
    """In a bridge, from when until when (None: still there)."""

    bridge: str
    since: float
    until: float | None = None


@dataclass
class Channel:
    id: str
    name: str
    number: str
    caller_name: str
    exten: str
    started_at: float
    answered_at: float | None = None
    hung_up_at: float | None = None
    hangup_source: str = ""
    dial_status: str = ""
    stays: list[Stay] = field(default_factory=list)
    apps: list[tuple[float, str, str]] = field(default_factory=list)
    """When, which, with what."""

    @property
    def device(self) -> str:
        """`PJSIP/101-0000002a` is a call of `PJSIP/101`."""
        return self.name.rpartition("-")[0] or self.name

    @property
    def is_local(self) -> bool:
        return self.name.startswith("Local/")

    @property
    def is_telephone(self) -> bool:
        return is_telephone(self.name)


def is_telephone(channel: str) -> bool:
    """And no end of a pair, no recorder, no announcement."""
    return not channel.startswith(("Local/", "Message/", "Recorder/", "Announcer/", "MulticastRTP/", "CBAnn/"))


def channels_of(rows: Sequence[CelRow]) -> dict[str, Channel]:
    """By their ids. `rows` in the order of time."""
    found: dict[str, Channel] = {}
    for row in rows:
        channel = found.get(row.channel_id)
        if channel is None:  # with its CHAN_START, or with whatever came of it
            channel = found[row.channel_id] = Channel(
                row.channel_id, row.channel, row.caller_number, row.caller_name, row.exten or row.dialled, row.at
            )
        _add(channel, row)
    return found


def _add(channel: Channel, row: CelRow) -> None:
    match row.event:
        case "ANSWER":
            channel.answered_at = channel.answered_at or row.at
        case "BRIDGE_ENTER":
            _leave(channel, row.at)
            channel.stays.append(Stay(str(extra_of(row).get("bridge_id", "")), row.at))
        case "BRIDGE_EXIT":
            _leave(channel, row.at)
        case "APP_START":
            channel.apps.append((row.at, row.app, row.app_data))
        case "HANGUP" | "CHAN_END":
            _leave(channel, row.at)
            channel.hung_up_at = channel.hung_up_at or row.at
            extra = extra_of(row)
            channel.hangup_source = channel.hangup_source or str(extra.get("hangupsource", ""))
            channel.dial_status = channel.dial_status or str(extra.get("dialstatus", ""))


def _leave(channel: Channel, at: float) -> None:
    if channel.stays and channel.stays[-1].until is None:
        last = channel.stays[-1]
        channel.stays[-1] = Stay(last.bridge, last.since, at)


def extra_of(row: CelRow) -> dict[str, Any]:
    if not row.extra:
        return {}
    try:
        told = json.loads(row.extra)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


class Bridges:
    """Who talked with whom: while a pair of local ends joins two bridges, they are one."""

    def __init__(self, channels: Iterable[Channel], *, until: float) -> None:
        self._until = until
        pairs: dict[str, list[Channel]] = {}
        for channel in channels:
            if channel.is_local:
                pairs.setdefault(channel.name.rpartition(";")[0], []).append(channel)
        self._joins = [
            (*span, mine.bridge, their.bridge)
            for ends in pairs.values()
            if len(ends) == 2
            for mine in ends[0].stays
            for their in ends[1].stays
            if (span := self._both(mine, their)) is not None
        ]

    def together(self, one: Channel, others: Iterable[Channel]) -> list[Span]:
        """When `one` was in a bridge with any of the others; spans in order, none over another."""
        return merged(
            span
            for other in others
            for mine in one.stays
            for their in other.stays
            if (both := self._both(mine, their)) is not None
            for span in self._joined(mine.bridge, their.bridge, both)
        )

    def in_any(self, one: Channel) -> list[Span]:
        return merged((stay.since, self._end(stay)) for stay in one.stays)

    def _both(self, mine: Stay, their: Stay) -> Span | None:
        since, until = max(mine.since, their.since), min(self._end(mine), self._end(their))
        return (since, until) if since < until else None

    def _end(self, stay: Stay) -> float:
        return self._until if stay.until is None else stay.until

    def _joined(self, mine: str, their: str, span: Span) -> list[Span]:
        """When in this span the two bridges were one."""
        if mine == their:
            return [span]
        joins = [join for join in self._joins if join[0] < span[1] and join[1] > span[0]]
        if not joins:
            return []
        edges = sorted({*span, *(edge for join in joins for edge in join[:2] if span[0] < edge < span[1])})
        return [
            (since, until)
            for since, until in pairwise(edges)
            if _reaches(mine, their, [join[2:] for join in joins if join[0] <= since and join[1] >= until])
        ]


def _reaches(start: str, end: str, joins: Sequence[tuple[str, str]]) -> bool:
    reached, grown = {start}, True
    while grown:
        more = {bridge for join in joins if reached & {*join} for bridge in join}
        grown = not more <= reached
        reached |= more
    return end in reached
