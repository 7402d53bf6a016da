"""The form builder: one page on which a draft is changed, checked, tried and published.

Every change is a POST to the page itself and comes back as a redirect to it, with htmx in place. What could not be
saved comes back with what was typed.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sapa.accounts.models import Person
from sapa.consultations.models import Consultation
from sapa.consultations.selectors import comments_by_criterion, consultation_on
from sapa.core.errors import SapaError
from sapa.desk.form_edits import edit_given, new_title
from sapa.desk.sheets.consultation import RoundRow, round_rows
from sapa.desk.sheets.form_draft import builder_sheet
from sapa.desk.sheets.form_trial import trial_sheet
from sapa.desk.sheets.forms import form_view
from sapa.desk.views.forms import changer, form_title
from sapa.desk.wording.failures import failure_words
from sapa.desk.wording.form_parts import part_title
from sapa.scorecards.changes import changes_between
from sapa.scorecards.drafts import draft_criterion_add, draft_discard, draft_edit, draft_publish, draft_undo
from sapa.scorecards.findings import errors_of, findings_of
from sapa.scorecards.models import ScorecardDraft
from sapa.scorecards.selectors import card_of, draft_of, earlier_of
from sapa.scorecards.trying import MOST_CALLS, trial_make

DELETING = {"criterion_delete", "section_delete", "call_type_delete", "marker_delete", "condition_delete"}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def builder(request: HttpRequest, key: str) -> HttpResponse:
    person = changer(request)
    if request.method == "POST":
        return _changed(request, person, key)
    return _page(request, key, {"opened": request.GET.get("open", "")})


def _changed(request: HttpRequest, person: Person, key: str) -> HttpResponse:
    given = request.POST
    try:
        if given.get("act") == "criterion_add":
            section = given.get("part", "")
            draft_criterion_add(person, key, section, new_title(given), version=_version(request))
            return _back(key, f"section:{section}")
        edit = edit_given(given)
        draft_edit(person, key, edit.edit, version=_version(request), verb=edit.verb, part=edit.part)
    except SapaError as exc:
        return _refused(request, key, exc)
    if edit.verb in DELETING:
        messages.success(request, _("Deleted. “Undo” brings it back."))
    return _back(key, edit.where if edit.verb not in DELETING or edit.where.startswith("criterion") else "")


def _refused(request: HttpRequest, key: str, exc: SapaError) -> HttpResponse:
    """The same page with what was typed, the newest version under it, and what to do."""
    context = {
        "opened": request.POST.get("open", ""),
        "given": request.POST,
        "problem": failure_words(exc.code, exc.message),
        "problem_code": exc.code,
        "problems": exc.details.get("problems", []),
    }
    response = _page(request, key, context)
    response.status_code = 409 if exc.http_status in {404, 409} else 422
    return response


def _page(request: HttpRequest, key: str, context: dict[str, Any]) -> HttpResponse:
    draft = _draft(key)
    card = card_of(draft)
    findings = findings_of(card, earlier_of(key))
    there = consultation_on(draft)
    comments = comments_by_criterion(there) if there else {}
    sheet = builder_sheet(
        card, findings, opened=context.get("opened", ""), given=context.get("given"), comments=comments
    )
    shown = {
        "draft": draft,
        "round": _round(there),
        "sheet": sheet,
        "at": request.GET.get("at", ""),
        "view": form_view(card, request.GET.get("type", "")),
    }
    return render(request, "desk/forms/builder.html", {**context, **shown})


@require_POST
def undo(request: HttpRequest, key: str) -> HttpResponse:
    person = changer(request)
    try:
        draft_undo(person, key, version=_version(request))
    except SapaError as exc:
        _told(request, exc)
    return _back(key, "")


@require_POST
def discard(request: HttpRequest, key: str) -> HttpResponse:
    person = changer(request)
    try:
        draft_discard(person, key, version=_version(request))
    except SapaError as exc:
        _told(request, exc)
        return _back(key, "")
    messages.success(request, _("The draft was discarded."))
    return redirect("forms")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def publish(request: HttpRequest, key: str) -> HttpResponse:
    """What would change, and the button that does it."""
    person = changer(request)
    if request.method == "POST":
        try:
            publication = draft_publish(person, key, version=_version(request))
        except SapaError as exc:
            _told(request, exc)
            return redirect("form-publish", key)
        words = _("Revision %(number)s is published.") if publication.changed else _("Nothing had changed.")
        messages.success(request, words % {"number": publication.revision.number})
        return redirect("form", key)
    draft = _draft(key)
    card = card_of(draft)
    earlier = earlier_of(key)
    newest = max(earlier, default=0)
    changes = changes_between(earlier[newest], card) if newest else []
    context = {
        "draft": draft,
        "title": form_title(card),
        "round": _round(consultation_on(draft)),
        "newest": newest,
        "changes": [(part_title(_home(one.where, card, earlier, newest), one.where), one) for one in changes],
        "errors": [(part_title(card, one.where), one) for one in errors_of(card)],
        "warnings": [(part_title(card, one.where), one) for one in findings_of(card, earlier) if not one.is_error],
    }
    return render(request, "desk/forms/publish.html", context)


def _home(where: str, card: Any, earlier: dict[int, Any], newest: int) -> Any:
    """The content that still has this part."""
    key = where.partition(":")[2]
    parts = [*card.call_types, *card.sections, *card.criteria]
    return card if not key or any(one.key == key for one in parts) else earlier[newest]


@require_safe
@never_cache
def try_out(request: HttpRequest, key: str) -> HttpResponse:
    """What the last calls would get. Nothing runs while the draft still has errors."""
    person = changer(request)
    draft = _draft(key)
    card, earlier = card_of(draft), earlier_of(key)
    errors = [(part_title(card, one.where), one) for one in errors_of(card)]
    context: dict[str, Any] = {"draft": draft, "title": form_title(card), "errors": errors, "most": MOST_CALLS}
    if not errors:
        newest = max(earlier, default=0)
        published = earlier[newest] if newest else None
        trial = trial_make(person, card, published)
        context |= {"newest": newest, "sheet": trial_sheet(card, published, trial)}
    return render(request, "desk/forms/try.html", context)


def _round(there: Consultation | None) -> RoundRow | None:
    return round_rows([there])[0] if there else None


def _draft(key: str) -> ScorecardDraft:
    try:
        return draft_of(key)
    except SapaError as exc:
        raise Http404 from exc


def _version(request: HttpRequest) -> int:
    given = request.POST.get("version", "")
    return int(given) if given.isdecimal() and len(given) < 9 else 0


def _back(key: str, where: str) -> HttpResponse:
    """To the page, and there to the part that was changed."""
    address = reverse("form-draft", args=[key])
    return redirect(f"{address}?{urlencode({'at': where})}#{where.replace(':', '-')}" if where else address)


def _told(request: HttpRequest, exc: SapaError) -> None:
    messages.error(request, failure_words(exc.code, exc.message), extra_tags="danger")
