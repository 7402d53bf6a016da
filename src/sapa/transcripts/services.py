"""Making and storing transcripts."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.conf import settings

from sapa.calls.models import Call
from sapa.core.clock import now_at
from sapa.recordings.models import Recording
from sapa.recordings.services import agent_channel_keep, recorded_call
from sapa.recordings.types import ChannelSource
from sapa.transcripts.engines import SAMPLE_RATE_HZ, engine_named
from sapa.transcripts.hear import HearingOptions, hear
from sapa.transcripts.models import TranscriptRecord, TurnRecord
from sapa.transcripts.types import Transcript, Turn, with_parties

ENGINE: str = settings.SAPA_ASR_ENGINE  # of this installation


def hearing_options(*, language: str | None, agent_channel: int | None) -> HearingOptions:
    return HearingOptions(
        language=language,
        agent_channel=agent_channel,
        trusted_languages=frozenset(settings.SAPA_ASR_LANGUAGES),
        company_names=tuple(settings.SAPA_COMPANY_NAMES),
        most_wrong_pct=settings.SAPA_ASR_MOST_WRONG_PCT,
    )


def transcript_make(call_id: UUID, progress: Callable[[float], None]) -> Transcript:
    call = Call.objects.select_related("recording").get(id=call_id)
    recording: Recording = call.recording
    audio = recorded_call(call_id, sample_rate_hz=SAMPLE_RATE_HZ).audio
    told = recording.agent_channel if recording.agent_channel_source == ChannelSource.TOLD else None
    options = hearing_options(language=call.language or None, agent_channel=told)
    return hear(audio.samples, engine_named(ENGINE, ""), options, progress)


def transcript_save(call_id: UUID, transcript: Transcript) -> None:
    """Replaces an earlier transcript of the call."""
    TranscriptRecord.objects.filter(call_id=call_id).delete()
    record = TranscriptRecord.objects.create(
        call_id=call_id,
        language=transcript.language,
        language_confidence=transcript.language_confidence,
        hearing=transcript.hearing,
        engine=transcript.engine,
        model=transcript.model,
        voice=[[[piece.start_s, piece.end_s] for piece in channel] for channel in transcript.voice],
        left_out=[[one.channel, one.start_s, one.end_s, one.text, one.reason] for one in transcript.left_out],
        created_at=now_at(),
    )
    TurnRecord.objects.bulk_create(_turn_row(record, position, turn) for position, turn in enumerate(transcript.turns))
    agent_channel_keep(call_id, transcript.agent_channel)


def parties_rename(call_id: UUID) -> None:
    """After somebody told which channel is the agent's: the words stay, the speakers change."""
    recording = Recording.objects.get(call_id=call_id)
    rows = list(TurnRecord.objects.filter(transcript__call_id=call_id))
    bare = tuple(row.as_turn() for row in rows)
    named = with_parties(bare, recording.agent_channel, recording.channels or 0)
    for row, turn in zip(rows, named, strict=True):
        row.party = turn.party
    TurnRecord.objects.bulk_update(rows, ["party"])


def _turn_row(record: TranscriptRecord, position: int, turn: Turn) -> TurnRecord:
    return TurnRecord(
        transcript=record,
        position=position,
        channel=turn.channel,
        party=turn.party,
        start_s=turn.start_s,
        end_s=turn.end_s,
        text=turn.text,
        words=[[word.text, word.start_s, word.end_s, word.confidence] for word in turn.words],
    )
