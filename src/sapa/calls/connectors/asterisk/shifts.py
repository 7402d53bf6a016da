"""Rows of `queue_log` that belong to no call become an agent's sessions and pauses: a fold that may stop after any row
and go on from what it knew (ADR 25).

Asterisk writes ADDMEMBER only for who was not in the queue and REMOVEMEMBER only for who was; after a restart it says
nothing of members that it remembers. So the next row tells what the restart was.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sapa.calls.connectors.asterisk.rows import QueueRow
from sapa.calls.connectors.asterisk.set_back import is_archive, put_in_order
from sapa.calls.types import PLACES, AgentSpan, EndedBy
from sapa.core.storable import storable_part

_IN = {"ADDMEMBER", "AGENTLOGIN", "AGENTCALLBACKLOGIN"}
_OUT = {"REMOVEMEMBER", "AGENTLOGOFF", "AGENTCALLBACKLOGOFF"}
_ALL = {"PAUSEALL", "UNPAUSEALL"}
_PAUSES = {"PAUSE", "UNPAUSE"}
_DESK = {"AGENTLOGIN", "AGENTCALLBACKLOGIN", "AGENTLOGOFF", "AGENTCALLBACKLOGOFF"}
SHIFT_EVENTS = frozenset(_IN | _OUT | _ALL | _PAUSES)
DAY_S = 86_400
LONGEST_AGENT, LONGEST_REASON = 100, 100
_LONGEST_LOGIN_S = 1e7


class Restart(NamedTuple):
    """The phone system began anew at `at`; its last sign of life before that is of `alive_at`, 0 where none is known.
    Seconds since 1970."""

    at: float
    alive_at: float


@dataclass
class _Place:
    """How the agent stands in one queue ("" is at a desk, logged in by `AgentLogin`). `lost_at`: a restart may have put
    them out at that moment. `sign_at`: the first row of somebody who was never seen coming in."""

    since: float | None = None
    is_since_known: bool = True
    lost_at: float | None = None
    paused_since: float | None = None
    reason: str = ""
    sign_at: float | None = None

    @property
    def is_empty(self) -> bool:
        return self.since is None and self.paused_since is None and self.sign_at is None


@dataclass
class Told:
    """Sessions and pauses that no later row changes."""

    sessions: list[AgentSpan] = field(default_factory=list)
    pauses: list[AgentSpan] = field(default_factory=list)


class Shift:
    """What is known of one agent after some rows. `at`: of the last of them, seconds since 1970."""

    def __init__(self, state: dict[str, Any] | None = None) -> None:
        state = state or {}
        self.at: float = state.get("at", 0.0)
        self._places = {queue: _Place(*told) for queue, told in state.get("queues", {}).items()}

    def state(self) -> dict[str, Any]:
        """As JSON, from which another goes on."""
        kept = {queue: place for queue, place in sorted(self._places.items()) if not place.is_empty}
        return {"at": self.at, "queues": {queue: list(vars(place).values()) for queue, place in kept.items()}}

    def take(self, rows: Iterable[tuple[int, QueueRow]], restarts: Sequence[Restart]) -> Told:
        """Rows with their places in the logs, and the restarts from the last row before them until the last of them."""
        told = Told()
        ordered = _in_order(rows)
        begun = sorted(one for one in set(restarts) if one.at > self.at)
        for row, is_set_back in ordered:
            while begun and begun[0].at <= row.at:
                self._restart(begun.pop(0), told)
            if is_set_back:
                for place in self._places.values():  # how long they had been in, or paused, nobody knows
                    place.is_since_known = False
                    place.paused_since, place.reason = None, ""
            self._row(row, told)
            self.at = max(self.at, row.at)
        return told

    def rest(self, restarts: Sequence[Restart]) -> Told:
        """What a next row may change: open, or ended by a restart since the last row."""
        copy, told = Shift(self.state()), Told()
        for one in sorted(one for one in set(restarts) if one.at > self.at):
            copy._restart(one, told)
        for queue, place in copy._places.items():
            ended_by = EndedBy.RESTART if place.lost_at is not None else EndedBy.OPEN
            if place.since is not None:
                told.sessions.append(_session(queue, place, place.lost_at, ended_by))
            if place.paused_since is not None:
                told.pauses.append(_pause(queue, place, place.lost_at))
        return told

    def _restart(self, restart: Restart, told: Told) -> None:
        lost_at = min(restart.at, max(restart.alive_at, self.at))
        for queue, place in self._places.items():
            if place.since is not None and queue:
                place.lost_at = lost_at if place.lost_at is None else place.lost_at
            else:  # logged in over a channel, which is gone; or of `queues.conf`, whose pauses are not remembered
                self._leave(queue, lost_at, EndedBy.RESTART, told)
        self._forget()

    def _row(self, row: QueueRow, told: Told) -> None:
        if row.event in _ALL:
            for queue, place in list(self._places.items()):
                is_in = place.since is not None and place.lost_at is None
                if is_in if row.event == "PAUSEALL" else place.paused_since is not None:
                    self._paused(queue, row, told)
            return
        queue = "" if row.event in _DESK else storable_part(row.queue)
        place = self._places.setdefault(queue, _Place())
        if place.lost_at is not None:
            if row.event in _IN:
                self._leave(queue, place.lost_at, EndedBy.RESTART, told)
            else:
                place.lost_at = None
        if row.event in _IN:
            self._came(queue, row, told)
        elif row.event in _OUT:
            self._went(queue, row, told)
        else:
            self._paused(queue, row, told)
        self._forget()

    def _came(self, queue: str, row: QueueRow, told: Told) -> None:
        place = self._places.get(queue, _Place())
        if place.since is not None:
            self._leave(queue, max(place.since, self.at), EndedBy.LOST, told)
        elif place.paused_since is not None:
            told.pauses.append(_pause(queue, place, row.at))
        self._places[queue] = came = _Place(since=row.at)
        if row.event == "ADDMEMBER" and row.data[:1] == ("PAUSED",):
            came.paused_since = row.at

    def _went(self, queue: str, row: QueueRow, told: Told) -> None:
        place = self._places[queue]
        if place.since is None:
            logged_in_s = _seconds(row.data[1]) if queue == "" and len(row.data) > 1 else None
            began_at = row.at - logged_in_s if logged_in_s is not None else place.sign_at
            place.since = row.at if began_at is None else began_at
            place.is_since_known = logged_in_s is not None
        self._leave(queue, row.at, EndedBy.LOGGED_OFF if row.event in _DESK else EndedBy.REMOVED, told)

    def _paused(self, queue: str, row: QueueRow, told: Told) -> None:
        place = self._places[queue]
        if place.since is None and place.sign_at is None:
            place.sign_at = row.at
        reason = storable_part("|".join(row.data)).strip()[:LONGEST_REASON]
        is_pause = row.event in ("PAUSE", "PAUSEALL")
        if place.paused_since is not None:
            if is_pause and reason == place.reason:
                return
            told.pauses.append(_pause(queue, place, row.at))
        place.paused_since, place.reason = (row.at, reason) if is_pause else (None, "")

    def _leave(self, queue: str, at: float, ended_by: EndedBy, told: Told) -> None:
        """Nothing stays known of this queue."""
        place = self._places[queue]
        if place.since is not None:
            told.sessions.append(_session(queue, place, max(place.since, at), ended_by))
        if place.paused_since is not None:
            told.pauses.append(_pause(queue, place, max(place.paused_since, at)))
        self._places[queue] = _Place()

    def _forget(self) -> None:
        self._places = {queue: place for queue, place in self._places.items() if not place.is_empty}


def agent_key(row: QueueRow) -> str:
    """Under which such a row is kept: `agent/20781/Aigerim`, by days of 86,400 seconds since 1970. "" for any other."""
    if row.event not in SHIFT_EVENTS or not row.agent:
        return ""
    return f"agent/{int(row.at // DAY_S)}/{storable_part(row.agent)[:LONGEST_AGENT]}"


def day_and_agent(key: str) -> tuple[int, str]:
    _, day, agent = key.split("/", 2)
    return int(day), agent


def _in_order(rows: Iterable[tuple[int, QueueRow]]) -> list[tuple[QueueRow, bool]]:
    """By time and place, each with whether the clock was set back before it. A copy of a log holds the same lines
    elsewhere; a line that one log holds twice in a second was written twice."""
    first: dict[tuple[QueueRow, int], int] = {}
    for place, row in _numbered(sorted(set(rows))):
        first[row] = min(place, first.get(row, place))
    told = [(place, row) for (row, _), place in first.items()]
    placed, set_back = (told, set[int]()) if _is_archive(told) else put_in_order(told)
    return [(row, place in set_back) for _, place, row in sorted((row.at, place, row) for place, row in placed)]


def _is_archive(rows: Iterable[tuple[int, QueueRow]]) -> bool:
    """Of any log among them."""
    logs: dict[int, list[tuple[int, QueueRow]]] = defaultdict(list)
    for place, row in rows:
        logs[place // PLACES].append((place, row))
    return any(map(is_archive, logs.values()))


def _numbered(rows: Sequence[tuple[int, QueueRow]]) -> Iterator[tuple[int, tuple[QueueRow, int]]]:
    seen: Counter[tuple[int, QueueRow]] = Counter()
    for place, row in rows:
        file = place // PLACES
        seen[file, row] += 1
        yield place, (row, seen[file, row])


def _session(queue: str, place: _Place, ended_at: float | None, ended_by: EndedBy) -> AgentSpan:
    if place.since is None:
        raise ValueError("nobody is in")
    return AgentSpan(queue, place.since, ended_at, ended_by, is_began_known=place.is_since_known)


def _pause(queue: str, place: _Place, ended_at: float | None) -> AgentSpan:
    if place.paused_since is None:
        raise ValueError("nobody is paused")
    return AgentSpan(queue, place.paused_since, ended_at, reason=place.reason)


def _seconds(raw: str) -> float | None:
    if not (raw.isascii() and raw.isdigit() and len(raw) < 12):
        return None
    return float(raw) if float(raw) < _LONGEST_LOGIN_S else None
