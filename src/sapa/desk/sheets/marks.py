"""A form at a marking desk, for counting or for trial: each criterion with the values that can be given, and keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.utils.translation import gettext as _

from sapa.desk.wording.form_parts import in_words
from sapa.reviews.types import Judgement
from sapa.scorecards.types import AnchorValue, Criterion, Text

_ANCHORS: dict[Judgement, AnchorValue] = {Judgement.FULL: "1", Judgement.HALF: "0.5", Judgement.ZERO: "0"}
KEYS = {
    Judgement.FULL: "1",
    Judgement.HALF: "5",
    Judgement.ZERO: "0",
    Judgement.NOT_APPLICABLE: "x",
    Judgement.CANNOT_TELL: "q",
}
GRADES = {
    Judgement.FULL: "full",
    Judgement.HALF: "half",
    Judgement.ZERO: "zero",
    Judgement.NOT_APPLICABLE: "not_applicable",
    Judgement.CANNOT_TELL: "abstained",
    Judgement.OPEN: "open",
}


@dataclass(frozen=True)
class AnswerSheet:
    """One value that can be given: `key` is the one on the keyboard, `sign` what the button shows."""

    value: str
    sign: str
    key: str
    grade: str
    title: str
    anchor: str
    is_chosen: bool


@dataclass(frozen=True)
class AskedSheet:
    """One criterion; `is_asked` where its conditions do not leave it out."""

    key: str
    title: str
    help: str
    weight: float
    critical: bool
    answers: tuple[AnswerSheet, ...]
    grade: str
    is_asked: bool

    @property
    def chosen(self) -> AnswerSheet | None:
        return next((answer for answer in self.answers if answer.is_chosen), None)

    @property
    def is_open(self) -> bool:
        return self.chosen is None and self.is_asked


Asked = TypeVar("Asked", bound=AskedSheet)


@dataclass(frozen=True)
class AskedSection(Generic[Asked]):
    title: str
    criteria: tuple[Asked, ...]


@dataclass(frozen=True)
class AskedForm(Generic[Asked]):
    title: str
    call_type: str
    is_plain: bool
    sections: tuple[AskedSection[Asked], ...]

    @property
    def all_criteria(self) -> list[Asked]:
        return [one for section in self.sections for one in section.criteria]

    @property
    def criteria(self) -> list[Asked]:
        """Those that this call is asked about."""
        return [one for one in self.all_criteria if one.is_asked]

    @property
    def marked(self) -> int:
        return sum(not one.is_open for one in self.criteria)

    @property
    def open(self) -> list[Asked]:
        return [one for one in self.criteria if one.is_open]


def answers_of(criterion: Criterion, said: Judgement) -> tuple[AnswerSheet, ...]:
    words = {
        Judgement.FULL: _("done in full"),
        Judgement.HALF: _("done in part"),
        Judgement.ZERO: _("not done"),
        Judgement.NOT_APPLICABLE: _("not applicable"),
        Judgement.CANNOT_TELL: _("cannot tell"),
    }
    anchors: Mapping[AnchorValue, Text] = criterion.anchors
    signs = {Judgement.HALF: "½", Judgement.NOT_APPLICABLE: "–", Judgement.CANNOT_TELL: "?"}
    return tuple(
        AnswerSheet(
            value=one.value,
            sign=signs.get(one, one.value),
            key=key,
            grade=GRADES[one],
            title=words[one],
            anchor=in_words(anchors.get(_ANCHORS[one], {}), "") if one in _ANCHORS else "",
            is_chosen=one is said,
        )
        for one, key in KEYS.items()
        if one is not Judgement.NOT_APPLICABLE or criterion.na_allowed or one is said
    )
