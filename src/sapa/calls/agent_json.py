"""An agent's day as `GET /api/v1/agents/days` and the table to take away tell it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils.timezone import localtime

from sapa.calls.agent_reading import AgentOnDay

AGENT_COLUMNS = (
    "on", "agent", "team", "pbx_names", "first_in_at", "last_out_at", "is_in", "logged_in_s", "paused_s",
    "paused_by_reason", "partly_paused_s", "on_calls_s", "talk_s", "hold_s", "ring_s", "calls", "missed_offers",
    "occupancy_share",
)  # fmt: skip


def agent_day_as_json(one: AgentOnDay) -> dict[str, Any]:
    """Times in the installation's zone, durations in seconds; None is what the records do not tell."""
    found = one.figures
    return {
        "on": one.on,
        "agent": one.who.name,
        "team": one.who.team,
        "pbx_names": list(one.who.pbx_names),
        "first_in_at": _at(found.first_in_at),
        "last_out_at": _at(found.last_out_at),
        "is_in": found.is_in,
        "logged_in_s": _rounded(found.logged_in_s),
        "paused_s": _rounded(found.paused_s),
        "paused_by_reason": {reason: round(seconds, 3) for reason, seconds in found.pauses_s.items()},
        "partly_paused_s": _rounded(found.partly_paused_s),
        "on_calls_s": round(found.on_calls_s, 3),
        "talk_s": round(found.talk_s, 3),
        "hold_s": round(found.hold_s, 3),
        "ring_s": round(found.ring_s, 3),
        "calls": found.calls,
        "missed_offers": found.missed_offers,
        "occupancy_share": None if found.occupancy_share is None else round(found.occupancy_share, 4),
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def _at(seconds: float | None) -> datetime | None:
    return None if seconds is None else localtime(datetime.fromtimestamp(seconds, UTC))
