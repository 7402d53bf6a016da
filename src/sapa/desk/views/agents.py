"""Agents' day: who was in, paused and on calls; and the same as a table to take away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from sapa.accounts.models import Person
from sapa.accounts.selectors import acting_person
from sapa.audit.services import audit_write
from sapa.calls.agent_json import AGENT_COLUMNS, agent_day_as_json
from sapa.calls.agent_reading import AgentOnDay, agent_days, records_until, sees_agents
from sapa.calls.selectors import has_phone_system, is_scoped
from sapa.core.clock import now_at
from sapa.core.tables import table_line
from sapa.desk.filters import clean_text, date_of, number_of
from sapa.desk.sheets.agent_days import SORT_KEYS, AgentsWanted, agent_sheet

COLUMNS = (
    ("name", _("Agent")), ("first", _("First in")), ("last", _("Last out")), ("in", pgettext_lazy("how long", "In")),
    ("paused", _("Paused")), ("on-calls", _("On calls")), ("occupancy", _("Occupancy")), ("calls", _("Calls")),
    ("missed", _("Missed offers")),
)  # fmt: skip


@require_safe
@never_cache
def agent_list(request: HttpRequest) -> HttpResponse:
    person = _seer(request)
    wanted = _wanted(request.GET)
    on, sort = wanted.on, wanted.sort
    sheet = agent_sheet(person, wanted, number=number_of(request.GET.get("page", "")))
    until, today = records_until(), localdate(now_at())
    context = {
        "sheet": sheet,
        "wanted": wanted,
        "columns": [
            (key, title, wanted.query(sort=_next_sort(key, sort)), _direction(key, sort)) for key, title in COLUMNS
        ],
        "today": today,
        "before": wanted.query(on=date.fromordinal(on.toordinal() - 1).isoformat()),
        "after": wanted.query(on=date.fromordinal(on.toordinal() + 1).isoformat()) if on < today else "",
        "now": wanted.query(on=""),
        "previous": wanted.query(page=sheet.number - 1) if sheet.number > 1 else "",
        "next": wanted.query(page=sheet.number + 1) if sheet.number < sheet.pages else "",
        "everybody": wanted.query(team="", q=""),
        "records_until": localtime(until) if until and localdate(until) == on else None,
        "has_phone_system": has_phone_system(),
        "has_no_team": is_scoped(person) and not person.team_grants.exists(),
        "is_own": not person.controls_quality,
    }
    return render(request, "desk/agents/page.html", context)


@require_POST
def agent_export(request: HttpRequest) -> StreamingHttpResponse:
    """One day as CSV, of those who are on the page. That somebody took it is written first."""
    person, wanted = _seer(request), _wanted(request.POST)
    on = wanted.on
    audit_write("agents.exported", subject="agents", person=person, day=on.isoformat())
    days = [one for one in agent_days(person, on, on) if wanted.fits(one.who)]
    response = StreamingHttpResponse(_lines(days), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="agents-{on:%Y%m%d}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def _lines(days: list[AgentOnDay]) -> Iterator[str]:
    yield table_line(AGENT_COLUMNS)
    for one in days:
        told = agent_day_as_json(one)
        yield table_line([_cell(told[column]) for column in AGENT_COLUMNS])


def _cell(value: object) -> object:
    if isinstance(value, dict):
        return "; ".join(f"{reason or '-'} {seconds:.0f}" for reason, seconds in value.items())
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return value.isoformat() if isinstance(value, date | datetime) else "" if value is None else value


def _seer(request: HttpRequest) -> Person:
    """Anybody else is told that there is no such page."""
    person = acting_person(request)
    if not sees_agents(person):
        raise Http404
    return person


def _wanted(given: QueryDict) -> AgentsWanted:
    sort = given.get("sort", "")
    return AgentsWanted(
        date_of(given.get("on", "")) or localdate(now_at()),
        sort if sort.removeprefix("-") in SORT_KEYS else "name",
        clean_text(given.get("team", "")),
        clean_text(given.get("q", "")),
    )


def _next_sort(key: str, sort: str) -> str:
    """By the same column again turns the order round; figures begin with the highest."""
    if sort.removeprefix("-") == key:
        return key if sort.startswith("-") else f"-{key}"
    return key if key in {"name", "first", "last"} else f"-{key}"


def _direction(key: str, sort: str) -> str:
    if sort.removeprefix("-") != key:
        return ""
    return "descending" if sort.startswith("-") else "ascending"
