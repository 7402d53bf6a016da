"""Reading evaluations and the scorecards they were made with."""

from __future__ import annotations

from uuid import UUID

from sapa.accounts.models import Person
from sapa.calls.models import Call
from sapa.calls.selectors import sees_whole_line
from sapa.scorecards.errors import DraftMissing, FormsNotYours, ScorecardMissing
from sapa.scorecards.models import EvaluationRecord, FormRule, ScorecardDraft, ScorecardRecord, ScorecardRevision
from sapa.scorecards.types import Scorecard


def evaluations_of(call: Call) -> list[EvaluationRecord]:
    """The newest first, one for each scorecard: an older revision's marks give way to a newer one's."""
    rows = (
        EvaluationRecord.objects.filter(call=call)
        .select_related("revision__scorecard")
        .prefetch_related("marks")
        .order_by("-created_at", "-pk")
    )
    newest: dict[str, EvaluationRecord] = {}
    for row in rows:
        newest.setdefault(row.revision.scorecard.key, row)
    return list(newest.values())


def scorecard_of(revision: ScorecardRevision) -> Scorecard:
    return Scorecard.model_validate(revision.content)


def scorecards_newest() -> dict[str, Scorecard]:
    """By key, the content of the newest revision."""
    newest: dict[str, ScorecardRevision] = {}
    for revision in ScorecardRevision.objects.select_related("scorecard").order_by("number"):
        newest[revision.scorecard.key] = revision
    return {key: scorecard_of(revision) for key, revision in sorted(newest.items())}


def may_change_forms(person: Person) -> bool:
    """A form judges the calls of everybody, so who sees only some of them reads forms and changes none (ADR 16)."""
    return sees_whole_line(person)


def forms_reader_require(person: Person) -> None:
    """Raises `FormsNotYours`."""
    if not person.may_manage:
        raise FormsNotYours


def forms_changer_require(person: Person) -> None:
    """Raises `FormsNotYours`."""
    if not may_change_forms(person):
        raise FormsNotYours


def forms() -> list[ScorecardRecord]:
    """By key, with the revisions and the draft of each."""
    return list(ScorecardRecord.objects.prefetch_related("revisions", "draft__changed_by").order_by("key"))


def form_rules() -> list[FormRule]:
    """In their order."""
    return list(FormRule.objects.select_related("scorecard"))


def revision_of(key: str, number: int | None = None) -> ScorecardRevision:
    """The newest, or that one. Raises `ScorecardMissing`."""
    revisions = ScorecardRevision.objects.select_related("scorecard").filter(scorecard__key=key)
    found = (revisions if number is None else revisions.filter(number=number)).first()
    if found is None:
        known = ScorecardRecord.objects.filter(revisions__isnull=False).distinct().order_by("key")
        wanted = key if number is None else f"{key} revision {number}"
        raise ScorecardMissing(wanted, list(known.values_list("key", flat=True)))
    return found


def draft_of(key: str) -> ScorecardDraft:
    """Raises `DraftMissing`."""
    draft = ScorecardDraft.objects.select_related("scorecard", "changed_by", "based_on").filter(scorecard__key=key)
    found = draft.first()
    if found is None:
        raise DraftMissing(key)
    return found


def draft_with(token: UUID) -> ScorecardDraft | None:
    """None once it was published or discarded."""
    return ScorecardDraft.objects.select_related("scorecard", "changed_by").filter(token=token).first()


def revision_made_from(token: UUID) -> ScorecardRevision | None:
    """What that draft was published as."""
    return ScorecardRevision.objects.select_related("scorecard").filter(draft_token=token).first()


def card_of(draft: ScorecardDraft) -> Scorecard:
    return Scorecard.model_validate(draft.content)


def earlier_of(key: str) -> dict[int, Scorecard]:
    """Number → revision, of all that were published."""
    rows = ScorecardRevision.objects.filter(scorecard__key=key)
    return {row.number: scorecard_of(row) for row in rows}


def keys_used(key: str) -> set[str]:
    """Keys of criteria in any revision of this form."""
    return {criterion.key for card in earlier_of(key).values() for criterion in card.criteria}
