"""Publishing scorecards and storing evaluations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from sapa.audit.services import audit_write
from sapa.calls.models import Call
from sapa.core.clock import now_at
from sapa.scorecards.choosing import form_choice
from sapa.scorecards.evaluate import AUTO, evaluate
from sapa.scorecards.judging import judged_calls
from sapa.scorecards.library import scorecard_digest, scorecard_shipped, shipped_keys
from sapa.scorecards.models import EvaluationRecord, MarkRecord, ScorecardRecord, ScorecardRevision
from sapa.scorecards.selectors import scorecard_of
from sapa.scorecards.types import CriterionMark, Evaluation, Scorecard


@dataclass(frozen=True)
class Publication:
    """`changed` is false when the newest revision already has this content."""

    revision: ScorecardRevision
    changed: bool


@transaction.atomic
def scorecard_publish(
    card: Scorecard, *, person: AbstractBaseUser | None = None, draft_token: UUID | None = None
) -> Publication:
    """Make the next immutable revision, unless the newest one has the same content."""
    record, _ = ScorecardRecord.objects.select_for_update().get_or_create(key=card.key)
    newest = record.revisions.first()
    digest = scorecard_digest(card)
    # Computed anew: what a form may say has grown since it was published, and the defaults are part of the digest.
    if newest is not None and scorecard_digest(scorecard_of(newest)) == digest:
        return Publication(newest, changed=False)
    revision = ScorecardRevision.objects.create(
        scorecard=record,
        number=newest.number + 1 if newest else 1,
        content=card.model_dump(mode="json", exclude_unset=True),
        digest=digest,
        published_at=now_at(),
        draft_token=draft_token,
    )
    audit_write("scorecard.published", subject=f"scorecard {card.key}", person=person, revision=revision.number)
    return Publication(revision, changed=True)


def scorecards_ship() -> list[Publication]:
    """Publish the forms that come with the program where they are not there yet; edited ones are left alone."""
    present = set(ScorecardRecord.objects.values_list("key", flat=True))
    return [scorecard_publish(scorecard_shipped(key)) for key in shipped_keys() if key not in present]


def revision_for(call: Call) -> ScorecardRevision:
    """The newest revision of the form for this call. Raises `ScorecardsUnpublished`."""
    return form_choice(call).revision


def evaluation_make(call_id: UUID, progress: Callable[[float], None]) -> tuple[ScorecardRevision, Evaluation] | None:
    """None of a call that nobody took: there is no conversation to be marked, whatever was recorded."""
    call = Call.objects.select_related("queue").get(id=call_id)
    if call.is_unanswered:
        return None
    revision = revision_for(call)
    card = Scorecard.model_validate(revision.content)
    known = {call_type.key for call_type in card.call_types}
    call_type = call.call_type if call.call_type in known else AUTO
    return revision, evaluate(card, judged_calls([call])[call_id], revision=revision.number, call_type=call_type)


def evaluation_save(call_id: UUID, made: tuple[ScorecardRevision, Evaluation] | None) -> None:
    """Replaces the machine's earlier evaluation of the call with the same revision; of a call that nobody took, as is
    known by now, there is none."""
    if made is None:
        EvaluationRecord.objects.filter(call_id=call_id).delete()
        return
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
        proposed=evaluation.score.proposed or "",
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
