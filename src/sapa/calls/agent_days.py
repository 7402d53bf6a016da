"""Agents' rows into sessions and pauses, a day of an agent at a time: each goes on from what was known when the one
before ended (ADR 25)."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery

from sapa.calls.agents_within import WIDE_AFTER
from sapa.calls.connectors.asterisk import queue_log
from sapa.calls.connectors.asterisk.rows import QueueRow, RowRejected
from sapa.calls.connectors.asterisk.shifts import Restart, Shift, Told, day_and_agent
from sapa.calls.deriving import restarts_known
from sapa.calls.models import AgentDay, AgentPause, AgentSession, AgentStale, PbxRow
from sapa.calls.taking_rows import agents_stale
from sapa.calls.types import AgentSpan, EndedBy
from sapa.core.garbage import circles_left

AT_ONCE = 500
_ROWS_AT_ONCE = 1_000


@dataclass(frozen=True)
class _Day:
    """A day to be made, with the agent's days with rows around it."""

    key: str
    agent: str
    day: int
    state: dict[str, Any]
    before: str | None
    after: str | None


def agent_days_derive(*, limit: int = AT_ONCE) -> int:
    """Make the sessions of up to so many days of agents whose rows are new, the oldest first. Gives how many days; 0
    when nothing is left."""
    with transaction.atomic(), circles_left():
        held = AgentStale.objects.select_for_update().order_by("key")  # waited for: days of one agent go one by one
        keys = list(held.values_list("key", flat=True)[:limit])
        if not keys:
            return 0
        later = _derive(_days_of(keys))
        AgentStale.objects.filter(key__in=keys).delete()
        agents_stale(later)
    return len(keys)


def _days_of(keys: Sequence[str]) -> list[_Day]:
    """In the order of time."""
    told = [(key, *day_and_agent(key)) for key in keys]
    AgentDay.objects.bulk_create(
        [AgentDay(key=key, agent=agent, day=day) for key, day, agent in told], ignore_conflicts=True
    )
    same = AgentDay.objects.filter(agent=OuterRef("agent")).order_by()
    found = AgentDay.objects.filter(key__in=keys).annotate(
        before=Subquery(same.filter(day__lt=OuterRef("day")).order_by("-day").values("key")[:1]),
        after=Subquery(same.filter(day__gt=OuterRef("day")).order_by("day").values("key")[:1]),
    )
    named = found.values_list("key", "agent", "day", "state", "before", "after")
    return sorted((_Day(*row) for row in named), key=lambda one: (one.day, one.agent))


def _derive(days: Sequence[_Day]) -> set[str]:
    """Gives the keys of days that begin with something else now."""
    rows = _rows_of([one.key for one in days])
    before = {one.before for one in days if one.before} - {one.key for one in days}
    states = dict(AgentDay.objects.filter(key__in=before).values_list("key", "state"))
    restarts = restarts_known()
    sessions: list[AgentSession] = []
    pauses: list[AgentPause] = []
    changed: list[AgentDay] = []
    later: set[str] = set()
    for one in days:
        shift = Shift(states.get(one.before or ""))
        told = shift.take(rows[one.key], _after(restarts, shift.at))
        _add(sessions, pauses, one, told, is_settled=True)
        if one.after is None:
            _add(sessions, pauses, one, shift.rest(_after(restarts, shift.at)), is_settled=False)
        states[one.key] = shift.state()
        if states[one.key] != one.state:
            changed.append(AgentDay(key=one.key, state=states[one.key]))
            later |= {one.after} if one.after else set()
    _replace(days, sessions, pauses)
    AgentDay.objects.bulk_update(changed, ["state"], batch_size=_ROWS_AT_ONCE // 4)
    return later - {one.key for one in days}


def _after(restarts: Sequence[Restart], at: float) -> Sequence[Restart]:
    return restarts[bisect_right(restarts, at, key=lambda one: one.at) :]


def _rows_of(keys: Sequence[str]) -> Mapping[str, list[tuple[int, QueueRow]]]:
    rows: dict[str, list[tuple[int, QueueRow]]] = defaultdict(list)
    for id_, key, raw in PbxRow.objects.filter(key__in=keys).values_list("id", "key", "raw"):
        try:
            rows[key].append((id_, queue_log.row_of(bytes(raw))))
        except RowRejected:  # by a stricter version than the one that took it
            continue
    return rows


def _add(sessions: list[AgentSession], pauses: list[AgentPause], one: _Day, told: Told, *, is_settled: bool) -> None:
    for span in told.sessions:
        ended = {"ended_by": span.ended_by.value, "is_began_known": span.is_began_known}
        sessions.append(AgentSession(**_facts(one, span, is_settled=is_settled), **ended))
    pauses += [AgentPause(**_facts(one, span, is_settled=is_settled), reason=span.reason) for span in told.pauses]


def _facts(one: _Day, span: AgentSpan, *, is_settled: bool) -> dict[str, Any]:
    began_at = datetime.fromtimestamp(span.began_at, UTC)
    ended_at = None if span.ended_at is None else datetime.fromtimestamp(span.ended_at, UTC)
    return {
        "day_key": one.key,
        "agent": one.agent,
        "queue": span.queue,
        "began_at": began_at,
        "ended_at": ended_at,
        "is_settled": is_settled,
        "is_wide": ended_at is None or ended_at - began_at > WIDE_AFTER or span.ended_by is EndedBy.LOST,
    }


def _replace(days: Sequence[_Day], sessions: Iterable[AgentSession], pauses: Iterable[AgentPause]) -> None:
    """What these days ended is told anew, and what their agents have open where one of them is the agent's last."""
    keys = [one.key for one in days]
    last = [one.agent for one in days if one.after is None]
    for model in (AgentSession, AgentPause):
        model.objects.filter(day_key__in=keys).delete()
        model.objects.filter(agent__in=last, is_settled=False).delete()
    AgentSession.objects.bulk_create(sessions, batch_size=_ROWS_AT_ONCE)
    AgentPause.objects.bulk_create(pauses, batch_size=_ROWS_AT_ONCE)
