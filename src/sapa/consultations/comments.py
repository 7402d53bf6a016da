"""Writing, changing and removing one's own comment while a draft is open; answering comments."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from sapa.accounts.models import Person
from sapa.audit.services import audit_write
from sapa.consultations.errors import (
    CommentAnswered,
    CommentChanged,
    CommentInvalid,
    CommentMissing,
    CommentsTooMany,
    ConsultationClosed,
    ConsultationMissing,
    ConsultationNotYours,
    WordingChanged,
)
from sapa.consultations.models import Comment, Consultation, DraftReading, TrialMark
from sapa.consultations.readings import part_digest
from sapa.consultations.selectors import consultations_addressed_to, consultations_with, standing_of
from sapa.consultations.services import draft_lock, reading_keep
from sapa.consultations.types import Kind, Outcome, Said
from sapa.core.clock import now_at
from sapa.scorecards.errors import FormsNotYours
from sapa.scorecards.models import ScorecardDraft
from sapa.scorecards.selectors import card_of, may_change_forms

MOST_COMMENTS = 50
LONGEST_COMMENT = 2000


@transaction.atomic
def comment_add(person: Person, consultation: Consultation, said: Said) -> Comment:
    """The same comment sent twice is one. Raises `ConsultationClosed`, `WordingChanged`, `CommentInvalid`,
    `CommentsTooMany`."""
    consultation, draft = open_to(person, consultation)
    kind, text = _kind(said.kind), _text(said.text)
    mine = Comment.objects.filter(consultation=consultation, author=person)
    same = mine.filter(criterion=said.criterion, kind=kind, text=text).first()
    if same is not None:
        return same
    reading = _reading(consultation, draft, said)
    return _made(person, reading, said.criterion, kind=kind, text=text, trial_mark=None)


@transaction.atomic
def comment_of_trial(person: Person, mark: TrialMark, text: str) -> Comment:
    """One's own trial mark that is other than the machine's, said as a comment; once."""
    trial = mark.trial
    open_to(person, trial.consultation)
    there = Comment.objects.filter(trial_mark=mark).first()
    if there is not None:
        return there
    if trial.person_id != person.pk or not trial.is_done:
        raise CommentInvalid(_("Finish the trial first."))
    return _made(person, trial.reading, mark.criterion, kind=Kind.UNCLEAR, text=_text(text), trial_mark=mark)


@transaction.atomic
def comment_change(person: Person, comment: Comment, said: Said, *, version: int) -> Comment:
    """Its author, while the draft is open and nobody has answered."""
    consultation, draft = _own(person, comment)
    kind, text = _kind(said.kind), _text(said.text)
    reading = _reading(consultation, draft, said)
    changed = {"kind": kind, "text": text, "reading": reading, "changed_at": now_at()}
    return _claim(_unanswered(comment), version, changed)


@transaction.atomic
def comment_remove(person: Person, comment: Comment, *, version: int) -> None:
    _own(person, comment)
    _claim(_unanswered(comment), version, {}).delete()


@transaction.atomic
def comment_reply(actor: Person, comment: Comment, outcome: Outcome, reply: str, *, version: int) -> Comment:
    """Answered needs words, taken up may have some; `OPEN` takes both back. After publishing too. Raises
    `CommentChanged`."""
    if not may_change_forms(actor):
        raise FormsNotYours
    words = _text(reply, is_needed=outcome is Outcome.ANSWERED) if outcome is not Outcome.OPEN else ""
    by, at = (actor, now_at()) if outcome is not Outcome.OPEN else (None, None)
    changed = {"outcome": outcome.value, "reply": words, "replied_by": by, "replied_at": at}
    replied = _claim(comment, version, changed)
    audit_write(
        "consultation.replied",
        subject=f"scorecard {comment.consultation.form_key}",
        person=actor,
        comment=comment.pk,
        outcome=outcome.value,
    )
    return replied


def open_to(person: Person, consultation: Consultation) -> tuple[Consultation, ScorecardDraft]:
    """As it stands now, with its draft locked. Raises `ConsultationMissing` for whom it is not addressed to,
    `ConsultationClosed`, `ConsultationNotYours`."""
    if may_change_forms(person):
        raise ConsultationNotYours
    is_addressed = consultations_addressed_to(person).filter(pk=consultation.pk).exists()
    if not is_addressed and not consultations_with(person).filter(pk=consultation.pk).exists():
        raise ConsultationMissing
    draft = draft_lock(consultation)
    now = Consultation.objects.get(pk=consultation.pk)
    if not (is_addressed and standing_of(now).is_open):
        raise ConsultationClosed
    return now, draft


def _made(
    person: Person, reading: DraftReading, criterion: str, *, kind: Kind, text: str, trial_mark: TrialMark | None
) -> Comment:
    if Comment.objects.filter(consultation=reading.consultation_id, author=person).count() >= MOST_COMMENTS:
        raise CommentsTooMany(MOST_COMMENTS)
    return Comment.objects.create(
        consultation_id=reading.consultation_id, reading=reading, author=person, criterion=criterion, kind=kind.value,
        text=text, written_at=now_at(), trial_mark=trial_mark,
    )  # fmt: skip


def _reading(consultation: Consultation, draft: ScorecardDraft, said: Said) -> DraftReading:
    """Of the draft as it stands, if that is what was read."""
    if not said.read or part_digest(card_of(draft), said.criterion) != said.read:
        raise WordingChanged
    return reading_keep(consultation, draft)


def _own(person: Person, comment: Comment) -> tuple[Consultation, ScorecardDraft]:
    if comment.author_id != person.pk:
        raise CommentMissing
    return open_to(person, comment.consultation)


def _unanswered(comment: Comment) -> Comment:
    comment.refresh_from_db(fields=["outcome"])
    if comment.outcome:
        raise CommentAnswered
    return comment


def _claim(comment: Comment, version: int, changed: Mapping[str, object]) -> Comment:
    """With its next version, if it was of this one; an answer is a version too."""
    if not Comment.objects.filter(pk=comment.pk, version=version).update(**changed, version=version + 1):
        raise CommentChanged
    return Comment.objects.select_related("consultation", "reading").get(pk=comment.pk)


def _kind(given: str) -> Kind:
    try:
        return Kind(given)
    except ValueError as exc:
        raise CommentInvalid(_("Say what kind of comment it is.")) from exc


def _text(given: str, *, is_needed: bool = True) -> str:
    if len(given) > LONGEST_COMMENT:
        raise CommentInvalid(_("The text has at most %(most)s characters.") % {"most": LONGEST_COMMENT})
    text = given.replace("\x00", "").strip()
    if is_needed and not text:
        raise CommentInvalid(_("Write some words first."))
    return text
