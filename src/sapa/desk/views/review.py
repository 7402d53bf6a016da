"""The marking desk: a person's own evaluation of a call, saved mark by mark; and what was submitted, to read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from sapa.accounts.models import Person
from sapa.accounts.selectors import acting_person
from sapa.calls.selectors import call_visible_to, veiled
from sapa.core.errors import SapaError
from sapa.desk.sheets.consultation import entry_of
from sapa.desk.sheets.evaluation import evaluation_sheet
from sapa.desk.sheets.review import ReviewSheet, review_sheet
from sapa.desk.views.call_detail import talk_of
from sapa.desk.wording.failures import failure_words
from sapa.reviews.errors import MarkInvalid, ReviewNotAllowed
from sapa.reviews.models import FaultChoice, Review, ReviewState
from sapa.reviews.selectors import (
    calls_to_mark,
    machine_is_hidden_at_desk,
    machine_is_hidden_from,
    others_at_work,
    review_visible_to,
    reviews_by,
    unasked_in,
)
from sapa.reviews.services import (
    machine_ask,
    machine_show,
    review_call_type,
    review_discard,
    review_mark,
    review_note,
    review_reopen,
    review_start,
    review_start_next,
    review_submit,
    review_undo,
)
from sapa.reviews.types import Fault, Judgement, MarkChange, Stretch
from sapa.scorecards.selectors import evaluations_of
from sapa.scorecards.types import Verdict
from sapa.transcripts.selectors import transcript_of

MOST_SHOWN = 200
AROUND_S = 3.0  # pointed at where nobody spoke: so much before the moment


@require_safe
@never_cache
def reviews(request: HttpRequest) -> HttpResponse:
    """Own drafts and what was submitted, and the way to the next call."""
    person = acting_person(request)
    if not person.marks_calls:
        return redirect("me")
    mine = reviews_by(person)
    waiting = calls_to_mark(person)
    context: dict[str, Any] = {
        "drafts": _shown(person, mine.filter(state=ReviewState.DRAFT)),
        "done": _shown(person, mine.exclude(state=ReviewState.DRAFT)[:MOST_SHOWN]),
        "next_call": waiting.first(),
        "is_blind": settings.SAPA_BLIND_REVIEWS,
        **entry_of(person),
        "may_give": person.may_manage,
    }
    if person.is_outside:
        given = waiting.select_related("queue")[:MOST_SHOWN]
        context["waiting"] = [(veiled(person, call), call.until_on) for call in given]  # type: ignore[attr-defined]
    return render(request, "desk/review/list.html", context)


def _shown(person: Person, found: Iterable[Review]) -> list[Review]:
    """For showing only: each with its call as the person may be shown it."""
    rows = list(found)
    for row in rows:
        row.call = veiled(person, row.call)
    return rows


@require_POST
def next_call(request: HttpRequest) -> HttpResponse:
    draft = review_start_next(acting_person(request))
    if draft is None:
        messages.info(request, _("No call waits to be marked."))
        return redirect("reviews")
    return redirect("review", draft.pk)


@require_POST
def start(request: HttpRequest, call_id: UUID) -> HttpResponse:
    person = acting_person(request)
    return redirect("review", review_start(person, call_visible_to(person, call_id)).pk)


@require_POST
def show_machine(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """A reviewer asks for the machine's marks before their own; it is written down."""
    person = acting_person(request)
    call = call_visible_to(person, call_id)
    machine_ask(person, call)
    review_id = request.POST.get("review", "")
    back = f"{reverse('reviews')}{review_id}/" if review_id and _is_uuid(review_id) else ""
    return redirect(back or reverse("call-detail", args=[call.pk]))


