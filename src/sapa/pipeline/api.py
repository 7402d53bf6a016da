"""The REST API: hand in calls, ask how they stand, read what was found."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from typing import Annotated, Any, BinaryIO, cast
from uuid import UUID

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from ninja import File, Form, NinjaAPI, Query, Schema, Status
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.files import UploadedFile
from ninja.openapi.schema import OpenAPISchema
from ninja.security import HttpBearer, SessionAuth
from pydantic import Field

from sapa import __version__
from sapa.accounts.models import Person
from sapa.accounts.recent import token_note
from sapa.accounts.selectors import person_by_token
from sapa.calls.connectors.files import facts_from_metadata
from sapa.calls.errors import CursorInvalid
from sapa.calls.log_counting import log_count
from sapa.calls.log_orders import MOST_CURSOR, by_time, cursor_from
from sapa.calls.log_page import log_page, log_slice
from sapa.calls.models import Call
from sapa.calls.projects import in_project
from sapa.calls.replaying import call_as_json as told_as_json
from sapa.calls.selectors import call_visible_to, calls_visible_to, veiled, visible_conditions
from sapa.consultations.api import router as consultations_router
from sapa.core.api_shapes import ERRORS, Line
from sapa.core.errors import SapaError
from sapa.pipeline.access_api import router as access_router
from sapa.pipeline.agents_api import router as agents_router
from sapa.pipeline.call_json import call_as_json
from sapa.pipeline.events_api import router as events_router
from sapa.pipeline.hearing_api import router as hearing_router
from sapa.pipeline.ingest import reading_from_settings
from sapa.pipeline.intake import AgentFile, call_take
from sapa.pipeline.people_api import router as people_router
from sapa.pipeline.selectors import LineStanding, line_of, lines_of
from sapa.recordings.errors import PairIncomplete
from sapa.reviews.api import router as reviews_router
from sapa.reviews.api_given import router as given_router
from sapa.reviews.selectors import machine_is_hidden_from
from sapa.reviews.services import machine_show
from sapa.scorecards.api import router as forms_router
from sapa.scorecards.rules_api import router as rules_router
from sapa.transcripts.api import router as hearing_rules_router

MOST_CALLS = 200
NO_RECORDING = "no_recording"  # the phone system told of the call, and nothing more of it is here
FILES = ("file", "agent_recording")
_LONGEST_NAME_TOLD = 60


class Token(HttpBearer):
    """`Authorization: Bearer sapa_…`, made by `sapa token`."""

    def authenticate(self, request: HttpRequest, token: str) -> Person | None:
        person = person_by_token(token)
        if person is None:
            raise AuthenticationError  # a wrong token is a wrong token, whatever session comes with it
        request.user = person
        token_note(request)
        return person


class Forbidden(SapaError):
    def __init__(self) -> None:
        super().__init__("forbidden", "Your role may not hand in calls.", http_status=403)


class FieldUnknown(SapaError):
    def __init__(self, names: list[str]) -> None:
        known = ", ".join((*FILES, *Metadata.model_fields))
        super().__init__("input_invalid", f"{', '.join(names)}: there is no such field. Known: {known}")


class Metadata(Schema):
    """What is known about the call; all of it may be left out. A field of another name is refused."""

    call_id: str = Field("", description="The phone system's own name of the call; the same again is the same call")
    agent: str = ""
    customer_number: str = ""
    customer_name: str = ""
    direction: str = Field("", description="inbound, outbound or internal")
    queue: str = ""
    started_at: str = Field("", description="ISO 8601; without an offset in the installation's time zone")
    call_type: str = ""
    outcome: str = ""
    language: str = Field("", description="Code of the spoken language; empty: found by listening")
    agent_channel: str = Field("", description="0, 1, or empty: found by who greets; of no account for one channel")
    agent_offset_s: str = Field(
        "", description="Of two files: seconds by which the agent's starts later; empty: looked for in the sound"
    )


class CallTaken(Schema):
    id: UUID
    created: bool
    url: str


class CallBrief(Schema):
    id: UUID
    file_name: str
    agent: str
    customer_number: str
    direction: str
    started_at: datetime
    duration_s: float | None
    project: str | None = Field(description="Of its queue")
    state: str


class CallList(Schema):
    count: int | None = Field(description="Of all such calls that you see; null where a cursor was given")
    next: str = Field(description="The cursor of the next page; empty on the last")
    calls: list[CallBrief]


AgentRecording = Annotated[
    UploadedFile | None, File(description="The agent's own recording, when `file` is the customer's alone")
]


class _Api(NinjaAPI):
    """Its document takes a second to make, and stays the same while the program runs."""

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> OpenAPISchema:
        return self._document

    @cached_property
    def _document(self) -> OpenAPISchema:
        return super().get_openapi_schema()


api = _Api(
    title="Sapa",
    version=__version__,
    description="Call quality control. Authenticate with a token made by `sapa token NAME`.",
    urls_namespace="api",
    docs_url=None,
    auth=[Token(), SessionAuth(csrf=True)],
)


@api.exception_handler(SapaError)
def sapa_error(request: HttpRequest, exc: SapaError) -> HttpResponse:
    return api.create_response(request, {"error": exc.as_json()}, status=exc.http_status)


@api.exception_handler(AuthenticationError)
def nobody(request: HttpRequest, exc: AuthenticationError) -> HttpResponse:
    message = "Give a token: Authorization: Bearer sapa_…, made by: sapa token NAME"
    return api.create_response(request, {"error": {"code": "not_signed_in", "message": message}}, status=401)


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, exc: HttpError) -> HttpResponse:
    code = "csrf_failed" if exc.status_code == HTTPStatus.FORBIDDEN else "bad_request"
    return api.create_response(request, {"error": {"code": code, "message": str(exc)}}, status=exc.status_code)


@api.exception_handler(MultiPartParserError)
@api.exception_handler(SuspiciousOperation)
def form_unreadable(request: HttpRequest, exc: Exception) -> HttpResponse:
    """A broken form, too many fields, or one that is too long: Django would answer with a page."""
    body = {"error": {"code": "input_unreadable", "message": f"The form cannot be read: {exc}"}}
    return api.create_response(request, body, status=413 if isinstance(exc, RequestDataTooBig) else 400)


@api.exception_handler(ValidationError)
def input_invalid(request: HttpRequest, exc: ValidationError) -> HttpResponse:
    problems = "; ".join(f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in exc.errors)
    body = {"error": {"code": "input_invalid", "message": problems}}
    return api.create_response(request, body, status=400)


@api.post("/calls", response={201: CallTaken, 200: CallTaken, **ERRORS}, summary="Hand in a recording")
def call_post(
    request: HttpRequest, file: File[UploadedFile], metadata: Form[Metadata], agent_recording: AgentRecording = None
) -> Status[dict[str, Any]]:
    """A recording with what is known about the call. 201 for a new call, 200 for one that was here.

    `file` holds both parties, best on two channels; or the customer alone, with the agent in `agent_recording`.
    """
    person = _person(request)
    if not person.may_manage:
        raise Forbidden
    _fields_check(request)
    if agent_recording is None and "agent_recording" in request.POST:  # text where a file should be
        raise PairIncomplete
    payload = metadata.model_dump()
    name = file.name or ""
    facts = facts_from_metadata(payload, where=name or "metadata", reading=reading_from_settings())
    taken = call_take(
        cast(BinaryIO, file),
        file_name=name,
        facts=facts,
        agent_file=_agent_file(agent_recording),
        connector="rest",
        payload=payload | ({"agent_recording": agent_recording.name} if agent_recording is not None else {}),
        person=person,
    )
    told = {"id": taken.call.id, "created": taken.created, "url": f"/calls/{taken.call.id}/"}
    return Status(201 if taken.created else 200, told)


def _fields_check(request: HttpRequest) -> None:
    """A misspelt field would be left out without a word, and the call be somebody else's. Raises `FieldUnknown`."""
    told = {*request.POST, *request.FILES} - {*FILES, *Metadata.model_fields, "csrfmiddlewaretoken"}
    if told:
        raise FieldUnknown([name[:_LONGEST_NAME_TOLD] for name in sorted(told)[:3]])


