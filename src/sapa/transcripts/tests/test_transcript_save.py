from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sapa.calls.models import Call
from sapa.calls.types import Party
from sapa.recordings.models import Recording
from sapa.recordings.types import AgentChannel, ChannelSource
from sapa.transcripts.models import TranscriptRecord, TurnRecord
from sapa.transcripts.selectors import transcript_of
from sapa.transcripts.services import hearing_options, parties_rename, transcript_save
from sapa.transcripts.tests.talk import agent, customer, transcript

FOUND = AgentChannel(0, ChannelSource.FOUND, 0.7, "how can I help")
TALK = (agent("Hello, how can I help?"), customer("I am not happy.", 2.0), agent("Oh.", 5.0))


def test_what_was_heard_is_read_back_word_for_word(call: Call) -> None:
    transcript_save(call.pk, transcript(TALK, agent_channel=FOUND))
    kept = TranscriptRecord.objects.get(call=call)
    assert kept.as_turns() == TALK
    assert (kept.language, kept.hearing, kept.engine, kept.can_be_judged) == ("en", "fair", "by hand", True)


def test_another_hearing_replaces_the_first(call: Call) -> None:
    for talk in (TALK, TALK[:1]):
        transcript_save(call.pk, transcript(talk))
    assert TranscriptRecord.objects.get(call=call).as_turns() == TALK[:1]
    assert TurnRecord.objects.count() == 1


def test_the_agents_channel_that_was_told_is_not_overwritten(call: Call) -> None:
    transcript_save(call.pk, transcript(TALK, agent_channel=FOUND))
    assert Recording.objects.get(call=call).agent_channel == 1
    Recording.objects.filter(call=call).update(agent_channel_source=ChannelSource.UNSURE)
    transcript_save(call.pk, transcript(TALK, agent_channel=FOUND))
    recording = Recording.objects.get(call=call)
    assert (recording.agent_channel, recording.agent_channel_source) == (0, ChannelSource.FOUND)
    assert recording.agent_channel_reason == "how can I help"


@pytest.mark.parametrize(
    ("channel", "expected"), [(0, [Party.AGENT, Party.CUSTOMER]), (1, [Party.CUSTOMER, Party.AGENT])]
)
def test_renaming_follows_the_channel(call: Call, channel: int, expected: list[Party]) -> None:
    transcript_save(call.pk, transcript(TALK))
    Recording.objects.filter(call=call).update(agent_channel=channel)
    parties_rename(call.pk)
    turns = TranscriptRecord.objects.get(call=call).as_turns()
    assert [turn.party for turn in turns[:2]] == expected
    assert [turn.words for turn in turns] == [turn.words for turn in TALK]


def test_a_transcript_is_read_with_its_turns_by_two_queries(call: Call) -> None:
    with CaptureQueriesContext(connection) as queries:
        found = transcript_of(call)
        assert found is not None
        assert len(found.as_turns()) == 8
    assert len(queries) == 2


def test_a_call_that_was_not_heard_has_no_transcript(call: Call) -> None:
    TranscriptRecord.objects.all().delete()
    assert transcript_of(call) is None


def test_the_hearing_follows_the_settings(settings: Any) -> None:
    settings.SAPA_ASR_LANGUAGES = ["kk"]
    settings.SAPA_COMPANY_NAMES = ["Дала"]
    settings.SAPA_ASR_MOST_WRONG_PCT = 40
    options = hearing_options(language=None, agent_channel=1)
    assert (options.trusted_languages, options.company_names) == (frozenset({"kk"}), ("Дала",))
    assert (options.language, options.agent_channel, options.most_wrong_pct) == (None, 1, 40)
