"""Marking a call by a draft, for trial: the desk, and when it is done one's own marks beside the machine's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from sapa.accounts.selectors import acting_person
from sapa.consultations.comments import comment_of_trial
from sapa.consultations.errors import TrialMarkInvalid
from sapa.consultations.selectors import (
    consultation_visible_to,
    may_take_part,
    trial_visible_to,
    unasked_in_trial,
)
from sapa.consultations.trials import trial_discard, trial_finish, trial_mark, trial_start
from sapa.core.errors import SapaError
from sapa.desk.sheets.consultation_trial import tried_sheet
from sapa.desk.views.call_detail import talk_of
from sapa.desk.wording.consultations import sign_of
from sapa.desk.wording.failures import failure_words
from sapa.reviews.types import Judgement


@require_POST
def start(request: HttpRequest, consultation_id: int) -> HttpResponse:
    person = acting_person(request)
    shown = consultation_visible_to(person, consultation_id)
    try:
        call_id = UUID(request.POST.get("call", ""))
    except ValueError:
        messages.error(request, _("Choose a call first."), extra_tags="danger")
        return redirect("consultation", consultation_id)
    try:
        trial = trial_start(person, shown, call_id, call_type=request.POST.get("call_type", ""))
    except SapaError as exc:
        if exc.http_status in {403, 404}:
            raise
        messages.error(request, failure_words(exc.code, exc.message), extra_tags="danger")
        return redirect("consultation", consultation_id)
    return redirect("trial", trial.pk)


@require_safe
@never_cache
def trial(request: HttpRequest, trial_id: UUID) -> HttpResponse:
    person = acting_person(request)
    shown = trial_visible_to(person, trial_id)
    unasked = () if shown.is_done else unasked_in_trial(shown)
    context = {
        "trial": shown,
        "call": shown.call,
        "consultation": shown.consultation,
        "is_open": may_take_part(person, shown.consultation),
        "sheet": tried_sheet(shown, unasked=unasked),
        **talk_of(shown.call),
    }
    page = "desk/consultations/result.html" if shown.is_done else "desk/consultations/trial.html"
    return render(request, page, context)


@require_POST
def mark(request: HttpRequest, trial_id: UUID, criterion: str) -> HttpResponse:
    """Answers a script with what changed on the page, anybody else with the page."""
    person = acting_person(request)
    before = trial_visible_to(person, trial_id)
    by_script = bool(getattr(request, "htmx", False))
    unasked_before = unasked_in_trial(before)
    try:
        changed = trial_mark(person, before, criterion, _judgement(request), version=_version(request))
    except SapaError as exc:
        words = failure_words(exc.code, exc.message)
        if by_script:
            told = {"words": words, "code": exc.code}
            return render(request, "desk/review/_trouble.html", told, status=exc.http_status)
        messages.error(request, words, extra_tags="danger")
        return redirect("trial", trial_id)
    if not by_script:
        return redirect(f"{reverse('trial', args=[trial_id])}#mark-{criterion}")
    unasked = unasked_in_trial(changed)
    sheet = tried_sheet(changed, unasked=unasked)
    flipped = [one for one in sheet.all_criteria if one.key in unasked ^ unasked_before and one.key != criterion]
    return render(request, "desk/consultations/_marked.html", {"trial": changed, "sheet": sheet, "flipped": flipped})


@require_POST
def finish(request: HttpRequest, trial_id: UUID) -> HttpResponse:
    person = acting_person(request)
    shown = trial_visible_to(person, trial_id)
    _tell_trouble(request, lambda: trial_finish(person, shown, version=_version(request)))
    return redirect("trial", trial_id)


@require_POST
def discard(request: HttpRequest, trial_id: UUID) -> HttpResponse:
    person = acting_person(request)
    shown = trial_visible_to(person, trial_id)
    if not _tell_trouble(request, lambda: trial_discard(person, shown, version=_version(request))):
        return redirect("trial", trial_id)
    messages.success(request, _("The trial was put away."))
    return redirect("consultations")


@require_POST
def comment(request: HttpRequest, trial_id: UUID) -> HttpResponse:
    """One press makes a comment of a mark that is other than the machine's."""
    person = acting_person(request)
    shown = trial_visible_to(person, trial_id)
    key = request.POST.get("criterion", "")
    mark = next((one for one in shown.marks.all() if one.criterion == key), None)
    if mark is None:
        raise TrialMarkInvalid(f"This trial has no criterion {key!r}.")
    words = _("I would mark %(mine)s here; by the draft the machine gives %(machine)s.")
    text = words % {"mine": sign_of(mark.judgement), "machine": sign_of(mark.machine)}
    if _tell_trouble(request, lambda: comment_of_trial(person, mark, text)):
        messages.success(request, _("It is a comment now. Add in your words why."))
        return redirect(f"{reverse('consultation', args=[shown.consultation_id])}#part-{key}")
    return redirect("trial", trial_id)


def _tell_trouble(request: HttpRequest, verb: Any) -> bool:
    """Whether it was done. Who may not is told by the page for that."""
    try:
        verb()
    except SapaError as exc:
        if exc.http_status in {403, 404}:
            raise
        messages.error(request, failure_words(exc.code, exc.message), extra_tags="danger")
        return False
    return True


def _judgement(request: HttpRequest) -> Judgement:
    try:
        return Judgement(request.POST.get("judgement", ""))
    except ValueError as exc:
        raise TrialMarkInvalid("This is no value that a mark can have.") from exc


def _version(request: HttpRequest) -> int:
    given = request.POST.get("version", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 0