def _agent_file(given: UploadedFile | None) -> AgentFile | None:
    return AgentFile(cast(BinaryIO, given), given.name or "") if given is not None else None


@api.get("/calls", response={200: CallList, **ERRORS}, summary="Calls, newest first")
def call_list(
    request: HttpRequest,
    limit: Annotated[int, Query(ge=1, le=MOST_CALLS)] = 50,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
    cursor: Annotated[str | None, Query(max_length=MOST_CURSOR)] = None,
    project: Annotated[Line, Query("", description="Of its queues alone; one that is not there has no calls")] = "",
) -> dict[str, Any]:
    """Page by page: an empty `cursor` first, then the `next` of each answer; calls that come meanwhile move nothing,
    and any page takes the same time. With `offset` the calls before it are read too, and all are counted."""
    person = _person(request)
    begun = cursor_from(cursor or "", by_time())
    if cursor and (begun is None or offset):
        raise CursorInvalid
    seen = [*visible_conditions(person), *([in_project(project)] if project else [])]
    if offset:
        page = log_slice(seen, by_time(), offset, limit)
    else:
        page = log_page(seen, by_time(), begun, limit, counted=log_count(seen))
    found = Call.objects.select_related("queue__project").in_bulk(page.ids)
    calls = [found[call_id] for call_id in page.ids]
    lines = lines_of(page.ids)
    return {
        "count": _count(person, project) if cursor is None else None,
        "next": page.older.as_text() if page.older else "",
        "calls": [_brief(veiled(person, call), lines[call.id]) for call in calls],
    }


