"""Agents' days over the REST API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.timezone import localdate
from ninja import Query, Router, Schema
from pydantic import Field

from sapa.accounts.selectors import acting_person
from sapa.calls.agent_json import agent_day_as_json
from sapa.calls.agent_reading import MOST_DAYS, agent_days, records_until, sees_agents
from sapa.core.api_shapes import ERRORS, Day
from sapa.core.clock import now_at

MOST_ROWS = 1_000
router = Router(tags=["agents"])


class AgentDayOut(Schema):
    """`null` is what the records do not tell, and never 0. Work after a call is in none of them."""

    on: date
    agent: str = Field(description="The person's name; where the phone system's name stands for nobody, that")
    team: str
    pbx_names: list[str]
    first_in_at: datetime | None = Field(description="May lie on an earlier day")
    last_out_at: datetime | None
    is_in: bool = Field(description="At the end of the day, or as far as the records reach")
    logged_in_s: float | None = Field(description="In any queue; null for members of queues.conf")
    paused_s: float | None = Field(description="In every queue that the agent was in")
    paused_by_reason: dict[str, float]
    partly_paused_s: float | None = Field(description="In one queue and not in another")
    on_calls_s: float
    talk_s: float
    hold_s: float
    ring_s: float
    calls: int = Field(description="Answered on this day")
    missed_offers: int
    occupancy_share: float | None = Field(description="Handling / (handling + available), while logged in")


class AgentDaysOut(Schema):
    records_until: datetime | None
    count: int
    days: list[AgentDayOut]


@router.get("/agents/days", response={200: AgentDaysOut, **ERRORS}, summary="Agents' days: in, paused, on calls")
def agent_days_get(
    request: HttpRequest,
    since_on: Annotated[Day | None, Query(alias="from", description="As 2026-11-27; left out: today")] = None,
    until_on: Annotated[
        Day | None, Query(alias="to", description=f"That day too, {MOST_DAYS} in all; left out: the first day alone")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = MOST_ROWS,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> dict[str, Any]:
    """Of the agents that you may see, by day and name; days of the installation's time zone."""
    person = acting_person(request)
    since = since_on or localdate(now_at())
    days = agent_days(person, since, until_on or since)
    return {
        "records_until": records_until() if sees_agents(person) else None,
        "count": len(days),
        "days": [agent_day_as_json(one) for one in days[offset : offset + limit]],
    }
