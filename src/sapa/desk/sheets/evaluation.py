"""An evaluation for the screen: criteria by section with value, anchor, reason and proof, and why the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sapa.desk.wording.reasons import reason_words
from sapa.scorecards.cqr import MIN_COVERAGE_PCT
from sapa.scorecards.models import EvaluationRecord, MarkRecord
from sapa.scorecards.selectors import scorecard_of
from sapa.scorecards.types import CallTypeSource, Criterion, MarkState, Scorecard, Text, Verdict, text_in

_ANCHOR_KEYS = {1.0: "1", 0.5: "0.5", 0.0: "0"}
_GRADES = {1.0: "full", 0.5: "half", 0.0: "zero"}


@dataclass(frozen=True)
class EvidenceSheet:
    start_s: float
    end_s: float
    quote: str


@dataclass(frozen=True)
class MarkSheet:
    """`grade` picks the colour: full, half, zero, abstained, not_applicable."""

    key: str
    title: str
    help: str
    weight: float
    critical: bool
    value: float | None
    grade: str
    grade_words: str
    anchor: str
    reason: str
    confidence_pct: float
    evidence: tuple[EvidenceSheet, ...]

    @property
    def is_marked(self) -> bool:
        return self.value is not None


@dataclass(frozen=True)
class SectionSheet:
    title: str
    marks: tuple[MarkSheet, ...]


@dataclass(frozen=True)
class EvaluationSheet:
    key: str
    title: str
    revision: int
    call_type: str
    call_type_how: str
    band_pct: float
    cqr_pct: float | None
    coverage_pct: float
    verdict: str
    verdict_words: str
    proposed: str
    sections: tuple[SectionSheet, ...]

    @property
    def marks(self) -> list[MarkSheet]:
        return [mark for section in self.sections for mark in section.marks]

    @property
    def marked_weight(self) -> float:
        return sum(mark.weight for mark in self.marks if mark.is_marked)

    @property
    def earned_weight(self) -> float:
        return sum(mark.weight * (mark.value or 0.0) for mark in self.marks if mark.is_marked)

    @property
    def applicable_weight(self) -> float:
        return sum(mark.weight for mark in self.marks if mark.grade != MarkState.NOT_APPLICABLE)

    @property
    def failed_critical(self) -> list[MarkSheet]:
        return [mark for mark in self.marks if mark.critical and mark.value == 0]

    @property
    def is_undecided(self) -> bool:
        return self.verdict == Verdict.UNDECIDED

    @property
    def min_coverage_pct(self) -> float:
        return MIN_COVERAGE_PCT


def evaluation_sheet(record: EvaluationRecord) -> EvaluationSheet:
    card = scorecard_of(record.revision)
    call_type = next((one.title for one in card.call_types if one.key == record.call_type), {})
    return EvaluationSheet(
        key=card.key,
        title=_in_words(card.title) or card.key,
        revision=record.revision.number,
        call_type=_in_words(call_type) or record.call_type,
        call_type_how=_source_words(record.call_type_source),
        band_pct=card.band_pct,
        cqr_pct=record.cqr_pct,
        coverage_pct=record.coverage_pct,
        verdict=record.verdict,
        verdict_words=record.get_verdict_display(),
        proposed=record.proposed,
        sections=_sections(card, list(record.marks.all())),
    )


def _sections(card: Scorecard, marks: list[MarkRecord]) -> tuple[SectionSheet, ...]:
    by_key = {mark.criterion: mark for mark in marks}
    sections = []
    for section in card.sections:
        sheets = tuple(_mark(one, by_key[one.key]) for one in section.criteria if one.key in by_key)
        if sheets:
            sections.append(SectionSheet(_in_words(section.title) or section.key, sheets))
    return tuple(sections)


def _mark(criterion: Criterion, mark: MarkRecord) -> MarkSheet:
    anchors: dict[Any, Text] = dict(criterion.anchors)
    anchor = anchors.get(_ANCHOR_KEYS.get(mark.value, "")) if mark.value is not None else None
    grade = _GRADES.get(mark.value, "zero") if mark.value is not None else mark.state
    return MarkSheet(
        key=criterion.key,
        title=_in_words(criterion.title) or criterion.key,
        help=_in_words(criterion.help),
        weight=mark.weight,
        critical=mark.critical,
        value=mark.value,
        grade=grade,
        grade_words=_grade_words(grade),
        anchor=_in_words(anchor or {}),
        reason=reason_words(mark.reason.get("code", ""), mark.reason.get("facts") or {}, criterion),
        confidence_pct=mark.confidence * 100,
        evidence=tuple(EvidenceSheet(one["start_s"], one["end_s"], one["quote"]) for one in mark.evidence),
    )


def _grade_words(grade: str) -> str:
    return {
        "full": _("done in full"),
        "half": _("done in part"),
        "zero": _("not done"),
        "abstained": _("machine abstains"),
        "not_applicable": _("not applicable"),
    }.get(grade, grade)


def _source_words(source: str) -> str:
    return {
        CallTypeSource.TOLD: _("told"),
        CallTypeSource.FOUND: _("found by what was said"),
        CallTypeSource.ASSUMED: _("assumed"),
    }.get(CallTypeSource(source), source)


def _in_words(text: Text) -> str:
    return text_in(text, get_language() or "en")
