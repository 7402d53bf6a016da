"""A review for the screen: each criterion with its anchors, what the person said of it and, if shown, the machine."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sapa.desk.sheets.evaluation import EvaluationSheet, EvidenceSheet, MarkSheet
from sapa.reviews.models import FaultChoice, Review, ReviewMark
from sapa.reviews.types import Judgement
from sapa.scorecards.selectors import scorecard_of
from sapa.scorecards.types import AnchorValue, Criterion, Text, text_in

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
class JudgedSheet:
    """One criterion of a review."""

    key: str
    title: str
    help: str
    weight: float
    critical: bool
    answers: tuple[AnswerSheet, ...]
    grade: str
    comment: str
    fault: str
    fault_words: str
    praised: bool
    evidence: tuple[EvidenceSheet, ...]
    machine: MarkSheet | None
    is_asked: bool

    @property
    def chosen(self) -> AnswerSheet | None:
        return next((answer for answer in self.answers if answer.is_chosen), None)

    @property
    def is_open(self) -> bool:
        return self.chosen is None and self.is_asked

    @property
    def is_low(self) -> bool:
        return self.grade in {"half", "zero"}


@dataclass(frozen=True)
class JudgedSectionSheet:
    title: str
    criteria: tuple[JudgedSheet, ...]


@dataclass(frozen=True)
class ReviewSheet:
    title: str
    revision: int
    call_type: str
    call_types: tuple[tuple[str, str], ...]
    band_pct: float
    is_plain: bool
    sections: tuple[JudgedSectionSheet, ...]

    @property
    def all_criteria(self) -> list[JudgedSheet]:
        return [one for section in self.sections for one in section.criteria]

    @property
    def criteria(self) -> list[JudgedSheet]:
        """Those that this call is asked about."""
        return [one for one in self.all_criteria if one.is_asked]

    @property
    def marked(self) -> int:
        return sum(not one.is_open for one in self.criteria)

    @property
    def open(self) -> list[JudgedSheet]:
        return [one for one in self.criteria if one.is_open]

    @property
    def praised(self) -> list[JudgedSheet]:
        return [one for one in self.criteria if one.praised]

    @property
    def low(self) -> list[JudgedSheet]:
        return [one for one in self.criteria if one.is_low]


def review_sheet(
    review: Review, machine: EvaluationSheet | None = None, *, unasked: Collection[str] = ()
) -> ReviewSheet:
    card = scorecard_of(review.revision)
    rows = {mark.criterion: mark for mark in review.marks.all()}
    beside = {mark.key: mark for mark in machine.marks} if machine else {}
    sections = []
    for section in card.sections:
        judged = tuple(
            _judged(one, rows[one.key], beside, is_asked=one.key not in unasked)
            for one in section.criteria
            if one.key in rows
        )
        if judged:
            sections.append(JudgedSectionSheet(_in_words(section.title) or section.key, judged))
    types = tuple((one.key, _in_words(one.title) or one.key) for one in card.call_types)
    return ReviewSheet(
        title=_in_words(card.title) or card.key,
        revision=review.revision.number,
        call_type=dict(types).get(review.call_type, review.call_type),
        call_types=types,
        band_pct=card.band_pct,
        is_plain=card.mode == "plain",
        sections=tuple(sections),
    )


def _judged(criterion: Criterion, mark: ReviewMark, machine: Mapping[str, MarkSheet], *, is_asked: bool) -> JudgedSheet:
    return JudgedSheet(
        key=criterion.key,
        title=_in_words(criterion.title) or criterion.key,
        help=_in_words(criterion.help),
        weight=mark.weight,
        critical=mark.critical,
        answers=answers_of(criterion, Judgement(mark.judgement)),
        grade=GRADES[Judgement(mark.judgement)],
        comment=mark.comment,
        fault=mark.fault,
        fault_words=str(FaultChoice(mark.fault).label),
        praised=mark.praised,
        evidence=tuple(EvidenceSheet(one["start_s"], one["end_s"], one["quote"]) for one in mark.evidence),
        machine=machine.get(criterion.key),
        is_asked=is_asked,
    )


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
            anchor=_in_words(anchors.get(_ANCHORS[one], {})) if one in _ANCHORS else "",
            is_chosen=one is said,
        )
        for one, key in KEYS.items()
        if one is not Judgement.NOT_APPLICABLE or criterion.na_allowed or one is said
    )


def _in_words(text: Text) -> str:
    return text_in(text, get_language() or "en") if text else ""
