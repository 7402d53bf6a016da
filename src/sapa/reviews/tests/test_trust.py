"""Agreement is counted over blind reviews only, each call once, each criterion by its key."""

from __future__ import annotations

import pytest

from sapa.accounts.models import Person, Role
from sapa.accounts.services import person_create
from sapa.calls.models import Call
from sapa.core.clock import now_at
from sapa.reviews.services import machine_show, review_reopen, review_submit
from sapa.reviews.tests.test_reviewing import marked, submitted
from sapa.reviews.trust import Trust, trust_by_criterion, trusted_criteria
from sapa.reviews.types import Judgement
from sapa.scorecards.models import EvaluationRecord, ScorecardRevision
from sapa.scorecards.types import MarkState

pytestmark = pytest.mark.django_db


def by_criterion() -> dict[str, Trust]:
    return {one.criterion: one for one in trust_by_criterion()}


def test_blind_reviews_are_held_against_the_machine(celina: Person, call: Call) -> None:
    submitted(celina, call, Judgement.FULL)
    found = by_criterion()
    assert (found["greeting"].agreement.pairs, found["greeting"].agreement.agree) == (1, 1)
    assert (found["identity"].agreement.pairs, found["identity"].agreement.agree) == (1, 0)
    assert (found["empathy"].agreement.pairs, found["empathy"].abstained) == (0, 1)
    assert trusted_criteria("test_service") == frozenset()


def test_a_review_made_after_a_look_says_nothing(bogdan: Person, call: Call) -> None:
    machine_show(bogdan, call)
    submitted(bogdan, call)
    assert trust_by_criterion() == []


def test_of_two_on_one_call_the_newer_counts(celina: Person, call: Call) -> None:
    submitted(celina, call, Judgement.ZERO)
    submitted(person_create("dana", role=Role.REVIEWER, name="Dana"), call, Judgement.FULL)
    assert (by_criterion()["greeting"].agreement.pairs, by_criterion()["greeting"].agreement.agree) == (1, 1)


def test_what_a_person_left_out_is_no_pair(celina: Person, call: Call) -> None:
    submitted(celina, call, Judgement.NOT_APPLICABLE)
    assert trust_by_criterion() == []


def test_calls_that_are_not_theirs_do_not_count(celina: Person, call: Call) -> None:
    submitted(celina, call)
    assert trust_by_criterion(Call.objects.none()) == []


def test_a_correction_after_the_look_does_not_hide_the_gap(celina: Person, call: Call) -> None:
    first = submitted(celina, call, Judgement.ZERO)
    machine_show(celina, call)
    draft = review_reopen(celina, first, reason="the machine is right")
    draft = marked(celina, draft, "greeting", Judgement.FULL)
    review_submit(celina, draft, version=draft.version)
    assert (by_criterion()["greeting"].agreement.pairs, by_criterion()["greeting"].agreement.agree) == (1, 0)


def test_a_supervisor_who_sees_the_figures_in_the_list_is_not_blind(bogdan: Person, call: Call) -> None:
    assert submitted(bogdan, call).is_blind is False
    assert trust_by_criterion() == []


def test_the_newest_revision_speaks_though_it_abstains(celina: Person, call: Call) -> None:
    submitted(celina, call)
    old = EvaluationRecord.objects.get(call=call)
    marks = list(old.marks.all())
    revision = ScorecardRevision.objects.get(pk=old.revision_id)
    revision.pk, revision.number = None, 2
    revision.save(force_insert=True)
    old.pk, old.revision, old.created_at = None, revision, now_at()
    old.save(force_insert=True)
    for mark in marks:
        mark.pk, mark.evaluation = None, old
        if mark.criterion == "greeting":
            mark.state, mark.value = MarkState.ABSTAINED, None
        mark.save(force_insert=True)
    found = by_criterion()
    assert (found["greeting"].agreement.pairs, found["greeting"].abstained) == (0, 1)
    assert (found["need"].agreement.pairs, found["need"].abstained) == (1, 0)


def test_what_the_machine_held_for_not_applicable_is_no_abstention(celina: Person, call: Call) -> None:
    submitted(celina, call)
    assert "objection" not in by_criterion()
