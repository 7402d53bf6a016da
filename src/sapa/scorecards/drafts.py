"""Making the next revision of a form: a draft is made, changed step by step, and published or discarded.

Who changes a draft says which version was read; where it is no longer that one, nothing is written and `DraftConflict`
tells so. Every change is one transaction with its row of the audit trail.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from pydantic import ValidationError

from sapa.accounts.models import Person
from sapa.audit.services import audit_write
from sapa.core.clock import now_at
from sapa.scorecards.editing import Edit, criterion_add
from sapa.scorecards.errors import (
    DraftConflict,
    DraftExists,
    DraftMissing,
    DraftUnfinished,
    FormEditInvalid,
    FormsNotYours,
    NothingToUndo,
    ScorecardExists,
    ScorecardMissing,
)
from sapa.scorecards.findings import errors_of
from sapa.scorecards.models import ScorecardDraft, ScorecardRecord, ScorecardRevision
from sapa.scorecards.selectors import keys_used, may_change_forms, scorecard_of
from sapa.scorecards.services import Publication, scorecard_publish
from sapa.scorecards.types import Scorecard, Text


def form_start(actor: Person, card: Scorecard) -> ScorecardDraft:
    """A form that was not there, as a draft: blank, a copy, or what was imported. Raises `ScorecardExists`."""
    _may_change(actor)
    try:
        with transaction.atomic():
            record = ScorecardRecord.objects.create(key=card.key)
            return _made(actor, record, card, based_on=None)
    except IntegrityError as exc:
        raise ScorecardExists(card.key) from exc


@transaction.atomic
def draft_make(
    actor: Person, key: str, *, revision: int | None = None, content: Scorecard | None = None
) -> ScorecardDraft:
    """Of a published form: from its newest revision, an earlier one, or with content that was imported.

    Raises `ScorecardMissing`, `DraftExists`.
    """
    _may_change(actor)
    record = _record(key)
    if ScorecardDraft.objects.filter(scorecard=record).exists():
        raise DraftExists(key)
    newest = record.revisions.first()
    source = newest if revision is None else record.revisions.filter(number=revision).first()
    if source is None and content is None:
        raise ScorecardMissing(f"{key} revision {revision}", [key])
    card = content or scorecard_of(source or ScorecardRevision())
    return _made(actor, record, card.model_copy(update={"key": key}), based_on=newest)


@transaction.atomic
def draft_edit(actor: Person, key: str, edit: Edit, *, version: int, verb: str, part: str = "") -> ScorecardDraft:
    """`verb` and `part` name the change in the audit trail. Raises `DraftMissing`, `DraftConflict`, `FormPartMissing`,
    `FormEditInvalid`."""
    draft = _draft(actor, key, version=version)
    changed = edit(Scorecard.model_validate(draft.content))
    return _save(actor, draft, _checked(changed), undo=draft.content, verb=verb, part=part)


@transaction.atomic
def draft_criterion_add(actor: Person, key: str, section: str, title: Text, *, version: int) -> ScorecardDraft:
    """Under a key that no revision of this form ever had."""
    edit = partial(criterion_add, section=section, title=title, taken=keys_used(key))
    return draft_edit(actor, key, edit, version=version, verb="criterion_add", part=section)


@transaction.atomic
def draft_undo(actor: Person, key: str, *, version: int) -> ScorecardDraft:
    """Takes the last change back; once more brings it again."""
    draft = _draft(actor, key, version=version)
    if draft.undo_content is None:
        raise NothingToUndo
    return _save(actor, draft, draft.undo_content, undo=draft.content, verb="undo", part="")


@transaction.atomic
def draft_discard(actor: Person, key: str, *, version: int) -> None:
    """A form that was never published goes with its draft."""
    draft = _draft(actor, key, version=version)
    record = draft.scorecard
    draft.delete()
    if not record.revisions.exists():
        record.delete()
    audit_write("scorecard.draft_discarded", subject=f"scorecard {key}", person=actor, version=version)


@transaction.atomic
def draft_publish(actor: Person, key: str, *, version: int) -> Publication:
    """Raises `DraftUnfinished` while a finding is an error. What equals the newest revision is no new one."""
    draft = _draft(actor, key, version=version)
    card = Scorecard.model_validate(draft.content)
    if problems := [finding.line for finding in errors_of(card)]:
        raise DraftUnfinished(key, problems)
    draft.delete()
    return scorecard_publish(card, person=actor, draft_token=draft.token)


def _may_change(actor: Person) -> None:
    if not may_change_forms(actor):
        raise FormsNotYours


def _record(key: str) -> ScorecardRecord:
    record = ScorecardRecord.objects.select_for_update().filter(key=key).first()
    if record is None:
        raise ScorecardMissing(key, list(ScorecardRecord.objects.order_by("key").values_list("key", flat=True)))
    return record


def _made(
    actor: Person, record: ScorecardRecord, card: Scorecard, *, based_on: ScorecardRevision | None
) -> ScorecardDraft:
    draft = ScorecardDraft.objects.create(
        scorecard=record, content=_checked(card), based_on=based_on, changed_by=actor, changed_at=now_at()
    )
    audit_write(
        "scorecard.draft_made",
        subject=f"scorecard {record.key}",
        person=actor,
        based_on=based_on.number if based_on else None,
    )
    return draft


def _draft(actor: Person, key: str, *, version: int) -> ScorecardDraft:
    """Locked until the end of the transaction, so that of two who save at once one is told."""
    _may_change(actor)
    draft = ScorecardDraft.objects.select_for_update(of=("self",)).filter(scorecard__key=key).first()
    if draft is None:
        raise DraftMissing(key)
    if draft.version != version:
        raise DraftConflict(key, draft.version)
    return draft


def _checked(card: Scorecard) -> dict[str, Any]:
    """As it is stored: what was put together must be a form that is read back. Raises `FormEditInvalid`."""
    content: dict[str, Any] = card.model_dump(mode="json", exclude_unset=True)
    try:
        Scorecard.model_validate(content)
    except ValidationError as exc:
        places = [f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}" for error in exc.errors()]
        raise FormEditInvalid(places) from exc
    return content


def _save(
    actor: Person, draft: ScorecardDraft, content: dict[str, Any], *, undo: dict[str, Any], verb: str, part: str
) -> ScorecardDraft:
    """Only where nobody was faster: SQLite locks no rows, so the version is asked once more as it is written."""
    at = now_at()
    written = ScorecardDraft.objects.filter(pk=draft.pk, version=draft.version).update(
        content=content, undo_content=undo, version=draft.version + 1, changed_by=actor, changed_at=at
    )
    if not written:
        raise DraftConflict(draft.scorecard.key, draft.version + 1)
    subject = f"scorecard {draft.scorecard.key}"
    audit_write("scorecard.draft_changed", subject=subject, person=actor, change=verb, part=part)
    draft.refresh_from_db()
    return draft
