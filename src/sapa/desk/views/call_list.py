"""The call list: one view that gives the page, its table, or the rows that changed in the line."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe
from django_htmx.middleware import HtmxDetails

from sapa.accounts.models import Person
from sapa.accounts.selectors import acting_person
from sapa.calls.models import MEASURES, DirectionChoice, DispositionChoice, HungUpByChoice
from sapa.calls.selectors import (
    agent_names_visible_to,
    has_phone_system,
    queue_and_project_names_visible_to,
    team_names_visible_to,
)  # fmt: skip
from sapa.desk.call_orders import MOST_SORTED
from sapa.desk.filters import (
    BY_NAME,
    NO_SOUND,
    RANGES,
    SORT_KEYS,
    SOUND_MISSING,
    CallFilter,
    call_filter_from,
    ids_of,
)  # fmt: skip
from sapa.desk.selectors import PAGE_ROWS, CallRow, call_page, call_rows
from sapa.desk.views.intake import can_add_recordings
from sapa.desk.wording.figures import range_words
from sapa.pipeline.models import StageState
from sapa.recordings.decoders import SUFFIXES
from sapa.scorecards.models import VerdictChoice

_TITLES = {
    "time": _("Time"), "direction": _("Direction"), "agent": _("Agent"), "customer": _("Customer"),
    "queue": _("Queue"), "wait": _("Wait"), "talk": _("Talk"), "ring": _("Ringing"), "hold": _("On hold"),
    "duration": _("Duration"), "language": _("Language"), "state": _("Processing"), "cqr": _("CQR"),
    "verdict": _("Verdict"), "tags": _("Tags"),
}  # fmt: skip
PERIODS = (
    ("today", _("Today")), ("yesterday", _("Yesterday")), ("week", _("Last 7 days")),
    ("month", _("Last 30 days")), ("dates", _("Between two dates")),
)  # fmt: skip
RESULTS = [(choice.value, choice.label) for choice in DispositionChoice if choice.value]
STATES = [*StageState.choices, (NO_SOUND, _("No recording")), (SOUND_MISSING, _("Recording missing"))]
DIRECTIONS = [(choice.value or "unknown", choice.label) for choice in DirectionChoice]
ENDED_BY = [(choice.value, choice.label) for choice in HungUpByChoice if choice.value]
MOVED = (("yes", _("Transferred")), ("no", _("Not transferred")))


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return redirect("reviews" if acting_person(request).is_outside else "call-list")


@require_safe
def call_list(request: HttpRequest) -> HttpResponse:
    person = acting_person(request)
    if "line" in request.GET:
        return _line(request, person)
    page = call_page(person, call_filter_from(request.GET))
    wanted, has_results = page.wanted, has_phone_system()
    measures = _measures(wanted, has_results=has_results)
    columns = _columns(person, measures)
    context: dict[str, Any] = {
        "wanted": wanted,
        "page": page,
        "columns": columns,
        "headings": [(key, _TITLES[key]) for key in columns],
        "measures": measures,
        "has_results": has_results,
        "sorted_by": "" if page.is_unsorted else wanted.sort_key,
        "sort_title": _TITLES[wanted.sort_key],
        "most": MOST_SORTED,
        "shows_names": not person.hides_names,
        "may_give": person.may_manage,
        "chips": _chips(wanted),
        "can_add": can_add_recordings(person),
        "awaits_own": not person.controls_quality,
        "accept": ",".join((*sorted(SUFFIXES), "audio/*")),
        **_line_context(page.rows),
        **_sorting(person, wanted),
    }
    htmx = getattr(request, "htmx", None)
    is_part = isinstance(htmx, HtmxDetails) and bool(htmx) and not htmx.history_restore_request
    if is_part:
        response = render(request, "desk/call_list/_table.html", {**context, "is_part": True})
        response["HX-Push-Url"] = reverse("call-list") + wanted.address.removesuffix("?")
    else:
        context |= _choices(person)
        response = render(request, "desk/call_list/page.html", context)
    patch_vary_headers(response, ["HX-Request"])
    response["Cache-Control"] = "private, no-store"
    return response


def _line(request: HttpRequest, person: Person) -> HttpResponse:
    """The rows that a list on screen shows as moving, as they stand now; asks again only while any moves."""
    rows = call_rows(person, ids_of(request.GET.get("line", "").split(",")[:PAGE_ROWS]))
    wanted = call_filter_from(request.GET)
    context = {
        "rows": rows,
        "wanted": wanted,
        "columns": _columns(person, _measures(wanted, has_results=has_phone_system())),
        **_line_context(rows),
    }
    return render(request, "desk/call_list/_line.html", context)


def _line_context(rows: list[CallRow]) -> dict[str, Any]:
    moving = [row for row in rows if row.line.is_moving]
    return {"moving": moving, "moving_ids": ",".join(str(row.id) for row in moving)}


def _measures(wanted: CallFilter, *, has_results: bool) -> list[str]:
    """Those that have a column: without a phone system there is the recording's alone; and always the one that the list
    is sorted by."""
    usual = {"wait", "talk"} if has_results else {"duration"}
    return [key for key in _TITLES if key in MEASURES and key in usual | {wanted.sort_key}]


def _columns(person: Person, measures: list[str]) -> list[str]:
    shown = [key for key in _TITLES if not (key in MEASURES and key not in measures)]
    return [key for key in shown if not (person.hides_names and key in BY_NAME)]


def _choices(person: Person) -> dict[str, Any]:
    queues, projects = queue_and_project_names_visible_to(person)
    return {
        "periods": PERIODS,
        "directions": DIRECTIONS,
        "agents": agent_names_visible_to(person),
        "queues": queues,
        "projects": projects,
        "verdicts": VerdictChoice.choices,
        "states": STATES,
        "results": RESULTS,
        "teams": team_names_visible_to(person),
        "parties": ENDED_BY,
        "moved": MOVED,
    }


def _sorting(person: Person, wanted: CallFilter) -> dict[str, Any]:
    keys = [key for key in SORT_KEYS if not (person.hides_names and key in BY_NAME)]
    options = [(sign + key, f"{_TITLES[key]} {'↓' if sign else '↑'}") for key in keys for sign in ("-", "")]
    ranges = [(name, _TITLES[name], *wanted.range_of(name).as_typed()) for name in RANGES]
    return {"sort_options": options, "ranges": ranges}


def _chips(wanted: CallFilter) -> list[tuple[str, str, str]]:
    """Each active filter: its name, its value, and the address of the list without it."""
    dates = " – ".join(day.isoformat() if day else "…" for day in (wanted.since_on, wanted.until_on))
    period = dates if wanted.period == "dates" else str(dict(PERIODS).get(wanted.period, ""))
    shown = (
        (_("Search"), wanted.text, {"text": ""}),
        (_("Period"), period, {"period": ""}),
        (_("Direction"), str(dict(DIRECTIONS).get(wanted.direction, "")), {"direction": ""}),
        (_("Agent"), wanted.agent, {"agent": ""}),
        (_("Queue"), wanted.queue, {"queue": ""}),
        (_("Project"), wanted.project, {"project": ""}),
        (_("Verdict"), str(dict(VerdictChoice.choices).get(wanted.verdict, "")), {"verdict": ""}),
        (pgettext("of a call", "Result"), str(dict(RESULTS).get(wanted.result, "")), {"result": ""}),
        (_("Processing"), str(dict(STATES).get(wanted.state, "")), {"state": ""}),
        (_("Team"), wanted.team, {"team": ""}),
        (_("Number begins with"), wanted.number, {"number": ""}),
        (_("Ended by"), str(dict(ENDED_BY).get(wanted.ended_by, "")), {"ended_by": ""}),
        (_("Transfer"), str(dict(MOVED).get(wanted.moved, "")), {"moved": ""}),
    )
    chips = [(str(name), value, wanted.query(**without)) for name, value, without in shown if value]
    for one in wanted.ranges:
        value = range_words(*one.as_typed(), unit="\N{NO-BREAK SPACE}%" if one.name == "cqr" else "")
        chips.append((str(_TITLES[one.name]), value, wanted.without_range(one.name)))
    return chips
