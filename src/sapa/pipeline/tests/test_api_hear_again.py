"""Over the REST API: a call is heard again by the bigger model."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from sapa.accounts.models import Person
from sapa.calls.models import Call
from sapa.calls.services import queue_grant
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.tests.test_api_call_post import refusal
from sapa.pipeline.tests.workbench import stages_of
from tests.fixtures.cast import SignedIn


@pytest.fixture(autouse=True)
def second(settings: Any) -> None:
    settings.SAPA_ASR_SECOND_MODEL = "/models/bigger"


def address(call: Call) -> str:
    return f"/api/v1/calls/{call.pk}/hear-again"


def test_it_goes_back_into_the_line(call: Call, celina: Person, api_of: SignedIn) -> None:
    answer = api_of(celina).post(address(call))
    assert (answer.status_code, answer.json()) == (202, {"id": str(call.pk), "state": "waiting"})
    assert stages_of(call) == {"recording": "done", "transcribe": "waiting"}


def test_twice_is_no_more_than_once(call: Call, bogdan: Person, api_of: SignedIn) -> None:
    client = api_of(bogdan)
    assert [client.post(address(call)).status_code for _ in range(2)] == [202, 202]
    assert stages_of(call) == {"recording": "done", "transcribe": "waiting"}


def test_a_call_that_is_worked_on_is_refused(call: Call, bogdan: Person, api_of: SignedIn) -> None:
    StageRow.objects.filter(stage="grade").update(state=StageState.RUNNING)
    assert refusal(api_of(bogdan).post(address(call))) == (409, "call_busy")


def test_without_a_second_model_it_is_refused(call: Call, bogdan: Person, api_of: SignedIn, settings: Any) -> None:
    settings.SAPA_ASR_SECOND_MODEL = ""
    assert refusal(api_of(bogdan).post(address(call))) == (400, "second_model_missing")


def test_it_is_for_those_who_control_quality_and_see_the_call(
    call: Call, aigerim: Person, bogdan: Person, celina: Person, api_of: SignedIn
) -> None:
    assert refusal(api_of(aigerim).post(address(call))) == (403, "not_allowed")
    queue_grant(None, "bogdan", "loans")
    assert refusal(api_of(bogdan).post(address(call))) == (404, "call_missing")
    assert refusal(api_of(celina).post(f"/api/v1/calls/{uuid4()}/hear-again")) == (404, "call_missing")
    assert set(stages_of(call).values()) == {"done"}
