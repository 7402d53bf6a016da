"""Recordings added from the screen: several files at once, each with its own outcome."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from sapa.accounts.models import Person
from sapa.accounts.selectors import acting_person
from sapa.calls.models import Call
from sapa.calls.types import CallFacts, Direction
from sapa.core.errors import SapaError
from sapa.desk.wording.failures import failure_words
from sapa.pipeline.intake import call_take
from sapa.recordings.errors import FileTooLarge


@dataclass(frozen=True)
class Outcome:
    """Of one file: the call it became, or the code and words of why not."""

    file_name: str
    call: Call | None = None
    created: bool = False
    code: str = ""
    words: str = ""


def can_add_recordings(person: Person) -> bool:
    return person.sees_every_call


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    person = acting_person(request)
    if not can_add_recordings(person):
        raise SapaError("not_allowed", "Only those who see every call may add recordings.", http_status=403)
    files = request.FILES.getlist("recordings")
    facts = _facts_from(request)
    outcomes = [_taken(file, facts, person) for file in files]
    if not files:
        outcomes = [Outcome("", code="no_file", words=failure_words("no_file", ""))]
    is_part = bool(getattr(request, "htmx", False))
    template = "desk/call_list/_outcomes.html" if is_part else "desk/call_list/outcomes.html"
    response = render(request, template, {"outcomes": outcomes})
    if any(outcome.call for outcome in outcomes):
        response["HX-Trigger"] = "calls-changed"
    return response


def _taken(file: UploadedFile[bytes], facts: CallFacts, person: Person) -> Outcome:
    """One bad file never loses the others."""
    name = file.name or ""
    limit_mb: int = settings.SAPA_UPLOAD_MAX_MB
    try:
        if file.size and file.size > limit_mb << 20:
            raise FileTooLarge(limit_mb)
        taken = call_take(file, file_name=name, facts=facts, person=person)  # type: ignore[arg-type]
    except SapaError as exc:
        return Outcome(name, code=exc.code, words=failure_words(exc.code, exc.message))
    return Outcome(name, call=taken.call, created=taken.created)


def _facts_from(request: HttpRequest) -> CallFacts:
    direction, channel = request.POST.get("direction", ""), request.POST.get("agent_channel", "")
    return CallFacts(
        direction=Direction(direction) if direction in set(Direction) else Direction.UNKNOWN,
        agent_name=_clean(request.POST.get("agent_name", "")),
        queue=_clean(request.POST.get("queue", "")),
        agent_channel=int(channel) if channel in {"0", "1"} else None,
    )


def _clean(value: str) -> str:
    return " ".join(value.replace("\x00", "").split())[:100]
