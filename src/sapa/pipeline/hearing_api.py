"""Having a call heard again by the second model, over the REST API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status

from sapa.accounts.selectors import acting_person
from sapa.calls.selectors import call_visible_to
from sapa.core.api_shapes import ERRORS
from sapa.pipeline.errors import HearingNotAllowed
from sapa.pipeline.selectors import line_of
from sapa.pipeline.services import call_hear_again

router = Router(tags=["hearing"])


class HearAgainOut(Schema):
    id: UUID
    state: str


@router.post(
    "/calls/{call_id}/hear-again", response={202: HearAgainOut, **ERRORS}, summary="Hear a call with the bigger model"
)
def hear_again_post(request: HttpRequest, call_id: UUID) -> Status[dict[str, Any]]:
    """The call goes back into the line; ask `GET /calls/{call_id}` how it stands. Marks by people stay.

    409 `call_busy` while it is worked on, `heard_by_second_model` where that model heard it; 400
    `second_model_missing` where none is set up."""
    person = acting_person(request)
    call = call_visible_to(person, call_id)
    if not person.controls_quality:
        raise HearingNotAllowed
    call_hear_again(person, call)
    return Status(202, {"id": call.id, "state": line_of(call).state})
