"""The sessions that the rows of some logs speak of, as `sapa pbx replay --sessions` tells them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sapa.calls.connectors.asterisk.shifts import day_and_agent
from sapa.calls.deriving import MOST_VALUES, pieces
from sapa.calls.models import AgentPause, AgentSession, PbxRow
from sapa.calls.replaying import in_files


def sessions_of(files: Iterable[int]) -> dict[str, Any]:
    """All sessions and pauses of the agents that are named in these logs, by agent and time."""
    keys = PbxRow.objects.filter(in_files(files), key__startswith="agent/").values_list("key", flat=True).distinct()
    agents = sorted({day_and_agent(key)[1] for key in keys})
    sessions: list[dict[str, Any]] = []
    pauses: list[dict[str, Any]] = []
    for some in pieces(agents, MOST_VALUES):
        for session in AgentSession.objects.filter(agent__in=some).order_by("agent", "began_at", "queue"):
            more = {"ended_by": session.ended_by, "is_began_known": session.is_began_known}
            sessions.append(_span(session) | more)
        rested = AgentPause.objects.filter(agent__in=some).order_by("agent", "began_at", "queue")
        pauses += [_span(pause) | {"reason": pause.reason} for pause in rested]
    return {"agents": len(agents), "sessions_detail": sessions, "pauses_detail": pauses}


def _span(one: AgentSession | AgentPause) -> dict[str, Any]:
    return {
        "agent": one.agent,
        "queue": one.queue,
        "began_at": one.began_at.isoformat(),
        "ended_at": one.ended_at and one.ended_at.isoformat(),
    }
