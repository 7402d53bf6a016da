"""Opening a draft for comment, and what people answered: for those who may change forms."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from sapa.accounts.models import Person
from sapa.audit.services import audit_write
from sapa.consultations.comments import LONGEST_COMMENT, comment_reply
from sapa.consultations.errors import ConsultationInvalid
from sapa.consultations.models import Comment, Consultation, KindChoice
from sapa.consultations.selectors import (
    card_now,
    comments_visible_to,
    consultation_on,
    standing_of,
    teams_with_people,
)
from sapa.consultations.services import LONGEST_NOTE, consultation_close, consultation_open
from sapa.consultations.types import Outcome, Terms
from sapa.core.clock import now_at
from sapa.core.errors import SapaError
from sapa.desk.filters import date_of, number_of
from sapa.desk.sheets.comments import comment_sheets
from sapa.desk.sheets.consultation_answers import Wanted, answer_lines, answers_sheet
from sapa.desk.views.forms import changer, form_title
from sapa.desk.wording.consultations import standing_words
from sapa.desk.wording.failures import failure_words
from sapa.scorecards.editing import LONGEST_KEY
from sapa.scorecards.models import ScorecardDraft
from sapa.scorecards.selectors import card_of, draft_of


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def terms(request: HttpRequest, key: str) -> HttpResponse:
    """To whom, until when, what is asked and who reads the comments; opens the draft, changes that, or closes it."""
    person = changer(request)
    if request.method != "POST":
        return _terms_page(request, _draft(key), {})
    try:
        if request.POST.get("act") == "close":
            there = consultation_on(_draft(key))
            if there is None:
                raise Http404
            consultation_close(person, there)
            messages.success(request, _("Closed. What was said stays here, and can still be answered."))
            return redirect("form-answers", key, there.pk)
        if request.POST.get("until") and date_of(request.POST["until"]) is None:
            raise ConsultationInvalid(_("This is no date. Write it like 2026-03-20."))
        made = consultation_open(person, key, _given(request.POST), version=number_of(request.POST.get("version", "")))
    except SapaError as exc:
        if exc.http_status == 404:
            raise Http404 from exc
        told = {"problem": failure_words(exc.code, exc.message), "problem_code": exc.code, "given": request.POST}
        response = _terms_page(request, _draft(key), told)
        response.status_code = 409 if exc.http_status == 409 else 422
        return response
    messages.success(request, _("The draft is open for comment."))
    return redirect("form-answers", key, made.pk)


def _given(given: QueryDict) -> Terms:
    teams = tuple(int(one) for one in given.getlist("teams") if one.isascii() and one.isdecimal() and len(one) < 10)
    return Terms(
        note=given.get("note", ""),
        until_on=date_of(given.get("until", "")),
        to_everybody=given.get("to") != "teams",
        team_ids=teams,
        is_shared=given.get("readers") == "all",
    )


def _terms_page(request: HttpRequest, draft: ScorecardDraft, told: dict[str, Any]) -> HttpResponse:
    there = consultation_on(draft)
    standing = standing_of(there) if there else None
    terms = _given(told["given"]) if "given" in told else _stored(there)
    context = {
        "draft": draft,
        "title": form_title(card_of(draft)),
        "consultation": there,
        "standing_words": standing_words(there, standing) if there and standing else "",
        "is_open": bool(standing and standing.is_open),
        "is_kept_close": bool(there and not there.is_shared and there.comments.exists()),
        "terms": terms,
        "teams": teams_with_people(),
        "today": localdate(now_at()),
        "longest": LONGEST_NOTE,
        **told,
    }
    return render(request, "desk/consultations/terms.html", context)


def _stored(there: Consultation | None) -> Terms:
    if there is None:
        return Terms()
    teams = tuple(there.teams.values_list("pk", flat=True))
    return Terms(there.note, there.until_on, there.to_everybody, teams, there.is_shared)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def answers(request: HttpRequest, key: str, consultation_id: int) -> HttpResponse:
    """By criterion; a reply is a POST to the page itself."""
    person = changer(request)
    shown = _consultation(key, consultation_id)
    if request.method != "POST":
        return _answers_page(request, person, shown, {})
    comment = Comment.objects.filter(consultation=shown, pk=number_of(request.POST.get("comment", ""))).first()
    if comment is None:
        raise Http404
    wanted = request.POST.get("outcome", "")
    outcome = Outcome(wanted) if wanted in set(Outcome) else Outcome.OPEN
    try:
        comment_reply(
            person, comment, outcome, request.POST.get("reply", ""), version=number_of(request.POST.get("version", ""))
        )
    except SapaError as exc:
        told = {
            "problem": failure_words(exc.code, exc.message),
            "problem_code": exc.code,
            "problem_at": comment.pk,
            "typed": request.POST.get("reply", ""),
        }
        response = _answers_page(request, person, shown, told)
        response.status_code = 409 if exc.http_status == 409 else 422
        return response
    words = _("The answer is taken back.") if outcome is Outcome.OPEN else _("Kept. The author reads it.")
    messages.success(request, words)
    filters = urlencode({name: request.POST[name] for name in ("show", "kind", "part") if name in request.POST})
    address = reverse("form-answers", args=[key, consultation_id])
    place = f"part-{comment.criterion}" if comment.criterion else "whole-form"
    return redirect(f"{address}{'?' if filters else ''}{filters}#{place}")


def _answers_page(request: HttpRequest, person: Person, shown: Consultation, told: dict[str, Any]) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    show = "unanswered" if asked.get("show") == "unanswered" else ""
    kind = asked.get("kind", "") if asked.get("kind") in KindChoice.values else ""
    part = asked["part"][:LONGEST_KEY] if "part" in asked else None
    context = {
        "consultation": shown,
        "sheet": answers_sheet(shown, person, Wanted(show, kind, part)),
        "show": show,
        "kind": kind,
        "part_alone": part,
        "longest": LONGEST_COMMENT,
        **told,
    }
    return render(request, "desk/consultations/answers.html", context)


@require_POST
def export(request: HttpRequest, key: str, consultation_id: int) -> StreamingHttpResponse:
    """All comments as CSV. That somebody took them is written first."""
    person = changer(request)
    shown = _consultation(key, consultation_id)
    audit_write("consultation.exported", subject=f"scorecard {key}", person=person, form="csv")
    standing = standing_of(shown)
    found = comments_visible_to(person, shown).select_related("author__team")
    now = card_now(shown, standing)
    comments = comment_sheets(found, person, standing, now, may_change=False, is_editor=True)
    response = StreamingHttpResponse(answer_lines(comments), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{key}-comments-{now_at():%Y%m%d-%H%M%S}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def _draft(key: str) -> ScorecardDraft:
    try:
        return draft_of(key)
    except SapaError as exc:
        raise Http404 from exc


def _consultation(key: str, consultation_id: int) -> Consultation:
    found = Consultation.objects.select_related("opened_by").filter(pk=consultation_id, form_key=key).first()
    if found is None:
        raise Http404
    return found
