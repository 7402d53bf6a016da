"""Forms, for those who manage: the list, a new one, each with its revisions, and the way out as a file."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sapa.accounts.models import Person
from sapa.accounts.selectors import acting_person
from sapa.consultations.selectors import consultations_of, consultations_on
from sapa.core.errors import SapaError
from sapa.desk.sheets.consultation import round_rows
from sapa.desk.sheets.forms import form_rows, form_sheet
from sapa.desk.wording.failures import failure_words
from sapa.desk.wording.form_parts import in_words
from sapa.scorecards.drafts import draft_make, form_begin, form_import
from sapa.scorecards.errors import FormEditInvalid, ScorecardMissing
from sapa.scorecards.exchange import EXPORTS
from sapa.scorecards.models import ScorecardDraft, ScorecardRecord
from sapa.scorecards.selectors import card_of, draft_of, may_change_forms, scorecard_of
from sapa.scorecards.types import Scorecard


@require_safe
@never_cache
def form_list(request: HttpRequest) -> HttpResponse:
    person = manager(request)
    may_change, rows = may_change_forms(person), form_rows()
    on_drafts = consultations_on([row.draft for row in rows if row.draft]) if may_change else []
    rounds = {one.consultation.form_key: one for one in round_rows(on_drafts)}
    context = {"rows": [(row, rounds.get(row.key)) for row in rows], "may_change": may_change}
    return render(request, "desk/forms/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def form_new(request: HttpRequest) -> HttpResponse:
    """Blank, as a copy of another one, or from a file."""
    person = changer(request)
    context: dict[str, Any] = {"rows": form_rows(), "given": request.POST}
    if request.method != "POST":
        return render(request, "desk/forms/new.html", context)
    try:
        if request.POST.get("act") == "import":
            return _imported(request, person)
        draft = _begun(request, person)
    except SapaError as exc:
        told = {"problem": failure_words(exc.code, exc.message), "problem_code": exc.code}
        problems = exc.details.get("problems", [])
        return render(request, "desk/forms/new.html", {**context, **told, "problems": problems}, status=exc.http_status)
    return redirect("form-draft", draft.scorecard.key)


def _begun(request: HttpRequest, person: Person) -> ScorecardDraft:
    """The title in the reader's language."""
    language = get_language() or "en"
    source = request.POST.get("source", "") if request.POST.get("act") == "copy" else ""
    title = {language: request.POST.get("title", "").strip()}
    try:
        return form_begin(person, title, copy_of=source)
    except ScorecardMissing as exc:
        raise Http404 from exc


def _imported(request: HttpRequest, person: Person) -> HttpResponse:
    """A new form, or the draft of the one with the same key. What the file's shape cannot carry over is told."""
    file = request.FILES.get("file")
    if file is None:
        raise FormEditInvalid([_("Choose a file.")])
    draft, losses = form_import(person, file.read(), name=file.name or "", language=get_language() or "en")
    for loss in losses:
        messages.warning(request, loss.sentence)
    messages.success(request, _("The file is a draft now. Look it through, then publish it."))
    return redirect("form-draft", draft.scorecard.key)


@require_safe
@never_cache
def form_page(request: HttpRequest, key: str, number: int | None = None) -> HttpResponse:
    person = manager(request)
    sheet = form_sheet(_record(key), number=number, call_type=request.GET.get("type", ""))
    if sheet is None:
        raise Http404
    may_change = may_change_forms(person)
    rounds = round_rows(consultations_of(key)) if may_change else []
    context = {"sheet": sheet, "may_change": may_change, "exports": EXPORTS.values(), "rounds": rounds}
    return render(request, "desk/forms/form.html", context)


@require_POST
def form_draft_make(request: HttpRequest, key: str) -> HttpResponse:
    person = changer(request)
    wanted = request.POST.get("revision", "")
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 9 else None
    try:
        draft_make(person, key, revision=number)
    except SapaError as exc:
        if exc.code == "scorecard_missing":
            raise Http404 from exc
        messages.error(request, failure_words(exc.code, exc.message), extra_tags="danger")
    return redirect("form-draft", key)


@require_safe
@never_cache
def form_export(request: HttpRequest, key: str, shape: str) -> HttpResponse:
    """The newest revision, or with `?draft` the draft, as a file."""
    manager(request)
    export = EXPORTS.get(shape)
    if export is None:
        raise Http404
    if "draft" in request.GET:
        changer(request)
        card = card_of(_draft_or_404(key))
    else:
        revision = _record(key).revisions.first()
        if revision is None:
            raise Http404
        card = scorecard_of(revision)
    content = export.write(card, get_language() or "en")
    body = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=2)
    response = HttpResponse(body, content_type=export.content_type)
    response["Content-Disposition"] = f'attachment; filename="{key}{export.ending}"'
    return response


def _draft_or_404(key: str) -> Any:
    try:
        return draft_of(key)
    except SapaError as exc:
        raise Http404 from exc


def manager(request: HttpRequest) -> Person:
    """Anybody else is told that there is no such page."""
    person = acting_person(request)
    if not person.may_manage:
        raise Http404
    return person


def changer(request: HttpRequest) -> Person:
    """Who may change forms; whoever only reads them finds no such page."""
    person = manager(request)
    if not may_change_forms(person):
        raise Http404
    return person


def _record(key: str) -> ScorecardRecord:
    record = ScorecardRecord.objects.filter(key=key).first()
    if record is None:
        raise Http404
    return record


def form_title(card: Scorecard) -> str:
    return in_words(card.title, card.key)
