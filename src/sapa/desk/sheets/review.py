"""A review for the screen: each criterion with its anchors, what the person said of it and, if shown, the machine."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sapa.desk.sheets.evaluation import EvaluationSheet, EvidenceSheet, MarkSheet
from sapa.desk.sheets.marks import GRADES, AskedForm, AskedSection, AskedSheet, answers_of
from sapa.desk.wording.form_parts import in_words
from sapa.reviews.models import FaultChoice, Review, ReviewMark
from sapa.reviews.types import Judgement
from sapa.scorecards.selectors import scorecard_of
from sapa.scorecards.types import Criterion


@dataclass(frozen=True)
class JudgedSheet(AskedSheet):
    """One criterion of a review."""

    comment: str
    fault: str
    fault_words: str
    praised: bool
    evidence: tuple[EvidenceSheet, ...]
    machine: MarkSheet | None

    @property
    def is_low(self) -> bool:
        return self.grade in {"half", "zero"}


@dataclass(frozen=True)
class ReviewSheet(AskedForm[JudgedSheet]):
    revision: int
    call_types: tuple[tuple[str, str], ...]
    band_pct: float

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
            sections.append(AskedSection(in_words(section.title, section.key), judged))
    types = tuple((one.key, in_words(one.title, one.key)) for one in card.call_types)
    return ReviewSheet(
        title=in_words(card.title, card.key),
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
        title=in_words(criterion.title, criterion.key),
        help=in_words(criterion.help, ""),
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
