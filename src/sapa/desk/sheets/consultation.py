"""A draft that is open for comment, as those read it who are asked: its words, their comments beside, and what became
of those of earlier drafts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from sapa.accounts.models import Person
from sapa.consultations.models import Consultation, KindChoice
from sapa.consultations.readings import WHOLE_FORM, criterion_in, part_digest
from sapa.consultations.selectors import (
    Standing,
    card_now,
    comment_counts,
    comments_visible_to,
    consultations_open_to,
    consultations_with,
    standing_of,
    title_cards,
)
from sapa.desk.sheets.comments import CommentSheet, ReadSheet, comment_sheets, wording_of
from sapa.desk.sheets.forms import CriterionView, FormView, form_view
from sapa.desk.wording.consultations import standing_words
from sapa.desk.wording.form_parts import in_words, part_title
from sapa.scorecards.types import Scorecard

MOST_SHOWN = 30  # of others' comments on one part, the newest


@dataclass(frozen=True)
class RoundRow:
    """One line of the list."""

    consultation: Consultation
    title: str
    standing: Standing
    standing_words: str
    comments: int
    unanswered: int


@dataclass(frozen=True)
class Typed:
    """What was sent and could not be kept, at its place; `comment` is the one that was to be changed, or 0."""

    part: str
    comment: int
    kind: str
    text: str
    problem: str
    code: str


@dataclass(frozen=True)
class PartSheet:
    """A criterion, or the whole form with an empty `key`. `read`: the digest that its comment form sends along;
    `older`: how many of others' comments are not shown."""

    key: str
    title: str
    read: str
    view: CriterionView | None
    wording: ReadSheet | None
    comments: tuple[CommentSheet, ...]
    older: int
    typed: Typed | None

    @property
    def anchor(self) -> str:
        return f"part-{self.key}" if self.key else "whole-form"


@dataclass(frozen=True)
class ConsultationSheet:
    """`gone`: comments on what is not asked in any call type any more. `is_open`: to this reader, to say something."""

    title: str
    standing: Standing
    standing_words: str
    is_open: bool
    view: FormView
    whole: PartSheet
    sections: tuple[tuple[str, tuple[PartSheet, ...]], ...]
    gone: tuple[PartSheet, ...]
    said: tuple[PartSheet, ...]
    typed: Typed | None

    @property
    def is_typed_lost(self) -> bool:
        """What was typed has no place on the page any more, and is shown above it."""
        typed = self.typed
        if typed is None:
            return False
        parts = [self.whole, *(part for _title, found in self.sections for part in found)]
        here = next((part for part in parts if part.key == typed.part), None)
        if not self.is_open or here is None:
            return True
        return bool(typed.comment) and not any(one.pk == typed.comment and one.may_change for one in here.comments)

    @property
    def kinds(self) -> list[tuple[str, str]]:
        return [(key, str(words)) for key, words in KindChoice.choices]


def round_rows(consultations: Iterable[Consultation]) -> list[RoundRow]:
    found = list(consultations)
    cards, counts = title_cards(found), comment_counts(found)
    rows = []
    for one in found:
        standing, count = standing_of(one), counts.get(one.pk)
        title = in_words(cards[one.pk].title, one.form_key)
        words = standing_words(one, standing)
        comments, unanswered = (count.comments, count.unanswered) if count else (0, 0)
        rows.append(RoundRow(one, title, standing, words, comments, unanswered))
    return rows


def entry_of(person: Person) -> dict[str, object]:
    """For a person's own page: what is open to them, else whether they took part before."""
    return {
        "open_rounds": round_rows(consultations_open_to(person)),
        "has_rounds": consultations_with(person).exists(),
    }


def consultation_sheet(
    consultation: Consultation,
    reader: Person,
    *,
    call_type: str,
    takes_part: bool,
    is_editor: bool,
    typed: Typed | None = None,
) -> ConsultationSheet:
    standing = standing_of(consultation)
    now = card_now(consultation, standing)
    comments = comment_sheets(
        comments_visible_to(reader, consultation).select_related("author__team"),
        reader, standing, now, may_change=takes_part, is_editor=is_editor,
    )  # fmt: skip
    by_part: dict[str, list[CommentSheet]] = {}
    for one in comments:
        by_part.setdefault(one.criterion, []).append(one)
    view = form_view(now, call_type)
    asked = {one.key for one in now.criteria if any(weight > 0 for weight in one.weights.values())}
    sections = tuple(
        (title, tuple(_part(now, one.key, by_part, typed, view=one) for one in criteria))
        for title, criteria in view.sections
    )
    return ConsultationSheet(
        title=in_words(now.title, consultation.form_key),
        standing=standing,
        standing_words=standing_words(consultation, standing),
        is_open=standing.is_open and takes_part,
        view=view,
        whole=_part(now, WHOLE_FORM, by_part, typed),
        sections=sections,
        gone=tuple(_part(now, key, by_part, typed) for key in by_part if key and key not in asked),
        said=tuple(_part(now, key, by_part, typed) for key in _in_order(now, by_part)),
        typed=typed,
    )


def _part(
    now: Scorecard,
    key: str,
    by_part: Mapping[str, Sequence[CommentSheet]],
    typed: Typed | None,
    *,
    view: CriterionView | None = None,
) -> PartSheet:
    found = by_part.get(key, ())
    others = [one for one in found if not one.is_mine]
    hidden = {one.pk for one in others[MOST_SHOWN:]}
    comments = tuple(one for one in found if one.pk not in hidden)
    if key == WHOLE_FORM:
        title = _("The whole form")
    elif criterion_in(now, key):
        title = part_title(now, f"criterion:{key}")
    else:
        title = comments[0].title if comments else key
    return PartSheet(
        key=key,
        title=title,
        read=part_digest(now, key),
        view=view,
        wording=wording_of(now, key),
        comments=comments,
        older=len(hidden),
        typed=typed if typed and typed.part == key else None,
    )


def _in_order(now: Scorecard, by_part: Mapping[str, Sequence[CommentSheet]]) -> list[str]:
    """As in the form; what is no longer in it comes last."""
    order = [WHOLE_FORM, *(one.key for one in now.criteria)]
    return [*(key for key in order if key in by_part), *(key for key in by_part if key not in order)]
