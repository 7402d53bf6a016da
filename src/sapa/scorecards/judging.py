"""Calls as the markers judge them, put together from what the stages to the left have stored."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings

from sapa.analytics.models import CallMeasures, CallTag
from sapa.analytics.types import Analysis, Tag, TagKind
from sapa.calls.models import Call
from sapa.calls.selectors import team_names_of
from sapa.calls.types import Party
from sapa.recordings.models import Recording
from sapa.recordings.types import PARTY_CHANNELS, AgentChannel, ChannelSource
from sapa.scorecards.markers import JudgedCall
from sapa.transcripts.models import TranscriptRecord
from sapa.transcripts.types import HearingLevel, Transcript


def judged_calls(calls: Sequence[Call]) -> dict[UUID, JudgedCall]:
    """Those that are heard and measured, each question asked once for all of them; their queues were fetched before."""
    ids = [call.pk for call in calls]
    recordings = {row.call_id: row for row in Recording.objects.filter(call_id__in=ids)}
    measures = dict(CallMeasures.objects.filter(call_id__in=ids).values_list("call_id", "values"))
    tags: dict[UUID, list[Tag]] = {}
    for tag in CallTag.objects.filter(call_id__in=ids):
        made = Tag(TagKind(tag.kind), Party(tag.party), tag.start_s, tag.end_s, tag.evidence)
        tags.setdefault(tag.call_id, []).append(made)
    transcripts = {
        row.call_id: _transcript(row, recordings[row.call_id])
        for row in TranscriptRecord.objects.filter(call_id__in=ids).prefetch_related("turns")
        if row.call_id in recordings
    }
    teams = team_names_of({call.agent_name for call in calls})
    return {
        call.pk: JudgedCall(
            transcripts[call.pk],
            Analysis(measures[call.pk], tuple(tags.get(call.pk, ()))),
            tuple(settings.SAPA_COMPANY_NAMES),
            facts_of(call, teams),
        )
        for call in calls
        if call.pk in transcripts and call.pk in measures
    }


def facts_of(call: Call, teams: dict[str, str]) -> dict[str, str]:
    """What rules and conditions ask of a call, besides the language that was heard."""
    return {
        "direction": call.direction,
        "queue": call.queue.name if call.queue else "",
        "team": teams.get(call.agent_name, ""),
    }


def _transcript(record: TranscriptRecord, recording: Recording) -> Transcript:
    agent = AgentChannel(
        recording.agent_channel,
        ChannelSource(recording.agent_channel_source),
        recording.agent_channel_confidence,
    )
    return Transcript(
        language=record.language,
        language_confidence=record.language_confidence,
        hearing=HearingLevel(record.hearing),
        turns=record.as_turns(),
        agent_channel=agent,
        engine=record.engine,
        model=record.model,
        voice=record.as_voice(),
        channels=recording.channels or PARTY_CHANNELS,
    )
