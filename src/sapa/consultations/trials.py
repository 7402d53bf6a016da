"""Marking a call by a draft, for trial: begin, mark, finish. The machine judges once the person is done."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from django.db import transaction

from sapa.accounts.models import Person
from sapa.calls.models import Call
from sapa.calls.selectors import call_visible_to
from sapa.consultations.comments import open_to
from sapa.consultations.errors import (
    TrialCallUnheard,
    TrialChanged,
    TrialDone,
    TrialMarkInvalid,
    TrialMissing,
    TrialNotReady,
    TrialsTooMany,
    TrialUnfinished,
    WordingChanged,
)
from sapa.consultations.models import Consultation, Trial, TrialMark
from sapa.consultations.selectors import read_card, standing_of, trial_visible_to, unasked_in_trial
from sapa.consultations.services import reading_keep
from sapa.core.clock import now_at
from sapa.reviews.scoring import criteria_for, score_of_marks
from sapa.reviews.services import machine_show
from sapa.reviews.types import Judgement
from sapa.scorecards.evaluate import AUTO, call_type_of, evaluate
from sapa.scorecards.findings import errors_of
from sapa.scorecards.judging import judged_calls
from sapa.scorecards.markers import JudgedCall
from sapa.scorecards.selectors import card_of
from sapa.scorecards.trying import answer_of
from sapa.scorecards.types import Evaluation, Scorecard

MOST_TRIALS = 20


def trial_start(person: Person, consultation: Consultation, call_id: UUID, *, call_type: str = "") -> Trial:
    """One's trial of this call, begun if there is none, by the draft as it stands. Without a call type it is the one
    that the machine would take. Raises `CallMissing`, `TrialCallUnheard`, `TrialNotReady`, `TrialsTooMany`."""
    call = call_visible_to(person, call_id)
    draft = standing_of(consultation).draft
    card = card_of(draft) if draft else None
    if card and errors_of(card):
        raise TrialNotReady
    judged = _judged(call)
    chosen = _call_type(card, call, judged, wanted=call_type) if card else ""
    with transaction.atomic():
        consultation, locked = open_to(person, consultation)
        mine = Trial.objects.filter(consultation=consultation, person=person)
        there = mine.filter(call=call).first()
        if there is not None:
            return there
        if card is None or draft is None or locked.version != draft.version:
            raise WordingChanged
        if mine.count() >= MOST_TRIALS:
            raise TrialsTooMany(MOST_TRIALS)
        at = now_at()
        trial = Trial.objects.create(
            consultation=consultation, reading=reading_keep(consultation, locked), person=person, call=call,
            call_type=chosen, begun_at=at, saved_at=at,
        )  # fmt: skip
        TrialMark.objects.bulk_create(
            TrialMark(trial=trial, position=place, criterion=one.key, weight=weight, critical=one.critical)
            for place, (one, weight) in enumerate(criteria_for(card, chosen))
        )
    return trial


@transaction.atomic
def trial_mark(person: Person, trial: Trial, criterion: str, judgement: Judgement, *, version: int) -> Trial:
    """Sent twice it is done once. Raises `TrialChanged`, `TrialDone`, `TrialMarkInvalid`."""
    open_to(person, trial.consultation)
    mark = TrialMark.objects.filter(trial=trial, criterion=criterion).first()
    if mark is None:
        raise TrialMarkInvalid(f"This draft has no criterion {criterion!r} for calls of this type.")
    if judgement is Judgement.NOT_APPLICABLE and not _may_be_left_out(trial, criterion):
        raise TrialMarkInvalid("This draft does not let this criterion be left out as not applicable.")
    if mark.judgement == judgement.value:
        return trial_visible_to(person, trial.pk)
    _claim(trial, version)
    TrialMark.objects.filter(pk=mark.pk).update(judgement=judgement.value)
    return trial_visible_to(person, trial.pk)


def trial_finish(person: Person, trial: Trial, *, version: int) -> Trial:
    """What the person said stands from now on, and what the machine gives is shown beside. Who marks calls is written
    down as having seen it. Raises `TrialUnfinished`, `TrialChanged`."""
    card = read_card(trial.reading)
    made = evaluate(card, _judged(trial.call), revision=0, call_type=trial.call_type)
    with transaction.atomic():
        open_to(person, trial.consultation)
        _claim(trial, version)
        trial = trial_visible_to(person, trial.pk)
        unasked, marks = unasked_in_trial(trial), list(trial.marks.all())
        unsaid = [one.criterion for one in marks if one.judgement == Judgement.OPEN and one.criterion not in unasked]
        if unsaid:
            raise TrialUnfinished(unsaid)
        for mark in marks:
            if mark.criterion in unasked:
                mark.judgement = Judgement.NOT_APPLICABLE
        _machine_beside(marks, made)
        TrialMark.objects.bulk_update(marks, ["judgement", "machine", "reason", "evidence"])
        said = score_of_marks(marks, card)
        trial.done_at = now_at()
        trial.cqr_pct, trial.verdict = said.cqr_pct, said.proposed or said.verdict
        trial.machine_cqr_pct = made.score.cqr_pct
        trial.machine_verdict = made.score.proposed or made.score.verdict
        trial.save(update_fields=["done_at", "cqr_pct", "verdict", "machine_cqr_pct", "machine_verdict"])
        machine_show(person, trial.call)
    return trial_visible_to(person, trial.pk)


@transaction.atomic
def trial_discard(person: Person, trial: Trial, *, version: int) -> None:
    """One that is not done, open or not. Raises `TrialDone`, `TrialChanged`."""
    if trial.person_id != person.pk:
        raise TrialMissing
    _claim(trial, version)
    trial.delete()


def _call_type(card: Scorecard, call: Call, judged: JudgedCall, *, wanted: str) -> str:
    known = {one.key for one in card.call_types}
    told = next((one for one in (wanted, call.call_type) if one in known), AUTO)
    return call_type_of(card, judged, told=told)[0]


def _judged(call: Call) -> JudgedCall:
    found = judged_calls([call]).get(call.pk)
    if found is None:
        raise TrialCallUnheard
    return found


def _machine_beside(marks: list[TrialMark], made: Evaluation) -> None:
    given = {one.key: one.mark for one in made.marks}
    for mark in marks:
        machines = given[mark.criterion]
        mark.machine = answer_of(machines)
        mark.reason = {"code": machines.reason.code, "facts": machines.reason.facts}
        mark.evidence = [asdict(one) for one in machines.evidence]


def _may_be_left_out(trial: Trial, criterion: str) -> bool:
    return next((one.na_allowed for one in read_card(trial.reading).criteria if one.key == criterion), True)


def _claim(trial: Trial, version: int) -> None:
    """The conditional update is the lock between two windows."""
    ours = Trial.objects.filter(pk=trial.pk, version=version, done_at=None)
    if not ours.update(version=version + 1, saved_at=now_at()):
        now = Trial.objects.filter(pk=trial.pk).first()
        if now is None:
            raise TrialMissing
        raise TrialDone if now.is_done else TrialChanged