@require_safe
@never_cache
def review(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """The desk for a draft of one's own; a page to read for what is submitted."""
    person = acting_person(request)
    shown = review_visible_to(person, review_id)
    call = veiled(person, shown.call)
    evaluation = next(iter(evaluations_of(call)), None)
    hides = machine_is_hidden_at_desk if shown.is_draft else machine_is_hidden_from
    is_hidden = hides(person, call)
    machine = evaluation_sheet(evaluation) if evaluation and not is_hidden else None
    if machine:
        machine_show(person, call)
    context: dict[str, Any] = {
        "call": call,
        "others": others_at_work(person, call) if shown.is_draft else [],
        "machine": machine,
        "machine_is_hidden": is_hidden,
        "is_mine": shown.reviewer_id == person.pk,
        "may_mark": person.marks_calls,
        "may_ask_machine": person.controls_quality,
        "may_download": not person.is_outside,
        **_frame(shown, review_sheet(shown, machine, unasked=unasked_in(shown) if shown.is_draft else ())),
        **talk_of(call),
    }
    page = "desk/review/desk.html" if shown.is_draft else "desk/review/read.html"
    return render(request, page, context)


def _frame(shown: Review, sheet: ReviewSheet) -> dict[str, Any]:
    return {"review": shown, "sheet": sheet, "faults": FaultChoice.choices}


@require_POST
def mark(request: HttpRequest, review_id: UUID, criterion: str) -> HttpResponse:
    """One criterion as it stands in its form; with `attach_s` also the moment that is heard."""
    return _change(
        request,
        review_id,
        lambda person, draft, version: review_mark(
            person, draft, criterion, _mark_change(request, draft), version=version
        ),
        criterion=criterion,
    )


@require_POST
def note(request: HttpRequest, review_id: UUID) -> HttpResponse:
    comment, praise = request.POST.get("comment", ""), request.POST.get("praise", "")
    return _change(
        request,
        review_id,
        lambda person, draft, version: review_note(person, draft, comment=comment, praise=praise, version=version),
    )


@require_POST
def undo(request: HttpRequest, review_id: UUID) -> HttpResponse:
    return _change(
        request, review_id, lambda person, draft, version: review_undo(person, draft, version=version), is_whole=True
    )


@require_POST
def call_type(request: HttpRequest, review_id: UUID) -> HttpResponse:
    wanted = request.POST.get("call_type", "")
    return _change(
        request,
        review_id,
        lambda person, draft, version: review_call_type(person, draft, wanted, version=version),
        is_whole=True,
    )


@require_POST
def submit(request: HttpRequest, review_id: UUID) -> HttpResponse:
    person = acting_person(request)
    draft = review_visible_to(person, review_id)
    try:
        said = request.POST.get("verdict", "")
        verdict = Verdict(said) if said in {Verdict.SUCCESSFUL, Verdict.UNSUCCESSFUL} else None
        review_submit(person, draft, version=_version(request), verdict=verdict)
    except SapaError as exc:
        messages.error(request, failure_words(exc.code, exc.message), extra_tags="danger")
    else:
        messages.success(request, _("Submitted. The agent can read it now."))
    return redirect("review", review_id)


@require_POST
def reopen(request: HttpRequest, review_id: UUID) -> HttpResponse:
    person = acting_person(request)
    shown = review_visible_to(person, review_id)
    try:
        shown = review_reopen(person, shown, reason=request.POST.get("reason", ""))
    except ReviewNotAllowed:
        raise
    except SapaError as exc:
        messages.error(request, failure_words(exc.code, exc.message), extra_tags="danger")
    return redirect("review", shown.pk)


@require_POST
def discard(request: HttpRequest, review_id: UUID) -> HttpResponse:
    person = acting_person(request)
    draft = review_visible_to(person, review_id)
    review_discard(person, draft, version=_version(request))
    messages.success(request, _("The draft was put away."))
    return redirect("call-detail", draft.call_id)


Verb = Callable[[Any, Review, int], Review]


def _change(
    request: HttpRequest, review_id: UUID, verb: Verb, *, criterion: str = "", is_whole: bool = False
) -> HttpResponse:
    """Do it; answer a script with what changed on the page, anybody else with the page."""
    person = acting_person(request)
    draft = review_visible_to(person, review_id)
    by_script = bool(getattr(request, "htmx", False))
    asked_before = unasked_in(draft)
    try:
        verb(person, draft, _version(request))
    except SapaError as exc:
        words = failure_words(exc.code, exc.message)
        if by_script:
            told = {"words": words, "code": exc.code, "review": draft}
            return render(request, "desk/review/_trouble.html", told, status=exc.http_status)
        messages.error(request, words, extra_tags="danger")
        return redirect("review", review_id)
    if not by_script:
        return redirect(f"{reverse('review', args=[review_id])}#mark-{criterion}" if criterion else "review", review_id)
    changed = review_visible_to(person, review_id)
    evaluation = next(iter(evaluations_of(changed.call)), None)
    is_hidden = machine_is_hidden_at_desk(person, changed.call)
    unasked = unasked_in(changed)
    machine = evaluation_sheet(evaluation) if evaluation and not is_hidden else None
    sheet = review_sheet(changed, machine, unasked=unasked)
    one = next((item for item in sheet.all_criteria if item.key == criterion), None)
    context = {**_frame(changed, sheet), "item": one, "is_whole": is_whole, "call": veiled(person, changed.call)}
    flipped = set() if is_whole else unasked ^ asked_before
    context["flipped"] = [item for item in sheet.all_criteria if item.key in flipped and item.key != criterion]
    return render(request, "desk/review/_changed.html", context)


def _mark_change(request: HttpRequest, draft: Review) -> MarkChange:
    """Raises `MarkInvalid`."""
    given = request.POST
    try:
        judgement = Judgement(given["judgement"]) if "judgement" in given else None
        fault = Fault(given["fault"]) if "fault" in given else None
        attach = float(given["attach_s"]) if given.get("attach_s") else None
        without = int(given["without"]) if given.get("without") else None
    except ValueError as exc:
        raise MarkInvalid("This is no value that a mark can have.") from exc
    return MarkChange(
        judgement=judgement,
        comment=given.get("comment"),
        fault=fault,
        praised="praised" in given if "has_praise" in given else None,
        stretch=_stretch_at(draft, attach) if attach is not None else None,
        without_stretch=without,
    )


def _stretch_at(draft: Review, at_s: float) -> Stretch:
    """What is being said at that moment, else the seconds before it. Raises `MarkInvalid`."""
    if not 0 <= at_s <= (draft.call.duration_s or 0) + 1:
        raise MarkInvalid("This moment is not in the call.")
    transcript = transcript_of(draft.call)
    turns = transcript.turns.all() if transcript else []
    turn = next((turn for turn in turns if turn.start_s <= at_s <= turn.end_s), None)
    if turn is None:
        return Stretch(round(max(0.0, at_s - AROUND_S), 2), round(at_s, 2))
    return Stretch(turn.start_s, turn.end_s, turn.text)


def _version(request: HttpRequest) -> int:
    try:
        return int(request.POST.get("version", ""))
    except ValueError as exc:
        raise MarkInvalid("The form does not say which version of the review it saw.") from exc


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
