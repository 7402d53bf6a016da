"""The board of the line, for those who manage: how it stands, and letting what failed try again."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from sapa.accounts.models import Person
from sapa.accounts.selectors import acting_person
from sapa.calls.selectors import sees_whole_line
from sapa.desk.sheets.line_board import line_board
from sapa.pipeline.retrying import Wanted, stages_retry
from sapa.pipeline.stages import STAGE_KEYS
from sapa.pipeline.status import line_status


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """With `part=board` only the figures, for the page that keeps itself fresh."""
    _manager(request)
    is_part = request.GET.get("part") == "board"
    template = "desk/line/_board.html" if is_part else "desk/line/page.html"
    response = render(request, template, {"board": line_board(line_status())})
    patch_vary_headers(response, ["HX-Request"])
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def retry(request: HttpRequest) -> HttpResponse:
    """By `call`, or by `code` and `stage`, as a button of the board says."""
    person = _manager(request)
    wanted = _wanted(request)
    if wanted is None:
        return HttpResponse(status=400)
    count = stages_retry(person, wanted)
    if count:
        words = ngettext("%(count)s call tries again.", "%(count)s calls try again.", count) % {"count": count}
        messages.success(request, words)
    else:
        messages.info(request, _("Nothing was left to try again."))
    return redirect("line")


def _manager(request: HttpRequest) -> Person:
    """Anybody else is told that there is no such page."""
    person = acting_person(request)
    if not sees_whole_line(person):
        raise Http404
    return person


def _wanted(request: HttpRequest) -> Wanted | None:
    """None when it names nothing: all at once is never meant by mistake."""
    call, code, stage = (request.POST.get(name, "") for name in ("call", "code", "stage"))
    if call:
        try:
            return Wanted(calls=(UUID(call),))
        except ValueError:
            return None
    return Wanted(code=code[:60], stage=stage) if code and stage in STAGE_KEYS else None
