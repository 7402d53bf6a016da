"""Making the next revision of a form: a draft is made, changed step by step, and published or discarded.

Who changes a draft says which version was read; where it is no longer that one, nothing is written and `DraftConflict`
tells so. Every change is one transaction with its row of the audit trail.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override
from pydantic import ValidationError

from sapa.accounts.models import Person
from sapa.audit.services import audit_write
from sapa.core.clock import now_at
from sapa.core.errors import SapaError
from sapa.scorecards.editing import Edit, criterion_add, form_replace, key_for
from sapa.scorecards.errors import (
    DraftConflict,
    DraftExists,
    DraftMissing,
    DraftUnfinished,
    FormEditInvalid,
    NothingToUndo,
    ScorecardExists,
    ScorecardMissing,
)
from sapa.scorecards.exchange import form_read
from sapa.scorecards.exchange.losses import Loss
from sapa.scorecards.findings import errors_of
from sapa.scorecards.models import ScorecardDraft, ScorecardRecord, ScorecardRevision
from sapa.scorecards.selectors import forms_changer_require, keys_used, revision_of, scorecard_of
from sapa.scorecards.services import Publication, scorecard_publish
from sapa.scorecards.types import CallType, Scorecard, Text

MOST_FILE_BYTES = 1 << 20


def form_begin(actor: Person, title: Text, *, key: str = "", copy_of: str = "") -> ScorecardDraft:
    """A form that was not there: blank, with one call type, or as a copy of a published one. Without a key one is made
    from the title.

    Raises `FormEditInvalid`, `ScorecardMissing`, `ScorecardExists`.
    """
    forms_changer_require(actor)
    if not any(words.strip() for words in title.values()):
        raise FormEditInvalid([_("Write a title first.")])
    taken = set(ScorecardRecord.objects.values_list("key", flat=True))
    key = key or key_for(title, taken=taken, kind="form")
    with _told_where_invalid():
        card = Scorecard(key=key, title=title, call_types=[CallType(key="call", title=_call_title(title))])
    if copy_of:
        card = scorecard_of(revision_of(copy_of)).model_copy(update={"key": key, "title": title})
    return form_start(actor, card)


def _call_title(title: Text) -> Text:
    """In the languages of the form, as far as they are ours."""
    words = {}
    for code in title:
        with override(code if code in dict(settings.LANGUAGES) else "en"):
            words[code] = _("Call")
    return words


def form_import(actor: Person, content: bytes, *, name: str, language: str) -> tuple[ScorecardDraft, list[Loss]]:
    """A new form, or the draft of the one with the same key, and what the shape of the file cannot carry over.

    Raises `file_too_large`, `ScorecardInvalid`, `DraftExists`.
    """
    forms_changer_require(actor)
    if len(content) > MOST_FILE_BYTES:
        most_mb = MOST_FILE_BYTES >> 20
        raise SapaError("file_too_large", f"A form in a file has at most {most_mb} MB.", http_status=413)
    card, losses = form_read(content, name=name, language=language)
    try:
        return form_start(actor, card), losses
    except ScorecardExists:
        return draft_make(actor, card.key, content=card), losses


def form_start(actor: Person, card: Scorecard) -> ScorecardDraft:
    """A form that was not there, as a draft: blank, a copy, or what was imported. Raises `ScorecardExists`."""
    forms_changer_require(actor)
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
    forms_changer_require(actor)
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
    with _told_where_invalid():
        changed = edit(Scorecard.model_validate(draft.content))
    return _save(actor, draft, _checked(changed), undo=draft.content, verb=verb, part=part)


@transaction.atomic
def draft_replace(actor: Person, key: str, card: Scorecard, *, version: int) -> ScorecardDraft:
    """All of the content at once, which is one step for `draft_undo`."""
    return draft_edit(actor, key, partial(form_replace, given=card), version=version, verb="replaced")


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
    forms_changer_require(actor)
    draft = ScorecardDraft.objects.select_for_update(of=("self",)).filter(scorecard__key=key).first()
    if draft is None:
        raise DraftMissing(key)
    if draft.version != version:
        raise DraftConflict(key, draft.version)
    return draft


def _checked(card: Scorecard) -> dict[str, Any]:
    """As it is stored: what was put together must be a form that is read back. Raises `FormEditInvalid`."""
    with _told_where_invalid():
        content: dict[str, Any] = card.model_dump(mode="json", exclude_unset=True)
        Scorecard.model_validate(content)
    return content


@contextmanager
def _told_where_invalid() -> Iterator[None]:
    """Raises `FormEditInvalid`."""
    try:
        yield
    except ValidationError as exc:
        places = [f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}" for error in exc.errors()]
        raise FormEditInvalid(places) from exc


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
