"""Recordings added from the screen: several files at once, each with its own outcome, or the two files of one call."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sapa.accounts.models import Person
from sapa.accounts.selectors import acting_person
from sapa.calls.connectors.files import offset_from_text
from sapa.calls.models import Call
from sapa.calls.types import CallFacts, Direction, Party
from sapa.core.errors import SapaError
from sapa.desk.wording.failures import failure_words
from sapa.pipeline.intake import AgentFile, call_take
from sapa.recordings.errors import PairIncomplete, PartRefused


@dataclass(frozen=True)
class Outcome:
    """Of one file: the call it became, or the code and words of why not."""

    file_name: str
    call: Call | None = None
    created: bool = False
    code: str = ""
    words: str = ""


def can_add_recordings(person: Person) -> bool:
    """As over the REST API."""
    return person.may_manage


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    person = acting_person(request)
    if not can_add_recordings(person):
        raise SapaError("not_allowed", "Only supervisors and administrators may add recordings.", http_status=403)
    outcomes = [_pair_taken(request, person)] if request.POST.get("files") == "two" else _all_taken(request, person)
    is_part = bool(getattr(request, "htmx", False))
    template = "desk/call_list/_outcomes.html" if is_part else "desk/call_list/outcomes.html"
    response = render(request, template, {"outcomes": outcomes})
    if any(outcome.call for outcome in outcomes):
        response["HX-Trigger"] = "calls-changed"
    return response


def _all_taken(request: HttpRequest, person: Person) -> list[Outcome]:
    """Each file a call of its own. One bad file never loses the others."""
    files, facts = request.FILES.getlist("recordings"), _facts_from(request)
    if not files:
        return [Outcome("", code="no_file", words=failure_words("no_file", ""))]
    return [_taken(file.name or "", facts, person, file) for file in files]


def _pair_taken(request: HttpRequest, person: Person) -> Outcome:
    """The customer's file and the agent's: one call."""
    customer, agent = request.FILES.get("customer_recording"), request.FILES.get("agent_recording")
    if customer is None or agent is None:
        error = PairIncomplete()
        return Outcome("", code=error.code, words=failure_words(error.code, error.message))
    name = f"{customer.name} + {agent.name}"
    try:
        offset_s = offset_from_text(request.POST.get("agent_offset_s", "").strip(), where=name)
    except SapaError as exc:
        return Outcome(
            name, code=exc.code, words=_("Tell the seconds as a number like 1.25 or -0.4, or leave it empty.")
        )
    return _taken(name, replace(_facts_from(request), agent_offset_s=offset_s), person, customer, agent)


def _taken(
    name: str,
    facts: CallFacts,
    person: Person,
    file: UploadedFile[bytes],
    agent: UploadedFile[bytes] | None = None,
) -> Outcome:
    try:
        agent_file = AgentFile(cast(BinaryIO, agent), agent.name or "") if agent is not None else None
        source = cast(BinaryIO, file)
        taken = call_take(source, file_name=file.name or "", facts=facts, agent_file=agent_file, person=person)
    except PartRefused as exc:
        whose = _("Customer's file") if exc.party == Party.CUSTOMER else _("Agent's file")
        return Outcome(name, code=exc.code, words=f"{whose}: {failure_words(exc.code, exc.message)}")
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