@api.get("/calls/{call_id}", response={200: dict[str, Any], **ERRORS}, summary="A call and all that was found")
def call_get(request: HttpRequest, call_id: UUID) -> dict[str, Any]:
    """The facts, the state in the line, what the phone system's records say (as `sapa pbx replay --json --calls`), and
    once it is through the same shape as `sapa grade --json`.

    Without the evaluation for a reviewer who has not marked the call yet, where reviewers mark blind."""
    person = _person(request)
    call = call_visible_to(person, call_id)
    line = line_of(call)
    stages = [
        {
            "stage": stage.key,
            "state": stage.state or "not_reached",
            "error": {"code": stage.row.error_code, "message": "" if person.hides_names else stage.row.error_message}
            if stage.row and stage.row.error_code
            else None,
        }
        for stage in line.stages
    ]
    is_hidden = machine_is_hidden_from(person, call)
    shown = veiled(person, call)
    result = call_as_json(shown, with_evaluation=not is_hidden)
    if result is not None and not is_hidden:
        machine_show(person, call)
    told = told_as_json(call) if call.revision and not person.hides_names else None
    return {**_brief(shown, line), "stages": stages, "phone_system": told, "result": result}


def _count(person: Person, project: str) -> int:
    calls = calls_visible_to(person)
    return (calls.filter(queue__project__name=project) if project else calls).count()


def _brief(call: Call, line: LineStanding) -> dict[str, Any]:
    return {
        "id": call.id,
        "file_name": call.file_name,
        "agent": call.agent_name,
        "customer_number": call.customer_number,
        "direction": call.direction,
        "started_at": call.started_at,
        "duration_s": call.duration_s,
        "project": call.queue.project.name if call.queue and call.queue.project else None,
        "state": line.state if line.is_begun else NO_RECORDING,
    }


for _router in (
    forms_router,
    rules_router,
    reviews_router,
    consultations_router,
    given_router,
    agents_router,
    people_router,
    access_router,
    hearing_router,
    hearing_rules_router,
    events_router,
):
    api.add_router("", _router)


def _person(request: HttpRequest) -> Person:
    person = request.user
    if not isinstance(person, Person):
        raise Forbidden
    return person
