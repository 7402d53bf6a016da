"""Which sessions and pauses touch a stretch of time, found without looking at all that there are (ADR 25)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Max, Min, Q, QuerySet

from sapa.calls.agent_models import AgentDay, AgentPause, AgentSession
from sapa.calls.connectors.asterisk.shifts import DAY_S
from sapa.calls.types import EndedBy

WIDE_AFTER = timedelta(days=1)
_MOST_AGENTS = 900  # a database takes no more values in one question
_Span = TypeVar("_Span", AgentSession, AgentPause)


def spans_within(model: type[_Span], since: datetime, until: datetime) -> list[_Span]:
    """Of all agents, those that were on at any moment of `[since, until)`, or ended in it."""
    spans: Any = model.objects  # the checker knows managers of one class, not of one of two
    touching: Any = spans.filter(began_at__lt=until).filter(Q(ended_at=None) | Q(ended_at__gte=since))
    short: Any = touching.filter(is_wide=False, began_at__gte=since - WIDE_AFTER)
    return [*short, *touching.filter(is_wide=True)]


def agent_days_around(at: float, *, alive_at: float) -> set[str]:
    """Keys of the days whose sessions a restart of the phone system at `at` may change: of everybody who was in or
    paused, or whose end no record told, the last day with rows until then and the first after. Seconds since 1970."""
    began, alive = datetime.fromtimestamp(at, UTC), datetime.fromtimestamp(alive_at, UTC)
    agents: set[str] = set()
    for model in (AgentSession, AgentPause):
        touched: QuerySet[AgentSession] | QuerySet[AgentPause] = model.objects.filter(began_at__lt=began)
        ends_later = Q(ended_at=None) | Q(ended_at__gte=alive)
        short = touched.filter(ends_later, is_wide=False, began_at__gte=alive - WIDE_AFTER if alive_at else began)
        lost = Q(ended_by=EndedBy.LOST.value) if model is AgentSession else Q()
        wide = touched.filter(ends_later | lost, is_wide=True)
        agents |= {*short.values_list("agent", flat=True), *wide.values_list("agent", flat=True)}
    return _days_around(sorted(agents), int(at // DAY_S))


def _days_around(agents: Sequence[str], day: int) -> set[str]:
    keys: set[str] = set()
    for start in range(0, len(agents), _MOST_AGENTS):
        days = AgentDay.objects.filter(agent__in=agents[start : start + _MOST_AGENTS]).order_by()
        until = days.filter(day__lte=day).values("agent").annotate(found=Max("day"))
        later = days.filter(day__gt=day).values("agent").annotate(found=Min("day"))
        keys |= {f"agent/{row['found']}/{row['agent']}" for row in (*until, *later)}
    return keys
