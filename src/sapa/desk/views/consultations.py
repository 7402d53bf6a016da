"""Drafts of forms that are open for comment: the list, and one to read and comment, for those who are asked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sapa.accounts.models import Person
from sapa.accounts.selectors import acting_person
from sapa.consultations.comments import LONGEST_COMMENT, comment_add, comment_change, comment_remove
from sapa.consultations.models import Consultation
from sapa.consultations.selectors import (
    calls_to_try,
    consultation_visible_to,
    consultations_open_to,
    consultations_with,
    may_take_part,
    own_comment,
    trials_of,
)
from sapa.consultations.types import Said
from sapa.core.errors import SapaError
from sapa.desk.filters import number_of
from sapa.desk.sheets.consultation import Typed, consultation_sheet, round_rows
from sapa.desk.wording.failures import failure_words
from sapa.scorecards.findings import errors_of
from sapa.scorecards.selectors import card_of, may_change_forms

MOST_CALLS = 20
MOST_ROUNDS = 50


@require_safe
@never_cache
def rounds(request: HttpRequest) -> HttpResponse:
    """What is open to this person, and what became of that in which they took part."""
    person = acting_person(request)
    now = consultations_open_to(person)
    before = consultations_with(person).exclude(pk__in=now.values("pk"))[:MOST_ROUNDS]
    context = {"open": round_rows(now), "before": round_rows(before), "is_editor": may_change_forms(person)}
    return render(request, "desk/consultations/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def consultation(request: HttpRequest, consultation_id: int) -> HttpResponse:
    person = acting_person(request)
    shown = consultation_visible_to(person, consultation_id)
    if request.method != "POST":
        return _page(request, person, shown)
    try:
        done = _said(request, person, shown)
    except SapaError as exc:
        if exc.http_status in {403, 404}:
            raise
        return _refused(request, person, shown, exc)
    messages.success(request, done)
    query = urlencode({"type": request.POST["type"]}) if request.POST.get("type") else ""
    place = f"part-{request.POST['part']}" if request.POST.get("part") else "whole-form"
    return redirect(f"{reverse('consultation', args=[shown.pk])}{'?' if query else ''}{query}#{place}")


def _said(request: HttpRequest, person: Person, shown: Consultation) -> str:
    """A comment written, changed or removed; what to tell then."""
    given = request.POST
    said = Said(given.get("part", ""), given.get("kind", ""), given.get("text", ""), given.get("read", ""))
    if given.get("act") == "add":
        comment_add(person, shown, said)
        return _("Your comment is kept. You can change it as long as the draft is open and nobody has answered.")
    mine = own_comment(person, number_of(request.POST.get("comment", "")))
    if given.get("act") == "remove":
        comment_remove(person, mine, version=number_of(request.POST.get("version", "")))
        return _("Your comment is removed.")
    comment_change(person, mine, said, version=number_of(request.POST.get("version", "")))
    return _("Your comment is changed.")


def _refused(request: HttpRequest, person: Person, shown: Consultation, exc: SapaError) -> HttpResponse:
    """The same page with what was typed at its place, beside the words as they are now."""
    given = request.POST
    typed = Typed(
        part=given.get("part", ""),
        comment=number_of(request.POST.get("comment", "")),
        kind=given.get("kind", ""),
        text=given.get("text", ""),
        problem=failure_words(exc.code, exc.message),
        code=exc.code,
    )
    response = _page(request, person, shown, typed)
    response.status_code = 409 if exc.http_status == 409 else 422
    return response


def _page(request: HttpRequest, person: Person, shown: Consultation, typed: Typed | None = None) -> HttpResponse:
    is_editor, takes_part = may_change_forms(person), may_take_part(person, shown)
    wanted = (request.POST if request.method == "POST" else request.GET).get("type", "")
    sheet = consultation_sheet(shown, person, call_type=wanted, takes_part=takes_part, is_editor=is_editor, typed=typed)
    context: dict[str, Any] = {
        "consultation": shown,
        "sheet": sheet,
        "draft": sheet.standing.draft,
        "is_editor": is_editor,
        "typed": typed,
        "longest": LONGEST_COMMENT,
        "trials": trials_of(person, shown),
    }
    if sheet.is_open and sheet.standing.draft:
        context["may_try"] = not errors_of(card_of(sheet.standing.draft))
        context["calls"] = calls_to_try(person, shown)[:MOST_CALLS] if context["may_try"] else []
    return render(request, "desk/consultations/page.html", context)
