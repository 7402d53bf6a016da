"""Calls given to outside reviewers: giving them out, how far each reviewer is, and taking them back (ADR 18)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sapa.accounts.models import Person
from sapa.accounts.selectors import acting_person
from sapa.calls.errors import GivingDayInvalid
from sapa.calls.giving import MOST_AT_ONCE, calls_give, calls_take_back, outside_reviewer, outside_reviewers
from sapa.calls.models import Call
from sapa.calls.selectors import call_visible_to, calls_visible_to
from sapa.core.clock import now_at
from sapa.core.errors import SapaError
from sapa.desk.filters import call_filter_from, date_of, ids_of, number_of
from sapa.desk.selectors import calls_matching
from sapa.desk.wording.failures import failure_words
from sapa.reviews.given import Draw, GivenState, calls_draw, given_of, given_sums

PAGE_ROWS = 100
USUAL_CALLS = 20
USUAL_DAYS = 7


@require_safe
@never_cache
def given_list(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/giving/list.html", {"sums": given_sums(_giver(request))})


@require_safe
@never_cache
def given_person(request: HttpRequest, reviewer_id: int) -> HttpResponse:
    actor, person = _giver(request), _outside(reviewer_id)
    page = Paginator(given_of(actor, person), PAGE_ROWS).get_page(request.GET.get("page"))
    context = {"person": person, "page": page, "states": _state_words()}
    return render(request, "desk/giving/person.html", context)


@require_POST
def take_back(request: HttpRequest, reviewer_id: int) -> HttpResponse:
    """The chosen calls; with `act=unmarked` all that are not marked."""
    actor, person = _giver(request), _outside(reviewer_id)
    rows = given_of(actor, person)
    if request.POST.get("act") == "unmarked":
        rows = rows.exclude(state=GivenState.MARKED.value)
    else:
        rows = rows.filter(call__in=ids_of(request.POST.getlist("call")))
    count = calls_take_back(actor, person, list(rows.values_list("call", flat=True)))
    if count:
        words = ngettext("%(count)s call was taken back.", "%(count)s calls were taken back.", count)
        messages.success(request, words % {"count": count})
    else:
        messages.info(request, _("Choose calls to take back."))
    return redirect("given-person", person.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def give(request: HttpRequest) -> HttpResponse:
    """Of the calls that a list shows, by its own address, so many; or with `call=` just that one."""
    actor = _giver(request)
    one = _call_asked(actor, request.GET.get("call", ""))
    wanted = call_filter_from(request.GET)
    calls = calls_visible_to(actor).filter(pk=one.pk) if one else calls_matching(actor, wanted)
    context: dict[str, Any] = {
        "reviewers": list(outside_reviewers()),
        "call": one,
        "total": calls.count(),
        "wanted": wanted,
        "most": MOST_AT_ONCE,
        "today": localdate(now_at()),
        "given": {"count": USUAL_CALLS, "until": localdate(now_at()) + timedelta(days=USUAL_DAYS), "skip": True},
    }
    if request.method == "POST":
        try:
            person, count = _given(actor, calls, request.POST, is_one=one is not None)
        except SapaError as exc:
            told = {"problem": failure_words(exc.code, exc.message), "problem_code": exc.code, "given": _typed(request)}
            return render(request, "desk/giving/new.html", {**context, **told}, status=exc.http_status)
        if count:
            words = ngettext("%(count)s call was given to %(name)s.", "%(count)s calls were given to %(name)s.", count)
            messages.success(request, words % {"count": count, "name": person})
        else:
            messages.info(request, _("None of these calls is new to %(name)s.") % {"name": person})
        return redirect("call-detail", one.pk) if one else redirect("given-person", person.pk)
    return render(request, "desk/giving/new.html", context)


def _given(actor: Person, calls: QuerySet[Call], said: Mapping[str, str], *, is_one: bool) -> tuple[Person, int]:
    """Raises `GivingPersonInvalid`, `GivingDayInvalid`, `GivingCountInvalid`."""
    person = outside_reviewer(said.get("person", ""))
    day = said.get("until", "").strip()
    until_on = date_of(day)
    if day and until_on is None:
        raise GivingDayInvalid
    if is_one:
        return person, calls_give(actor, person, list(calls.values_list("pk", flat=True)), until_on=until_on)
    draw = Draw(number_of(said.get("count", "").strip()), said.get("which") == "drawn", "skip" in said)
    return person, calls_draw(actor, person, calls, draw, until_on=until_on)


def _typed(request: HttpRequest) -> dict[str, Any]:
    said = request.POST
    return {
        "person": said.get("person", ""),
        "count": said.get("count", ""),
        "which": said.get("which", ""),
        "until": date_of(said.get("until", "")),
        "skip": "skip" in said,
    }


def _giver(request: HttpRequest) -> Person:
    """Anybody else is told that there is no such page."""
    person = acting_person(request)
    if not person.may_manage:
        raise Http404
    return person


def _outside(reviewer_id: int) -> Person:
    person = outside_reviewers().filter(pk=reviewer_id).first()
    if person is None:
        raise Http404
    return person


def _call_asked(actor: Person, asked: str) -> Call | None:
    if not asked:
        return None
    try:
        return call_visible_to(actor, UUID(asked))
    except ValueError as exc:
        raise Http404 from exc


def _state_words() -> dict[str, str]:
    return {
        GivenState.WAITING: _("waits"),
        GivenState.BEGUN: _("begun"),
        GivenState.MARKED: _("marked"),
        GivenState.RUN_OUT: _("the day has passed"),
    }
