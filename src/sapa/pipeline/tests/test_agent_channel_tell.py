from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sapa.accounts.models import Person
from sapa.analytics.models import CallMeasures
from sapa.audit.models import AuditEntry
from sapa.calls.models import Call
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.services import agent_channel_tell
from sapa.pipeline.tests.workbench import claim, run_all, stages_of, take
from sapa.recordings.models import ChannelSourceChoice, Recording
from sapa.transcripts.models import TurnRecord
from tests.fixtures.graded_call import AGENT_CHANNEL

CUSTOMER_CHANNEL = 1 - AGENT_CHANNEL


def parties(call: Call) -> dict[int, str]:
    rows = TurnRecord.objects.filter(transcript__call=call)
    return {row.channel: str(row.party) for row in rows}


def test_the_speakers_are_renamed_and_the_words_stay(call: Call, bogdan: Person) -> None:
    said = list(TurnRecord.objects.values_list("text", flat=True))
    agent_channel_tell(bogdan, call, CUSTOMER_CHANNEL)
    assert parties(call) == {CUSTOMER_CHANNEL: "agent", AGENT_CHANNEL: "customer"}
    assert list(TurnRecord.objects.values_list("text", flat=True)) == said
    recording = Recording.objects.get()
    assert recording.agent_channel == CUSTOMER_CHANNEL
    assert recording.agent_channel_source == ChannelSourceChoice.TOLD


def test_measures_and_marks_run_again_and_the_speech_model_does_not(call: Call, bogdan: Person) -> None:
    agent_channel_tell(bogdan, call, CUSTOMER_CHANNEL)
    assert stages_of(call) == {"recording": "done", "transcribe": "done", "analyse": "waiting"}


def test_the_new_measures_are_those_of_the_new_speakers(call: Call, bogdan: Person) -> None:
    before = CallMeasures.objects.get().values["talk_agent_share"]
    agent_channel_tell(bogdan, call, CUSTOMER_CHANNEL)
    assert run_all() == 2
    assert set(stages_of(call).values()) == {"done"}
    assert CallMeasures.objects.get().values["talk_agent_share"] == pytest.approx(1 - before)


def test_it_is_refused_while_the_call_is_worked_on(call: Call, bogdan: Person, refused: Callable[..., Any]) -> None:
    StageRow.objects.filter(stage="grade").update(state=StageState.RUNNING)
    with refused("call_busy"):
        agent_channel_tell(bogdan, call, CUSTOMER_CHANNEL)
    assert parties(call) == {CUSTOMER_CHANNEL: "customer", AGENT_CHANNEL: "agent"}
    assert not AuditEntry.objects.filter(verb="recording.agent_channel_told").exists()


def test_before_the_words_are_there_it_is_told_and_nothing_is_reopened(bogdan: Person) -> None:
    call = take().call
    agent_channel_tell(bogdan, call, 0)
    recording = Recording.objects.get()
    assert (recording.agent_channel, recording.agent_channel_source) == (0, ChannelSourceChoice.TOLD)
    assert stages_of(call) == {"recording": "waiting"}


def test_what_was_told_early_stands_when_the_talk_shows_another(spoken: None, bogdan: Person, short_wav: bytes) -> None:
    call = take(short_wav).call
    agent_channel_tell(bogdan, call, CUSTOMER_CHANNEL)
    run_all()
    assert parties(call) == {CUSTOMER_CHANNEL: "agent", AGENT_CHANNEL: "customer"}


def test_a_stage_that_failed_after_the_words_is_done_anew(call: Call, bogdan: Person) -> None:
    StageRow.objects.filter(stage="grade").update(state=StageState.FAILED, error_code="scorecards_unpublished")
    agent_channel_tell(bogdan, call, CUSTOMER_CHANNEL)
    assert stages_of(call) == {"recording": "done", "transcribe": "done", "analyse": "waiting"}


@pytest.mark.parametrize("channel", [-1, 2])
def test_a_channel_that_is_not_there_is_refused(
    call: Call, bogdan: Person, refused: Callable[..., Any], channel: int
) -> None:
    with refused("channel_invalid"):
        agent_channel_tell(bogdan, call, channel)
    assert set(stages_of(call).values()) == {"done"}


def test_who_told_it_is_written_down(call: Call, bogdan: Person) -> None:
    agent_channel_tell(bogdan, call, CUSTOMER_CHANNEL)
    entry = AuditEntry.objects.get(verb="recording.agent_channel_told")
    assert (entry.person_id, entry.subject) == (bogdan.pk, f"call {call.pk}")


def test_telling_it_makes_the_marks_under_way_nobodys(call: Call, bogdan: Person) -> None:
    """A worker that was about to claim the old rows finds them gone."""
    agent_channel_tell(bogdan, call, CUSTOMER_CHANNEL)
    row = claim()
    assert row is not None
    assert (row.stage, row.attempt) == ("analyse", 1)
    assert claim() is None
