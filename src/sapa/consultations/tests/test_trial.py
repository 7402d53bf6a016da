"""Trial marks: of calls one may see, the machine afterwards, and no figure anywhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sapa.accounts.models import Person, Role
from sapa.calls.models import Call
from sapa.consultations import trials
from sapa.consultations.comments import comment_of_trial
from sapa.consultations.models import Comment, Trial, TrialMark
from sapa.consultations.selectors import calls_to_try, trial_visible_to, trials_of, unasked_in_trial
from sapa.consultations.services import consultation_close
from sapa.consultations.tests.rounds import opened, person_of, reworded, tried
from sapa.consultations.trials import trial_discard, trial_finish, trial_mark, trial_start
from sapa.reviews.models import CountedMark, MachineShown, Review
from sapa.reviews.trust import trust_by_criterion
from sapa.reviews.types import Judgement
from sapa.scorecards.models import EvaluationRecord, MarkRecord
from sapa.scorecards.tests.cards import criterion
from sapa.scorecards.tests.test_findings import PHRASE

pytestmark = pytest.mark.django_db
Refused = Callable[..., Any]


@pytest.fixture
def erlan(db: None) -> Person:
    return person_of("erlan", Role.AGENT)


def test_own_call_is_marked_and_the_machine_comes_after(bogdan: Person, aigerim: Person, call: Call) -> None:
    trial = trial_start(aigerim, opened(bogdan), call.pk)
    assert (trial.call_type, [mark.criterion for mark in trial.marks.all()]) == ("service", ["greeting", "closing"])
    assert {mark.machine for mark in trial.marks.all()} == {""}
    trial = trial_mark(aigerim, trial, "greeting", Judgement.HALF, version=1)
    trial = trial_mark(aigerim, trial, "closing", Judgement.CANNOT_TELL, version=2)
    assert {mark.machine for mark in trial.marks.all()} == {""}
    done = trial_finish(aigerim, trial, version=3)
    assert [(mark.judgement, mark.machine) for mark in done.marks.all()] == [("0.5", "1"), ("cannot_tell", "0")]
    assert (done.cqr_pct, done.machine_cqr_pct) == (None, 50.0)  # half of the weight is no 60 %
    assert (done.verdict, done.machine_verdict) == ("undecided", "unsuccessful")
    greeting = done.marks.all()[0]
    assert greeting.reason["code"] == "phrases_all_said"
    assert greeting.evidence[0]["quote"].startswith("Hello")


def test_it_counts_nowhere(bogdan: Person, celina: Person, aigerim: Person, call: Call) -> None:
    before = [list(model.objects.order_by("pk").values()) for model in (EvaluationRecord, MarkRecord)]
    made = opened(bogdan)
    tried(aigerim, made, call)
    tried(celina, made, call)
    assert [list(model.objects.order_by("pk").values()) for model in (EvaluationRecord, MarkRecord)] == before
    assert not Review.objects.exists()
    assert not CountedMark.objects.exists()
    assert trust_by_criterion() == []


def test_only_calls_that_one_may_see_are_tried(
    bogdan: Person, aigerim: Person, erlan: Person, call: Call, refused: Refused
) -> None:
    made = opened(bogdan)
    assert list(calls_to_try(aigerim, made)) == [call]
    assert not calls_to_try(erlan, made).exists()
    with refused("call_missing"):
        trial_start(erlan, made, call.pk)


def test_a_call_that_is_not_heard_yet_is_not_offered(
    bogdan: Person, aigerim: Person, call: Call, refused: Refused
) -> None:
    made = opened(bogdan)
    call.transcript.delete()
    assert not calls_to_try(aigerim, made).exists()
    with refused("trial_call_unheard"):
        trial_start(aigerim, made, call.pk)


def test_who_controls_quality_finds_first_what_others_tried(
    bogdan: Person, aigerim: Person, celina: Person, call: Call
) -> None:
    made = opened(bogdan)
    assert [one.is_tried for one in calls_to_try(celina, made)] == [False]  # type: ignore[attr-defined]
    tried(aigerim, made, call)
    assert [one.is_tried for one in calls_to_try(celina, made)] == [True]  # type: ignore[attr-defined]
    assert not calls_to_try(aigerim, made).exists()


def test_one_call_is_tried_once(bogdan: Person, aigerim: Person, call: Call) -> None:
    made = opened(bogdan)
    first = trial_start(aigerim, made, call.pk)
    assert trial_start(aigerim, made, call.pk).pk == first.pk
    assert Trial.objects.count() == 1


def test_so_many_calls_are_tried(
    bogdan: Person, aigerim: Person, call: Call, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "MOST_TRIALS", 0)
    with refused("trials_too_many"):
        trial_start(aigerim, opened(bogdan), call.pk)


def test_a_draft_with_errors_marks_nothing_yet(bogdan: Person, aigerim: Person, call: Call, refused: Refused) -> None:
    made = opened(bogdan)
    reworded(bogdan, anchors={})
    with refused("trial_not_ready"):
        trial_start(aigerim, made, call.pk)


def test_the_draft_may_change_meanwhile(bogdan: Person, aigerim: Person, call: Call) -> None:
    made = opened(bogdan)
    trial = trial_start(aigerim, made, call.pk)
    reworded(bogdan, weights={"service": 9})
    trial = trial_mark(aigerim, trial, "greeting", Judgement.FULL, version=1)
    trial = trial_mark(aigerim, trial, "closing", Judgement.ZERO, version=2)
    assert trial_finish(aigerim, trial, version=3).cqr_pct == 50.0  # by the weights that were read


def test_what_is_not_marked_is_named(bogdan: Person, aigerim: Person, call: Call, refused: Refused) -> None:
    trial = trial_start(aigerim, opened(bogdan), call.pk)
    trial = trial_mark(aigerim, trial, "closing", Judgement.ZERO, version=1)
    with refused("trial_unfinished", criteria=["greeting"]):
        trial_finish(aigerim, trial, version=2)
    assert set(TrialMark.objects.values_list("machine", flat=True)) == {""}


def test_what_the_form_does_not_ask_is_not_applicable(bogdan: Person, aigerim: Person, call: Call) -> None:
    loans = {"kind": "fact", "fact": "queue", "values": ["loans"]}
    asked = criterion("greeting", markers=[PHRASE])
    made = opened(bogdan, asked, criterion("closing", markers=[PHRASE], conditions=[loans]))
    trial = trial_start(aigerim, made, call.pk)
    assert unasked_in_trial(trial) == {"closing"}
    trial = trial_mark(aigerim, trial, "greeting", Judgement.FULL, version=1)
    done = trial_finish(aigerim, trial, version=2)
    assert [(mark.judgement, mark.machine) for mark in done.marks.all()] == [
        ("1", "1"), ("not_applicable", "not_applicable"),
    ]  # fmt: skip


def test_not_applicable_is_there_where_the_form_allows_it(
    bogdan: Person, aigerim: Person, call: Call, refused: Refused
) -> None:
    made = opened(bogdan, criterion("greeting", markers=[PHRASE], na_allowed=False))
    trial = trial_start(aigerim, made, call.pk)
    with refused("trial_mark_invalid"):
        trial_mark(aigerim, trial, "greeting", Judgement.NOT_APPLICABLE, version=1)
    with refused("trial_mark_invalid"):
        trial_mark(aigerim, trial, "nothing", Judgement.FULL, version=1)


def test_in_the_plain_mode_the_proposals_stand_side_by_side(bogdan: Person, aigerim: Person, call: Call) -> None:
    done = tried(aigerim, opened(bogdan, mode="plain"), call, closing="1")
    assert (done.cqr_pct, done.verdict) == (None, "successful")
    assert (done.machine_cqr_pct, done.machine_verdict) == (None, "unsuccessful")


def test_two_windows_do_not_overwrite_each_other(bogdan: Person, aigerim: Person, call: Call, refused: Refused) -> None:
    trial = trial_start(aigerim, opened(bogdan), call.pk)
    trial_mark(aigerim, trial, "greeting", Judgement.FULL, version=1)
    with refused("trial_changed"):
        trial_mark(aigerim, trial, "closing", Judgement.FULL, version=1)
    again = trial_mark(
        aigerim, trial, "greeting", Judgement.FULL, version=1
    )  # its answer was lost, and it is sent again
    assert again.version == 2


def test_done_it_stays_as_it_is(bogdan: Person, aigerim: Person, call: Call, refused: Refused) -> None:
    done = tried(aigerim, opened(bogdan), call)
    with refused("trial_done"):
        trial_mark(aigerim, done, "greeting", Judgement.ZERO, version=done.version)
    with refused("trial_done"):
        trial_finish(aigerim, done, version=done.version)
    with refused("trial_done"):
        trial_discard(aigerim, done, version=done.version)


def test_begun_it_can_be_put_away_after_closing_too(bogdan: Person, aigerim: Person, call: Call) -> None:
    made = opened(bogdan)
    trial = trial_start(aigerim, made, call.pk)
    consultation_close(bogdan, made)
    trial_discard(aigerim, trial, version=1)
    assert not Trial.objects.exists()


def test_closed_nothing_is_marked(bogdan: Person, aigerim: Person, call: Call, refused: Refused) -> None:
    made = opened(bogdan)
    trial = trial_start(aigerim, made, call.pk)
    consultation_close(bogdan, made)
    with refused("consultation_closed"):
        trial_mark(aigerim, trial, "greeting", Judgement.FULL, version=1)
    with refused("consultation_closed"):
        trial_finish(aigerim, trial, version=1)
    with refused("consultation_closed"):
        trial_start(aigerim, made, call.pk)


def test_nobody_reads_anothers_trial(
    bogdan: Person, celina: Person, administrator: Person, aigerim: Person, call: Call, refused: Refused
) -> None:
    trial = tried(aigerim, opened(bogdan), call)
    for person in (bogdan, celina, administrator):
        assert not trials_of(person, trial.consultation).exists()
        with refused("trial_missing"):
            trial_visible_to(person, trial.pk)
    with refused("trial_missing"):
        trial_discard(celina, trial, version=trial.version)


def test_a_call_that_is_no_longer_theirs_takes_the_trial_along(
    bogdan: Person, aigerim: Person, call: Call, refused: Refused
) -> None:
    trial = tried(aigerim, opened(bogdan), call)
    aigerim.pbx_names.all().delete()
    with refused("trial_missing"):
        trial_visible_to(aigerim, trial.pk)


def test_a_reviewer_who_tried_the_draft_is_not_blind_there(
    bogdan: Person, celina: Person, aigerim: Person, call: Call
) -> None:
    made = opened(bogdan)
    trial = trial_start(celina, made, call.pk)
    assert not MachineShown.objects.exists()
    trial_discard(celina, trial, version=1)
    tried(celina, made, call)
    tried(aigerim, made, call)
    assert list(MachineShown.objects.values_list("person", flat=True)) == [celina.pk]


def test_a_disagreement_becomes_a_comment_once(bogdan: Person, aigerim: Person, call: Call) -> None:
    trial = tried(aigerim, opened(bogdan), call, closing="1")
    mark = trial.marks.get(criterion="closing")
    comment = comment_of_trial(aigerim, mark, "I say 1, the machine 0.")
    assert (comment.criterion, comment.kind, comment.trial_mark) == ("closing", "unclear", mark)
    assert comment.reading_id == trial.reading_id
    assert comment_of_trial(aigerim, mark, "Again").pk == comment.pk
    call.delete()
    assert not Trial.objects.exists()
    assert Comment.objects.get().text == "I say 1, the machine 0."


def test_an_unfinished_or_anothers_mark_becomes_none(
    bogdan: Person, aigerim: Person, erlan: Person, call: Call, refused: Refused
) -> None:
    made = opened(bogdan)
    begun = trial_start(aigerim, made, call.pk)
    with refused("comment_invalid"):
        comment_of_trial(aigerim, begun.marks.get(criterion="closing"), "Too early")
    trial_discard(aigerim, begun, version=1)
    done = tried(aigerim, made, call)
    with refused("comment_invalid"):
        comment_of_trial(erlan, done.marks.get(criterion="closing"), "Not mine")
