"""Publishing scorecards and storing evaluations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from sapa.analytics.models import CallMeasures, CallTag
from sapa.analytics.types import Analysis, Tag, TagKind
from sapa.audit.services import audit_write
from sapa.calls.models import Call
from sapa.calls.types import Party
from sapa.core.clock import now_at
from sapa.recordings.models import Recording
from sapa.recordings.types import PARTY_CHANNELS, AgentChannel, ChannelSource
from sapa.scorecards.errors import ScorecardsUnpublished
from sapa.scorecards.evaluate import AUTO, evaluate
from sapa.scorecards.library import (
    DEFAULT_KEY,
    scorecard_digest,
    scorecard_shipped,
    shipped_keys,
)
from sapa.scorecards.markers import JudgedCall
from sapa.scorecards.models import EvaluationRecord, MarkRecord, ScorecardRecord, ScorecardRevision
from sapa.scorecards.types import CriterionMark, Evaluation, Scorecard
from sapa.transcripts.models import TranscriptRecord
from sapa.transcripts.types import HearingLevel, Transcript


@dataclass(frozen=True)
class Publication:
    """`changed` is false when the newest revision already has this content."""

    revision: ScorecardRevision
    changed: bool


@transaction.atomic
def scorecard_publish(card: Scorecard, *, person: AbstractBaseUser | None = None) -> Publication:
    """Make the next immutable revision, unless the newest one has the same content."""
    record, _ = ScorecardRecord.objects.select_for_update().get_or_create(key=card.key)
    newest = record.revisions.first()
    digest = scorecard_digest(card)
    if newest is not None and newest.digest == digest:
        return Publication(newest, changed=False)
    revision = ScorecardRevision.objects.create(
        scorecard=record,
        number=newest.number + 1 if newest else 1,
        content=card.model_dump(mode="json", exclude_unset=True),
        digest=digest,
        published_at=now_at(),
    )
    audit_write("scorecard.published", subject=f"scorecard {card.key}", person=person, revision=revision.number)
    return Publication(revision, changed=True)


def scorecards_ship() -> list[Publication]:
    """Publish the forms that come with the program where they are not there yet; edited ones are left alone."""
    present = set(ScorecardRecord.objects.values_list("key", flat=True))
    return [scorecard_publish(scorecard_shipped(key)) for key in shipped_keys() if key not in present]


def revision_for(call: Call) -> ScorecardRevision:
    """The newest revision of the form for this call: by its call type, else by its direction, else the default.

    Raises `ScorecardsUnpublished`.
    """
    newest = _newest_revisions()
    if not newest:
        raise ScorecardsUnpublished
    for revision in newest:
        if call.call_type and any(kind["key"] == call.call_type for kind in revision.content["call_types"]):
            return revision
    for revision in newest:
        if call.direction and call.direction in revision.content.get("directions", []):
            return revision
    return next((item for item in newest if item.scorecard.key == DEFAULT_KEY), newest[0])


def _newest_revisions() -> list[ScorecardRevision]:
    records = ScorecardRecord.objects.order_by("key").prefetch_related("revisions__scorecard")
    return [record.revisions.all()[0] for record in records]


def evaluation_make(call_id: UUID, progress: Callable[[float], None]) -> tuple[ScorecardRevision, Evaluation]:
    call = Call.objects.get(id=call_id)
    revision = revision_for(call)
    card = Scorecard.model_validate(revision.content)
    known = {call_type.key for call_type in card.call_types}
    call_type = call.call_type if call.call_type in known else AUTO
    return revision, evaluate(card, _judged(call_id), revision=revision.number, call_type=call_type)


def evaluation_save(call_id: UUID, made: tuple[ScorecardRevision, Evaluation]) -> None:
    """Replaces the machine's earlier evaluation of the call with the same revision."""
    revision, evaluation = made
    EvaluationRecord.objects.filter(call_id=call_id, revision=revision).delete()
    record = EvaluationRecord.objects.create(
        call_id=call_id,
        revision=revision,
        call_type=evaluation.call_type,
        call_type_source=evaluation.call_type_source,
        cqr_pct=evaluation.score.cqr_pct,
        coverage_pct=evaluation.score.coverage_pct,
        verdict=evaluation.score.verdict,
        created_at=now_at(),
    )
    MarkRecord.objects.bulk_create(_mark_row(record, position, mark) for position, mark in enumerate(evaluation.marks))


def _mark_row(record: EvaluationRecord, position: int, graded: CriterionMark) -> MarkRecord:
    return MarkRecord(
        evaluation=record,
        position=position,
        criterion=graded.key,
        weight=graded.weight,
        critical=graded.critical,
        value=graded.mark.value,
        state=graded.mark.state,
        confidence=graded.mark.confidence,
        marker=graded.mark.marker,
        reason={"code": graded.mark.reason.code, "facts": graded.mark.reason.facts},
        evidence=[asdict(item) for item in graded.mark.evidence],
    )


def _judged(call_id: UUID) -> JudgedCall:
    record = TranscriptRecord.objects.prefetch_related("turns").get(call_id=call_id)
    recording = Recording.objects.get(call_id=call_id)
    agent = AgentChannel(
        recording.agent_channel,
        ChannelSource(recording.agent_channel_source),
        recording.agent_channel_confidence,
    )
    transcript = Transcript(
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
    tags = tuple(
        Tag(TagKind(tag.kind), Party(tag.party), tag.start_s, tag.end_s, tag.evidence)
        for tag in CallTag.objects.filter(call_id=call_id)
    )
    values = CallMeasures.objects.get(call_id=call_id).values
    return JudgedCall(transcript, Analysis(values, tags), tuple(settings.SAPA_COMPANY_NAMES))
