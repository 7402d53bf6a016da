"""People, for administrators: who there is, what each may do and see, and names of the phone system that are nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sapa.accounts.errors import PeopleInvalid
from sapa.accounts.models import Person, Role
from sapa.accounts.people_csv import COLUMNS, people_from_csv
from sapa.accounts.recent import recent_sign_in_required
from sapa.accounts.second_factor import sign_in_of
from sapa.accounts.selectors import acting_person, people
from sapa.accounts.services import (
    link_create,
    pbx_name_give,
    people_import,
    person_disable,
    person_enable,
    token_revoke,
)
from sapa.calls.people import Arrangement, person_add, person_arrange
from sapa.core.errors import SapaError
from sapa.desk.sheets.people import PeopleFilter, people_page, person_sheet, team_names
from sapa.desk.wording.failures import failure_words
from sapa.pipeline.site import link_path

LINK = "sapa_person_link"
MOST_TABLE_BYTES = 5 << 20


@require_safe
@never_cache
def people_list(request: HttpRequest) -> HttpResponse:
    administrator_of(request)
    given = request.GET
    role = given.get("role", "")
    wanted = PeopleFilter(given.get("q", "").strip()[:100], role if role in Role.values else "", "disabled" in given)
    number = given.get("page", "")
    page = people_page(wanted, number=int(number) if number.isdecimal() and len(number) < 9 else 1)
    return render(request, "desk/people/list.html", {"page": page, "wanted": wanted, "roles": Role.choices})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@recent_sign_in_required
def person_new(request: HttpRequest) -> HttpResponse:
    actor = administrator_of(request)
    context: dict[str, Any] = {
        "roles": Role.choices,
        "teams": team_names(),
        "given": {"role": Role.AGENT.value, "names_hidden": "yes"},
    }
    if request.method == "POST":
        context["given"] = request.POST
        try:
            person = person_add(actor, request.POST.get("username", "").strip(), _arrangement(request))
        except SapaError as exc:
            return render(request, "desk/people/new.html", {**context, **_told(exc)}, status=exc.http_status)
        _link_keep(request, actor, person)
        messages.success(request, _("%(name)s was added.") % {"name": person})
        return redirect("person", person.pk)
    return render(request, "desk/people/new.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@recent_sign_in_required
def person_detail(request: HttpRequest, person_id: int) -> HttpResponse:
    actor, person = administrator_of(request), person_of(person_id)
    context: dict[str, Any] = {"roles": Role.choices, "link": request.session.pop(f"{LINK}_{person.pk}", "")}
    context["sign_in"] = sign_in_of(person)
    if request.method == "POST":
        wanted = _arrangement(request)
        try:
            person_arrange(actor, person.username, wanted)
        except SapaError as exc:
            teams, queues = frozenset(wanted.teams or ()), frozenset(wanted.queues or ())
            sheet = replace(person_sheet(person_of(person_id)), granted_teams=teams, granted_queues=queues)
            told = {**context, **_told(exc), "sheet": sheet, "given": request.POST}
            return render(request, "desk/people/person.html", told, status=exc.http_status)
        messages.success(request, _("Saved."))
        return redirect("person", person.pk)
    return render(request, "desk/people/person.html", {**context, "sheet": person_sheet(person)})


@require_POST
@recent_sign_in_required
def person_switch(request: HttpRequest, person_id: int) -> HttpResponse:
    """Disable or enable."""
    actor, person = administrator_of(request), person_of(person_id)
    try:
        if person.is_active:
            person_disable(actor, person.username)
            messages.success(request, _("%(name)s is signed out and may not sign in.") % {"name": person})
        else:
            person_enable(actor, person.username)
            messages.success(request, _("%(name)s may sign in again.") % {"name": person})
    except SapaError as exc:
        messages.error(request, failure_words(exc.code, exc.message), extra_tags="danger")
    return redirect("person", person.pk)


@require_POST
@recent_sign_in_required
def person_link(request: HttpRequest, person_id: int) -> HttpResponse:
    """A link that signs the person in once, shown on the page that follows and never again."""
    actor, person = administrator_of(request), person_of(person_id)
    if person.is_active:
        _link_keep(request, actor, person)
    return redirect("person", person.pk)


@require_POST
@recent_sign_in_required
def person_token_revoke(request: HttpRequest, person_id: int) -> HttpResponse:
    actor, person = administrator_of(request), person_of(person_id)
    try:
        token_revoke(actor, person.username, label=request.POST.get("label", ""))
    except SapaError as exc:
        messages.error(request, failure_words(exc.code, exc.message), extra_tags="danger")
    else:
        messages.success(request, _("The token is revoked."))
    return redirect("person", person.pk)


@require_POST
@recent_sign_in_required
def name_give(request: HttpRequest) -> HttpResponse:
    """A name of the phone system that stood for nobody stands for this person, in all earlier calls too."""
    actor = administrator_of(request)
    chosen = request.POST.get("person", "")
    person = person_of(int(chosen) if chosen.isdecimal() and len(chosen) < 19 else 0)
    name = request.POST.get("name", "")
    try:
        pbx_name_give(person, name=name, actor=actor)
    except SapaError as exc:
        messages.error(request, failure_words(exc.code, exc.message), extra_tags="danger")
    else:
        messages.success(request, _("“%(name)s” is %(person)s now.") % {"name": name, "person": person})
    return redirect("people")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@recent_sign_in_required
def people_table(request: HttpRequest) -> HttpResponse:
    """People from a CSV: all of them, or the problems of the table line by line."""
    actor = administrator_of(request)
    context: dict[str, Any] = {"columns": COLUMNS, "roles": Role.choices}
    file = request.FILES.get("table")
    if request.method != "POST":
        return render(request, "desk/people/import.html", context)
    if file is None or (file.size or 0) > MOST_TABLE_BYTES:
        words = failure_words("file_too_large", "") if file else _("Choose a CSV file.")
        return render(request, "desk/people/import.html", {**context, "problems": [words]}, status=400)
    try:
        done = people_import(actor, people_from_csv(file.read()))
    except PeopleInvalid as exc:
        context["problems"] = exc.details["problems"]
        return render(request, "desk/people/import.html", context, status=exc.http_status)
    words = _("Added: %(created)s. Changed: %(changed)s. New teams: %(teams)s.")
    messages.success(request, words % {"created": done.created, "changed": done.changed, "teams": done.teams})
    return redirect("people")


def administrator_of(request: HttpRequest) -> Person:
    """Anybody else is told that there is no such page."""
    person = acting_person(request)
    if not person.is_administrator:
        raise Http404
    return person


def person_of(person_id: int) -> Person:
    person = people().prefetch_related("queue_grants__queue").filter(pk=person_id).first()
    if person is None:
        raise Http404
    return person


def _arrangement(request: HttpRequest) -> Arrangement:
    given = request.POST
    role = given.get("role", "")
    return Arrangement(
        name=given.get("name", "").strip(),
        role=Role(role) if role in Role.values else Role.NONE,
        team=given.get("team", "").strip(),
        pbx_names=tuple(name for line in given.get("pbx_names", "").splitlines() if (name := line.strip())),
        teams=tuple(given.getlist("teams")),
        queues=tuple(given.getlist("queues")),
        names_hidden="names_hidden" in given,
    )


def _link_keep(request: HttpRequest, actor: Person, person: Person) -> None:
    secret = link_create(person, actor=actor)
    request.session[f"{LINK}_{person.pk}"] = request.build_absolute_uri(link_path(secret))


def _told(exc: SapaError) -> dict[str, str]:
    return {"problem": failure_words(exc.code, exc.message), "problem_code": exc.code}
