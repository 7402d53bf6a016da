"""The call page: while the call is in the line, how far it is; afterwards all that was found in it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sapa.accounts.models import Person
from sapa.accounts.selectors import acting_person
from sapa.analytics.selectors import measures_of, tags_of
from sapa.calls.missed import reached_after
from sapa.calls.models import Call
from sapa.calls.selectors import call_visible_to, sound_of, veiled
from sapa.core.errors import SapaError
from sapa.desk.sheets.evaluation import evaluation_sheet
from sapa.desk.sheets.parties import parties_of, two_files_of
from sapa.desk.sheets.review import review_sheet
from sapa.desk.sheets.talk import left_out_sheets, measure_sheet, tag_sheet, talk_bar, turn_sheets, waveform_data
from sapa.desk.wording.failures import failure_words
from sapa.pipeline.errors import HearingNotAllowed
from sapa.pipeline.selectors import LineStanding, line_of
from sapa.pipeline.services import agent_channel_tell, call_hear_again, call_watch, stage_retry
from sapa.recordings.selectors import recording_of
from sapa.reviews.selectors import (
    colleagues_are_hidden_from,
    draft_of,
    machine_is_hidden_from,
    others_at_work,
    reviews_of,
)
from sapa.reviews.services import machine_show
from sapa.scorecards.selectors import evaluations_of
from sapa.transcripts.selectors import transcript_of
from sapa.transcripts.services import may_be_heard_by_second


@require_safe
def call_detail(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """With `part=line` only the stages, for the page that waits; it loads itself again when they are done."""
    person = acting_person(request)
    call = call_visible_to(person, call_id)
    line = line_of(call)
    if line.is_moving:
        call_watch(call)
    shown = veiled(person, call)
    frame = {"call": shown, "line": line, "may_correct": person.controls_quality, **_failure(person, line)}
    if request.GET.get("part") == "line":
        response = render(request, "desk/call/_line.html", frame)
        if not line.is_moving:
            response["HX-Refresh"] = "true"
    else:
        findings = _findings(person, shown, request.GET.get("scorecard", ""))
        response = render(request, "desk/call/page.html", {**frame, **findings})
    patch_vary_headers(response, ["HX-Request"])
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def retry(request: HttpRequest, call_id: UUID) -> HttpResponse:
    person = acting_person(request)
    call = call_visible_to(person, call_id)
    if not person.controls_quality:
        raise SapaError("not_allowed", "Your role does not start the steps of a call again.", http_status=403)
    stage_retry(person, call)
    return redirect("call-detail", call_id)


@require_POST
def agent_channel(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """A person says on which channel the agent is; `channel` counts from 0."""
    person = acting_person(request)
    call = call_visible_to(person, call_id)
    if not person.controls_quality:
        raise SapaError("not_allowed", "Your role does not correct who is the agent.", http_status=403)
    channel = request.POST.get("channel", "")
    if channel not in {"0", "1"}:
        return HttpResponse(status=400)
    agent_channel_tell(person, call, int(channel))
    messages.success(request, _("Noted. The marks of this call are being made again."))
    return redirect("call-detail", call.pk)


@require_POST
def hear_again(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """By the second model."""
    person = acting_person(request)
    call = call_visible_to(person, call_id)
    if not person.controls_quality:
        raise HearingNotAllowed
    call_hear_again(person, call)
    messages.success(request, _("The bigger model hears this call now; its marks are then made again."))
    return redirect("call-detail", call.pk)


def _failure(person: Person, line: LineStanding) -> dict[str, Any]:
    current = line.current
    if current is None or current.row is None or not current.row.error_code:
        return {}
    row = current.row
    return {
        "failure_words": failure_words(row.error_code, "" if person.hides_names else row.error_message),
        "failure_code": row.error_code,
        "failure_message": "" if person.hides_names else row.error_message,  # it may name the file
        "next_try_at": row.next_try_at,
    }


def _findings(person: Person, call: Call, wanted: str) -> dict[str, Any]:
    """`wanted` is the scorecard to show first."""
    is_hidden = machine_is_hidden_from(person, call)
    reviews = reviews_of(person, call)
    evaluations = [] if is_hidden else evaluations_of(call)
    chosen = next((one for one in evaluations if one.revision.scorecard.key == wanted), None)
    chosen = chosen or (evaluations[0] if evaluations else None)
    if chosen:
        machine_show(person, call)
    talk = talk_of(call)
    return {
        **talk,
        "reached": reached_after(person, call),
        "has_bigger_model": may_be_heard_by_second(talk["transcript"]),
        "evaluation": evaluation_sheet(chosen) if chosen else None,
        "other_evaluations": [evaluation_sheet(one) for one in evaluations if one is not chosen],
        "machine_is_hidden": is_hidden,
        "colleagues_are_hidden": colleagues_are_hidden_from(person, call),
        "may_mark": person.marks_calls,
        "may_give": person.may_manage,
        "may_ask_machine": person.controls_quality,
        "may_download": not person.is_outside,
        "draft": draft_of(person, call),
        "others": others_at_work(person, call),
        "people": [(one, review_sheet(one)) for one in reviews],
        "is_done": any(one.reviewer_id == person.pk for one in reviews),
    }


def talk_of(call: Call) -> dict[str, Any]:
    """What was said in a call and what was measured in it; no marks."""
    recording, transcript = recording_of(call), transcript_of(call)
    parties = parties_of(call, recording)
    turns = turn_sheets(transcript, parties)
    tags = tag_sheet(tags_of(call), parties)
    measures = measures_of(call)
    return {
        "recording": recording,
        "sound": sound_of(call),
        "transcript": transcript,
        "parties": parties,
        "two_files": two_files_of(recording),
        "turns": turns,
        "left_out": left_out_sheets(transcript, parties),
        "tags": tags,
        "measures": measure_sheet(measures),
        "talk_bar": talk_bar(measures),
        "waveform": waveform_data(recording, parties, turns, tags) if recording else None,
    }
