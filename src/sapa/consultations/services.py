"""Opening a draft for comment and closing it. Publishing and discarding close it too, without asking here (ADR 19)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from sapa.accounts.models import Person, Team
from sapa.audit.services import audit_write
from sapa.consultations.errors import ConsultationChanged, ConsultationClosed, ConsultationInvalid
from sapa.consultations.models import Consultation, DraftReading
from sapa.consultations.selectors import standing_of
from sapa.consultations.types import State, Terms
from sapa.core.clock import now_at
from sapa.scorecards.errors import DraftMissing, FormsNotYours
from sapa.scorecards.models import ScorecardDraft
from sapa.scorecards.selectors import may_change_forms

LONGEST_NOTE = 2000


@transaction.atomic
def consultation_open(actor: Person, key: str, terms: Terms, *, version: int = 0) -> Consultation:
    """Opens the draft of this form; changes the terms where it is open already, and opens it again where it was closed.

    `version` is that of the terms that were seen, 0 where there were none. Raises `ConsultationChanged`,
    `ConsultationInvalid`, `DraftMissing`.
    """
    _may_change(actor)
    draft = ScorecardDraft.objects.select_for_update(of=("self",)).filter(scorecard__key=key).first()
    if draft is None:
        raise DraftMissing(key)
    teams = _checked(terms)
    before = Consultation.objects.filter(draft_token=draft.token).first()
    if (before.version if before else 0) != version:
        raise ConsultationChanged
    was_open = before is not None and standing_of(before).is_open
    if before is None:
        made = Consultation.objects.create(
            draft_token=draft.token, scorecard_id=draft.scorecard_id, form_key=key,
            opened_by=actor, opened_at=now_at(), **_columns(terms),
        )  # fmt: skip
        reading_keep(made, draft)
    else:
        made = _changed(before, terms, actor=actor, was_open=was_open)
    made.teams.set(teams)
    told: dict[str, Any] = {
        "subject": f"scorecard {key}",
        "person": actor,
        "teams": [team.name for team in teams],
        "until": terms.until_on.isoformat() if terms.until_on else "",
        "is_shared": terms.is_shared,
    }
    if was_open:
        audit_write("consultation.changed", **told)
    else:
        audit_write("consultation.opened", **told)
    return made


@transaction.atomic
def consultation_close(actor: Person, consultation: Consultation) -> None:
    """Comments stay, and can be answered. Raises `ConsultationClosed`."""
    _may_change(actor)
    draft_lock(consultation)
    consultation.refresh_from_db()
    if standing_of(consultation).state is not State.OPEN:
        raise ConsultationClosed
    Consultation.objects.filter(pk=consultation.pk).update(closed_at=now_at(), version=F("version") + 1)
    audit_write("consultation.closed", subject=f"scorecard {consultation.form_key}", person=actor)


def draft_lock(consultation: Consultation) -> ScorecardDraft:
    """Until the end of the transaction: who publishes, discards, closes or comments comes one after another. Raises
    `ConsultationClosed` where it was published or discarded."""
    drafts = ScorecardDraft.objects.select_for_update(of=("self",)).select_related("scorecard")
    draft = drafts.filter(token=consultation.draft_token).first()
    if draft is None:
        raise ConsultationClosed
    return draft


def reading_keep(consultation: Consultation, draft: ScorecardDraft) -> DraftReading:
    """The draft as it stands, for those who answer to it now."""
    reading, _is_new = DraftReading.objects.get_or_create(
        consultation=consultation, draft_version=draft.version, defaults={"content": draft.content}
    )
    return reading


def text_checked(given: str, *, most: int) -> str:
    """Raises `ConsultationInvalid`."""
    if len(given) > most:
        raise ConsultationInvalid(_("The text has at most %(most)s characters.") % {"most": most})
    return given.replace("\x00", "").strip()


def _may_change(actor: Person) -> None:
    if not may_change_forms(actor):
        raise FormsNotYours


def _checked(terms: Terms) -> list[Team]:
    if terms.until_on and terms.until_on < localdate(now_at()):
        raise ConsultationInvalid(_("The last day is over already. Choose today or a later one."))
    text_checked(terms.note, most=LONGEST_NOTE)
    if terms.to_everybody:
        return []
    teams = list(Team.objects.filter(pk__in=terms.team_ids).order_by("name"))
    if not teams:
        raise ConsultationInvalid(_("Choose at least one team, or everybody."))
    return teams


def _columns(terms: Terms) -> dict[str, object]:
    return {
        "note": text_checked(terms.note, most=LONGEST_NOTE),
        "until_on": terms.until_on,
        "to_everybody": terms.to_everybody,
        "is_shared": terms.is_shared,
    }


def _changed(before: Consultation, terms: Terms, *, actor: Person, was_open: bool) -> Consultation:
    if terms.is_shared and not before.is_shared and before.comments.exists():
        raise ConsultationInvalid(_("Comments were written for those who edit forms only, so it stays so."))
    again = {} if was_open else {"opened_by": actor, "opened_at": now_at(), "closed_at": None}
    ours = Consultation.objects.filter(pk=before.pk, version=before.version)
    if not ours.update(**_columns(terms), **again, version=before.version + 1):
        raise ConsultationChanged
    before.refresh_from_db()
    return before
