"""A trial for the screen: the criteria to mark as at the marking desk, and once it is done what the machine gives."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sapa.consultations.models import Comment, MachineAnswer, Trial, TrialMark
from sapa.consultations.selectors import read_card
from sapa.desk.sheets.evaluation import EvidenceSheet
from sapa.desk.sheets.marks import GRADES, AskedForm, AskedSection, AskedSheet, answers_of
from sapa.desk.wording.consultations import sign_of
from sapa.desk.wording.form_parts import condition_words, in_words, rule_words
from sapa.desk.wording.reasons import reason_words
from sapa.reviews.types import Judgement
from sapa.scorecards.types import Criterion, Scorecard

_MACHINE_GRADES = {"1": "full", "0.5": "half", "0": "zero"}
_SURE = {Judgement.FULL, Judgement.HALF, Judgement.ZERO, Judgement.NOT_APPLICABLE}


@dataclass(frozen=True)
class MachineSheet:
    sign: str
    grade: str
    words: str
    reason: str


@dataclass(frozen=True)
class TriedMarkSheet(AskedSheet):
    """`machine` once the trial is done; `is_compared` where both said something, `differs` where it is not the same."""

    conditions: tuple[str, ...]
    machine: MachineSheet | None
    evidence: tuple[EvidenceSheet, ...]
    is_compared: bool
    differs: bool
    comment: Comment | None


@dataclass(frozen=True)
class TrialSheet(AskedForm[TriedMarkSheet]):
    @property
    def compared(self) -> list[TriedMarkSheet]:
        return [one for one in self.criteria if one.is_compared]

    @property
    def differing(self) -> list[TriedMarkSheet]:
        return [one for one in self.criteria if one.differs]


def tried_sheet(trial: Trial, *, unasked: Collection[str] = ()) -> TrialSheet:
    card = read_card(trial.reading)
    rows = {mark.criterion: mark for mark in trial.marks.all()}
    comments = {one.trial_mark_id: one for one in Comment.objects.filter(trial_mark__trial=trial) if one.trial_mark_id}
    sections = []
    for section in card.sections:
        marked = tuple(
            _marked(card, one, rows[one.key], comments.get(rows[one.key].pk), is_asked=one.key not in unasked)
            for one in section.criteria
            if one.key in rows
        )
        if marked:
            sections.append(AskedSection(in_words(section.title, section.key), marked))
    types = {one.key: in_words(one.title, one.key) for one in card.call_types}
    return TrialSheet(
        title=in_words(card.title, card.key),
        call_type=types.get(trial.call_type, trial.call_type),
        is_plain=card.mode == "plain",
        sections=tuple(sections),
    )


def _marked(
    card: Scorecard, criterion: Criterion, mark: TrialMark, comment: Comment | None, *, is_asked: bool
) -> TriedMarkSheet:
    said = Judgement(mark.judgement)
    is_compared = said in _SURE and mark.machine not in {"", MachineAnswer.ABSTAINED}
    conditions = [condition_words(one, card) for one in criterion.conditions]
    if criterion.only_if is not None:
        conditions.append(rule_words(criterion.only_if))
    return TriedMarkSheet(
        key=criterion.key,
        title=in_words(criterion.title, criterion.key),
        help=in_words(criterion.help, ""),
        weight=mark.weight,
        critical=mark.critical,
        conditions=tuple(conditions),
        answers=answers_of(criterion, said),
        grade=GRADES[said],
        is_asked=is_asked,
        machine=_machine(criterion, mark) if mark.machine else None,
        evidence=tuple(EvidenceSheet(one["start_s"], one["end_s"], one["quote"]) for one in mark.evidence),
        is_compared=is_compared,
        differs=is_compared and mark.machine != mark.judgement,
        comment=comment,
    )


def _machine(criterion: Criterion, mark: TrialMark) -> MachineSheet:
    reason: dict[str, Any] = mark.reason
    return MachineSheet(
        sign=sign_of(mark.machine),
        grade=_MACHINE_GRADES.get(mark.machine, mark.machine),
        words=mark.get_machine_display(),
        reason=reason_words(reason.get("code", ""), reason.get("facts") or {}, criterion),
    )
