from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sapa.accounts.models import Person
from sapa.audit.models import AuditEntry
from sapa.calls.models import Call
from sapa.pipeline.models import StagePriority, StageRow, StageState
from sapa.pipeline.services import call_hear_again
from sapa.pipeline.tests.workbench import claim, run_all, stages_of, take
from sapa.reviews.models import Review, ReviewMark
from sapa.reviews.services import review_mark, review_start
from sapa.reviews.types import Judgement, MarkChange
from sapa.transcripts.models import HearingWish, TranscriptRecord

BIGGER = "/models/bigger"


@pytest.fixture(autouse=True)
def second(settings: Any) -> None:
    settings.SAPA_ASR_SECOND_MODEL = BIGGER


def test_it_goes_back_to_the_hearing_before_what_nobody_waits_for(call: Call, bogdan: Person) -> None:
    call_hear_again(bogdan, call)
    assert stages_of(call) == {"recording": "done", "transcribe": "waiting"}
    row = claim()
    assert row is not None
    assert (row.stage, row.attempt, row.priority) == ("transcribe", 2, StagePriority.WATCHED)
    assert claim() is None


def test_until_then_what_was_heard_stays(call: Call, bogdan: Person) -> None:
    call_hear_again(bogdan, call)
    assert TranscriptRecord.objects.get(call=call).turns.count() == 8


def test_then_words_measures_and_marks_are_made_anew(spoken: None, call: Call, bogdan: Person) -> None:
    before = TranscriptRecord.objects.get(call=call).pk
    call_hear_again(bogdan, call)
    assert run_all() == 3
    assert set(stages_of(call).values()) == {"done"}
    assert TranscriptRecord.objects.get(call=call).pk != before
    assert HearingWish.objects.filter(call=call).exists()


def test_marks_by_people_stay(spoken: None, call: Call, bogdan: Person, celina: Person) -> None:
    review = review_mark(celina, review_start(celina, call), "greeting", MarkChange(Judgement.HALF), version=1)
    before = list(ReviewMark.objects.filter(review=review).order_by("pk").values())
    call_hear_again(bogdan, call)
    run_all()
    assert list(ReviewMark.objects.filter(review=review).order_by("pk").values()) == before
    assert Review.objects.get(pk=review.pk).version == review.version


def test_it_is_refused_while_the_call_is_worked_on(call: Call, bogdan: Person, refused: Callable[..., Any]) -> None:
    StageRow.objects.filter(stage="grade").update(state=StageState.RUNNING)
    with refused("call_busy"):
        call_hear_again(bogdan, call)
    assert (HearingWish.objects.count(), AuditEntry.objects.filter(verb="transcript.heard_again").count()) == (0, 0)


def test_without_a_second_model_nothing_is_done(
    call: Call, bogdan: Person, settings: Any, refused: Callable[..., Any]
) -> None:
    settings.SAPA_ASR_SECOND_MODEL = ""
    with refused("second_model_missing"):
        call_hear_again(bogdan, call)
    assert set(stages_of(call).values()) == {"done"}


def test_what_it_heard_already_is_not_heard_again(call: Call, bogdan: Person, refused: Callable[..., Any]) -> None:
    TranscriptRecord.objects.update(model=BIGGER)
    with refused("heard_by_second_model"):
        call_hear_again(bogdan, call)
    assert set(stages_of(call).values()) == {"done"}


def test_a_hearing_that_failed_is_tried_by_the_second_model(call: Call, bogdan: Person) -> None:
    StageRow.objects.filter(stage="transcribe").update(state=StageState.FAILED, error_code="engine_failed")
    StageRow.objects.filter(stage__in=("analyse", "grade")).delete()
    TranscriptRecord.objects.all().delete()
    call_hear_again(bogdan, call)
    assert stages_of(call) == {"recording": "done", "transcribe": "waiting"}


def test_before_the_first_hearing_it_is_noted_and_nothing_is_reopened(bogdan: Person) -> None:
    call = take().call
    call_hear_again(bogdan, call)
    assert stages_of(call) == {"recording": "waiting"}
    assert HearingWish.objects.filter(call=call).exists()


def test_who_asked_for_it_is_written_down(call: Call, bogdan: Person) -> None:
    call_hear_again(bogdan, call)
    entry = AuditEntry.objects.get(verb="transcript.heard_again")
    assert (entry.person_id, entry.subject, entry.details) == (bogdan.pk, f"call {call.pk}", {"model": BIGGER})
