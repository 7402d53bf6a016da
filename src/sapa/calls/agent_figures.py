"""What a stretch of time of one agent amounts to: logged in, paused, on calls, occupancy. A function of spans (ADR 25).

All times are seconds since 1970. What the records do not tell is None, and never 0.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import fsum
from typing import NamedTuple

from sapa.calls.types import AgentShare, MissedOffer


class Span(NamedTuple):
    """In a queue, or paused there. `place`: the agent's name in the phone system, and the queue; "" is a desk. One that
    goes on ends here where the records do."""

    place: tuple[str, str]
    since: float
    until: float
    reason: str = ""
    is_open: bool = False
    is_since_known: bool = True


@dataclass
class AgentFacts:
    """All that is known of one agent, by whatever names; it may reach beyond what is asked for."""

    sessions: list[Span] = field(default_factory=list)
    pauses: list[Span] = field(default_factory=list)
    shares: list[AgentShare] = field(default_factory=list)
    missed: list[MissedOffer] = field(default_factory=list)


@dataclass(frozen=True)
class Pause:
    """Paused in every queue the agent was in."""

    since: float
    until: float
    reason: str


@dataclass(frozen=True)
class AgentFigures:
    """`calls`, talk, hold and ring are of calls answered in the time asked for; all else is cut at its edges. `is_in`:
    at its end, or as far as the records reach, the agent was in. Beginnings and ends of sessions are told whole."""

    logged_in_s: float | None
    paused_s: float | None
    partly_paused_s: float | None
    pauses_s: dict[str, float]
    on_calls_s: float
    talk_s: float
    hold_s: float
    ring_s: float
    calls: int
    missed_offers: int
    occupancy_share: float | None
    first_in_at: float | None
    last_out_at: float | None
    is_in: bool
    inside: tuple[tuple[float, float], ...]
    pauses: tuple[Pause, ...]
    on_calls: tuple[tuple[float, float], ...]

    @property
    def is_empty(self) -> bool:
        return not (self.inside or self.pauses or self.on_calls or self.calls or self.missed_offers)


def agent_figures(facts: AgentFacts, since: float, until: float) -> AgentFigures:
    """Of `[since, until)`."""
    sessions = [one for one in facts.sessions if one.since < until and one.until > since]
    parts = _parts(_cut(sessions, since, until), _cut(facts.pauses, since, until))
    inside = union((part.since, part.until) for part in parts if part.is_in)
    pauses = _pauses(parts)
    calls = [(share.answered_at, share.left_at) for share in facts.shares]
    on_calls = union((max(a, since), min(b, until)) for a, b in calls if a < until and b > since)
    taken = [share for share in facts.shares if since <= share.answered_at < until]
    is_known = bool(sessions) and all(one.is_since_known or one.since < since for one in sessions)
    is_in = any(one.is_open or one.until > until for one in sessions)
    by_reason: dict[str, list[float]] = defaultdict(list)
    for pause in pauses:
        by_reason[pause.reason].append(pause.until - pause.since)
    return AgentFigures(
        logged_in_s=length(inside) if is_known else None,
        paused_s=fsum(pause.until - pause.since for pause in pauses) if is_known or pauses else None,
        partly_paused_s=fsum(part.until - part.since for part in parts if part.is_partly) if is_known else None,
        pauses_s={reason: fsum(lengths) for reason, lengths in sorted(by_reason.items())},
        on_calls_s=length(on_calls),
        talk_s=fsum(share.talk_s for share in taken),
        hold_s=fsum(share.hold_s for share in taken),
        ring_s=fsum(share.ring_s for share in taken),
        calls=len(taken),
        missed_offers=sum(since <= offer.at < until for offer in facts.missed),
        occupancy_share=_occupancy(inside, pauses, on_calls) if is_known else None,
        first_in_at=min((one.since for one in sessions), default=None) if is_known else None,
        last_out_at=None if is_in else max((one.until for one in sessions), default=None),
        is_in=is_in,
        inside=tuple(inside),
        pauses=tuple(pauses),
        on_calls=tuple(on_calls),
    )


def union(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Without those that last no time."""
    joined: list[tuple[float, float]] = []
    for since, until in sorted(span for span in spans if span[1] > span[0]):
        if joined and since <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], until))
        else:
            joined.append((since, until))
    return joined


def length(spans: Iterable[tuple[float, float]]) -> float:
    return fsum(until - since for since, until in spans)


class _Part(NamedTuple):
    """Between two moments in which nothing changes."""

    since: float
    until: float
    is_in: bool
    is_paused: bool
    is_partly: bool
    reason: str


def _cut(spans: Iterable[Span], since: float, until: float) -> list[Span]:
    """What is left of them, by which of them still began first."""
    touching = [one for one in spans if one.since < until and one.until > since]
    cut = [one._replace(since=max(one.since, since), until=min(one.until, until)) for one in touching]
    return [one for _, one in sorted(zip((one.since for one in touching), cut, strict=True))]


def _parts(sessions: Sequence[Span], pauses: Sequence[Span]) -> list[_Part]:
    edges = sorted({edge for one in (*sessions, *pauses) for edge in (one.since, one.until)})
    parts = []
    for since, until in pairwise(edges):
        here = {one.place for one in sessions if one.since <= since and one.until >= until}
        queues = {place for place in here if place[1]}
        resting = {one.place: one.reason for one in pauses if one.since <= since and one.until >= until}
        if queues:
            resting = {place: reason for place, reason in resting.items() if place in queues}
            is_paused = len(resting) == len(queues)
        else:  # at a desk, or of `queues.conf`, whose queues no record names
            is_paused = bool(resting) and (bool(here) or not sessions)
        reason = list(resting.values())[-1] if is_paused else ""
        parts.append(_Part(since, until, bool(here), is_paused, bool(resting and queues) and not is_paused, reason))
    return parts


def _pauses(parts: Iterable[_Part]) -> list[Pause]:
    found: list[Pause] = []
    for part in parts:
        if not part.is_paused:
            continue
        if found and found[-1].until == part.since and found[-1].reason == part.reason:
            found[-1] = Pause(found[-1].since, part.until, part.reason)
        else:
            found.append(Pause(part.since, part.until, part.reason))
    return found


def _occupancy(
    inside: Sequence[tuple[float, float]], pauses: Sequence[Pause], on_calls: Sequence[tuple[float, float]]
) -> float | None:
    """Handling / (handling + available), while logged in; a call taken in a pause is handling, and the pause around it
    is neither."""
    handling = _both(inside, on_calls)
    resting = union((pause.since, pause.until) for pause in pauses)
    handled_s = length(handling)
    available_s = length(inside) - length(union([*_both(inside, resting), *handling]))
    whole_s = handled_s + max(0.0, available_s)
    return handled_s / whole_s if whole_s > 0 else None


def _both(one: Sequence[tuple[float, float]], other: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Of two lists without overlaps, the time in both."""
    return union((max(a, c), min(b, d)) for a, b in one for c, d in other)
