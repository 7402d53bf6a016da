"""How a draft that is open for comment stands, and what became of a comment, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sapa.consultations.models import Comment, Consultation
from sapa.consultations.selectors import Standing
from sapa.consultations.types import Outcome, State
from sapa.desk.wording.figures import day
from sapa.reviews.types import Judgement

SIGNS = {"0.5": "½", Judgement.NOT_APPLICABLE.value: "–", Judgement.CANNOT_TELL.value: "?", "abstained": "?"}


def standing_words(consultation: Consultation, standing: Standing) -> str:
    if standing.state is State.OPEN:
        if consultation.until_on is None:
            return _("Open for comment")
        return _("Open for comment until %(day)s") % {"day": day_words(consultation)}
    if standing.state is State.PUBLISHED:
        return _("Published as revision %(number)s") % {"number": standing.revision.number if standing.revision else ""}
    return {
        State.CLOSED: _("Closed"),
        State.OVER: _("Closed: the last day is over"),
        State.DISCARDED: _("The draft was put away; the form stays as it was"),
    }[standing.state]


def day_words(consultation: Consultation) -> str:
    return "" if consultation.until_on is None else day(consultation.until_on)


def outcome_words(comment: Comment, state: State) -> str:
    """What its author reads."""
    if comment.outcome == Outcome.TAKEN_UP:
        return pgettext("of a comment", "Taken up")
    if comment.outcome == Outcome.ANSWERED:
        return pgettext("of a comment", "Answered")
    return {
        State.PUBLISHED: _("Published without a reply"),
        State.DISCARDED: _("The draft was put away without a reply"),
    }.get(state, _("No reply yet"))


def sign_of(answer: str) -> str:
    """A mark as a button shows it."""
    return SIGNS.get(answer, answer)
