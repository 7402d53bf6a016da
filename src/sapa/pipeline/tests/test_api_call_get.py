from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from sapa.accounts.models import Person
from sapa.calls.giving import calls_give
from sapa.calls.models import Call
from sapa.calls.tests.lines import ANSWERED, come
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.services import agent_channel_tell
from sapa.pipeline.tests.graded_shape import assert_is_shaped
from sapa.pipeline.tests.test_api_call_post import CALLS, refusal
from sapa.pipeline.tests.workbench import take
from tests.fixtures.cast import SignedIn
from tests.fixtures.graded_call import left_out_of


def test_a_call_in_the_line_has_no_result_yet(api_of: SignedIn, bogdan: Person) -> None:
    told = api_of(bogdan).get(f"{CALLS}/{take().call.pk}").json()
    assert (told["state"], told["result"], told["duration_s"]) == ("waiting", None, None)
    assert [(stage["stage"], stage["state"], stage["error"]) for stage in told["stages"]] == [
        ("recording", "waiting", None),
        ("transcribe", "not_reached", None),
        ("analyse", "not_reached", None),
        ("grade", "not_reached", None),
    ]


def test_a_call_that_only_the_phone_system_told_of(
    api_of: SignedIn, bogdan: Person, farida: Person, tmp_path: Path
) -> None:
    come(tmp_path, "queue_log", ANSWERED)
    call = Call.objects.get()
    told = api_of(bogdan).get(f"{CALLS}/{call.pk}").json()
    assert (told["state"], told["result"]) == ("no_recording", None)
    assert told["phone_system"]["queues"] == ["support"]
    assert told["phone_system"]["agents"] == [{"name": "Aigerim", "talk_s": 11.0}]
    assert api_of(bogdan).get(CALLS).json()["calls"][0]["state"] == "no_recording"
    calls_give(bogdan, farida, [call.pk])
    assert api_of(farida).get(f"{CALLS}/{call.pk}").json()["phone_system"] is None


def test_a_finished_call_comes_in_the_published_shape(api_of: SignedIn, bogdan: Person, call: Call) -> None:
    told = api_of(bogdan).get(f"{CALLS}/{call.pk}").json()
    assert told["state"] == "done"
    assert_is_shaped([told["result"]])
    evaluation = told["result"]["evaluation"]
    assert (evaluation["scorecard"], evaluation["cqr_pct"], evaluation["verdict"]) == (
        "test_service",
        70.0,
        "successful",
    )
    assert {turn["speaker"] for turn in told["result"]["turns"]} == {"agent", "customer"}


def test_what_was_left_out_of_the_transcript_is_told(api_of: SignedIn, bogdan: Person, call: Call) -> None:
    assert api_of(bogdan).get(f"{CALLS}/{call.pk}").json()["result"]["left_out"] == []
    left_out_of(call)
    result = api_of(bogdan).get(f"{CALLS}/{call.pk}").json()["result"]
    assert_is_shaped([result])
    assert result["left_out"][0] == {
        "channel": 0, "start_s": 26.6, "end_s": 28.1, "text": "Thank you for watching.", "reason": "phantom",
    }  # fmt: skip


def test_a_failed_stage_tells_its_code_and_sentence(api_of: SignedIn, bogdan: Person) -> None:
    call = take().call
    StageRow.objects.update(state=StageState.FAILED, error_code="audio_unreadable", error_message="Export it again.")
    told = api_of(bogdan).get(f"{CALLS}/{call.pk}").json()
    assert (told["state"], told["result"]) == ("failed", None)
    assert told["stages"][0]["error"] == {"code": "audio_unreadable", "message": "Export it again."}


@pytest.mark.parametrize("state", [StageState.WAITING, StageState.RUNNING, StageState.FAILED])
def test_marks_that_are_being_made_anew_are_not_shown(
    api_of: SignedIn, bogdan: Person, call: Call, state: StageState
) -> None:
    """Otherwise the new names of the speakers would stand beside measures and marks of the old ones."""
    agent_channel_tell(bogdan, call, 0)
    StageRow.objects.filter(stage="analyse").update(state=state)
    told = api_of(bogdan).get(f"{CALLS}/{call.pk}").json()
    assert (told["state"], told["result"]) == (state.value, None)


def test_an_agent_reads_the_own_call(api_of: SignedIn, aigerim: Person, call: Call) -> None:
    assert api_of(aigerim).get(f"{CALLS}/{call.pk}").status_code == 200


def test_an_outsider_hears_the_same_as_about_a_call_that_is_not_there(
    api_of: SignedIn, daniyar: Person, call: Call
) -> None:
    client = api_of(daniyar)
    hidden, missing = client.get(f"{CALLS}/{call.pk}"), client.get(f"{CALLS}/{uuid4()}")
    assert refusal(hidden) == refusal(missing) == (404, "call_missing")
    assert hidden.content == missing.content


def test_another_agents_call_is_not_there(api_of: SignedIn, aigerim: Person, call: Call) -> None:
    Call.objects.update(agent_name="Somebody Else")
    assert refusal(api_of(aigerim).get(f"{CALLS}/{call.pk}")) == (404, "call_missing")


@pytest.mark.parametrize("name", ["not-a-uuid", "0", "%00", "ж", "x" * 5000])
def test_what_is_no_id_is_refused(api_of: SignedIn, bogdan: Person, name: str) -> None:
    response: Any = api_of(bogdan).get(f"{CALLS}/{name}")
    assert refusal(response) == (400, "input_invalid")
