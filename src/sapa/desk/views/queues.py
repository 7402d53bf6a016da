"""Queues and the projects that own them, for those who manage and see every call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from sapa.accounts.models import Person
from sapa.accounts.selectors import acting_person
from sapa.calls.projects import project_delete, project_name, queue_project_set
from sapa.calls.selectors import sees_whole_line
from sapa.calls.types import LONGEST_PROJECT
from sapa.core.errors import SapaError
from sapa.desk.sheets.queues import queues_page
from sapa.desk.wording.failures import failure_words


@require_safe
@never_cache
def queue_list(request: HttpRequest) -> HttpResponse:
    _manager(request)
    return _page(request)


@require_POST
@never_cache
def queue_project(request: HttpRequest, queue_id: int) -> HttpResponse:
    """Of which project it is: the one that was chosen, or a new one where a name for it was typed."""
    actor = _manager(request)
    chosen, new = request.POST.get("project", ""), request.POST.get("new", "").strip()
    return _done(
        request,
        lambda: queue_project_set(actor, queue_id, new or chosen, may_make=bool(new)),
        place=f"#queue-{queue_id}",
        given={"queue": queue_id, "text": new, "chosen": chosen},
    )


@require_POST
@never_cache
def project(request: HttpRequest, project_id: int) -> HttpResponse:
    """Rename or delete."""
    actor, name = _manager(request), request.POST.get("name", "")
    if request.POST.get("act") != "delete":
        given = {"project": project_id, "text": name}
        return _done(request, lambda: project_name(actor, project_id, name), place="#projects", given=given)

    def deleted() -> str:
        count = project_delete(actor, project_id)
        words = ngettext(
            "The project is deleted; %(count)s queue is of none now.",
            "The project is deleted; %(count)s queues are of none now.",
            count,
        )
        return words % {"count": count}

    return _done(request, deleted, place="#projects")


def _done(
    request: HttpRequest, act: Callable[[], str | None], *, place: str = "", given: dict[str, Any] | None = None
) -> HttpResponse:
    """Goes on at the same place of the page; what could not be done comes back with what was typed."""
    try:
        told = act()
    except SapaError as exc:
        words = failure_words(exc.code, exc.message)
        return _page(request, problem=words, problem_code=exc.code, given=given or {}, status=exc.http_status)
    messages.success(request, told or _("Saved."))
    return redirect(reverse("queues") + place)


def _page(request: HttpRequest, *, status: int = 200, **told: Any) -> HttpResponse:
    context = {"page": queues_page(), "longest": LONGEST_PROJECT, **told}
    return render(request, "desk/queues/page.html", context, status=status)


def _manager(request: HttpRequest) -> Person:
    """Anybody else is told that there is no such page: it names every queue."""
    person = acting_person(request)
    if not sees_whole_line(person):
        raise Http404
    return person
