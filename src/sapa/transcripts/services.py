"""Making and storing transcripts, and the wish to have one made by the second model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from sapa.audit.services import audit_write
from sapa.calls.models import Call
from sapa.core.clock import now_at
from sapa.recordings.models import Recording
from sapa.recordings.services import agent_channel_keep, recorded_call
from sapa.recordings.types import ChannelSource
from sapa.transcripts.engines import ENGINES, SAMPLE_RATE_HZ, Engine, engine_named
from sapa.transcripts.errors import EngineUnknown, HeardBySecondModel, SecondModelMissing
from sapa.transcripts.hear import HearingOptions, hear_by_rules
from sapa.transcripts.models import HearingWish, TranscriptRecord, TurnRecord
from sapa.transcripts.plans import HearingPlan, is_in_share
from sapa.transcripts.selectors import hearing_rules, transcript_of
from sapa.transcripts.types import Transcript, Turn, with_parties

ENGINE: str = settings.SAPA_ASR_ENGINE  # of this installation


def hearing_options(*, language: str | None, agent_channel: int | None, hints: tuple[str, ...] = ()) -> HearingOptions:
    return HearingOptions(
        language=language,
        agent_channel=agent_channel,
        trusted_languages=frozenset(settings.SAPA_ASR_LANGUAGES),
        company_names=tuple(settings.SAPA_COMPANY_NAMES),
        most_wrong_pct=settings.SAPA_ASR_MOST_WRONG_PCT,
        hints=hints,
    )


def transcript_make(call_id: UUID, progress: Callable[[float], None]) -> Transcript:
    call = Call.objects.select_related("recording", "queue").get(id=call_id)
    recording: Recording = call.recording
    audio = recorded_call(call_id, sample_rate_hz=SAMPLE_RATE_HZ).audio
    told = recording.agent_channel if recording.agent_channel_source == ChannelSource.TOLD else None
    options = hearing_options(language=call.language or None, agent_channel=told)
    return hear_by_rules(
        audio.samples,
        [rule.as_rule() for rule in hearing_rules()],
        engine_of_second if is_for_second(call_id) else engine_of,
        options,
        queue=call.queue.name if call.queue else "",
        progress=progress,
    )


def engine_of(plan: HearingPlan) -> Engine:
    """Raises `EngineUnknown` for one that was taken out of the program after a rule had named it."""
    engine = plan.engine or ENGINE
    if engine not in ENGINES:
        raise EngineUnknown(engine, list(ENGINES))
    is_of_settings = engine == ENGINE and plan.model in ("", engine_named(ENGINE, "").model)
    return engine_named(engine, "" if is_of_settings else plan.model)  # by one name, or it would be loaded twice


def engine_of_second(plan: HearingPlan) -> Engine:
    """Language and hints are as planned; the bigger model hears all languages."""
    engine, model = settings.SAPA_ASR_SECOND_ENGINE or ENGINE, settings.SAPA_ASR_SECOND_MODEL
    return engine_of(replace(plan, engine=engine, model=model))


def is_for_second(call_id: UUID) -> bool:
    """Whether the second model hears this call: somebody wanted it, or it is of the share that has it from the start.
    Where no second model is set any more, wishes wait for the next."""
    if not settings.SAPA_ASR_SECOND_MODEL:
        return False
    return is_in_share(call_id, settings.SAPA_ASR_SECOND_SHARE) or HearingWish.objects.filter(call=call_id).exists()


def may_be_heard_by_second(transcript: TranscriptRecord | None) -> bool:
    """Whether there is a second model, and this was not made by it."""
    engine, model = settings.SAPA_ASR_SECOND_ENGINE or ENGINE, settings.SAPA_ASR_SECOND_MODEL
    return bool(model) and (transcript is None or (transcript.engine, transcript.model) != (engine, model))


@transaction.atomic
def hearing_wish_make(person: AbstractBaseUser | None, call: Call) -> None:
    """From now on the second model hears this call. Raises `SecondModelMissing`, `HeardBySecondModel`."""
    if not settings.SAPA_ASR_SECOND_MODEL:
        raise SecondModelMissing
    if not may_be_heard_by_second(transcript_of(call)):
        raise HeardBySecondModel
    HearingWish.objects.get_or_create(call=call, defaults={"asked_at": now_at()})
    audit_write(
        "transcript.heard_again", subject=f"call {call.id}", person=person, model=settings.SAPA_ASR_SECOND_MODEL
    )


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
