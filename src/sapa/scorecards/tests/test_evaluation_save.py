from __future__ import annotations

import pytest

from sapa.calls.models import Call
from sapa.scorecards.models import EvaluationRecord, MarkRecord
from sapa.scorecards.selectors import evaluations_of
from sapa.scorecards.services import evaluation_make, evaluation_save, scorecard_publish
from sapa.scorecards.tests.cards import card, criterion
from sapa.scorecards.types import Evaluation
from sapa.transcripts.models import TranscriptRecord

HELLO = {"kind": "phrase", "elements": [{"key": "hello", "said": {"en": ["hello"]}}]}
OWED = {"kind": "phrase", "elements": [{"key": "owed", "said": {"en": ["you owe us"]}}], "when_missing": "abstain"}


def nobody_looks(share: float) -> None:
    pass


def evaluation_of(call: Call) -> Evaluation:
    made = evaluation_make(call.pk, nobody_looks)
    assert made
    return made[1]


@pytest.fixture
def published(call: Call) -> Call:
    """The newest form for the finished call; its stored transcript says hello and its agent is known."""
    EvaluationRecord.objects.filter(call=call).delete()
    greeting, debt = criterion("greeting", markers=[HELLO]), criterion("debt", markers=[OWED], weights={"service": 3})
    scorecard_publish(card(greeting, debt, key="a_form", directions=["inbound"]))
    return call


def test_every_mark_is_kept_with_its_reason_and_evidence(published: Call) -> None:
    evaluation_save(published.pk, evaluation_make(published.pk, nobody_looks))
    record = EvaluationRecord.objects.get(call=published)
    assert (record.revision.scorecard.key, record.call_type, record.call_type_source) == ("a_form", "service", "told")
    greeting, debt = MarkRecord.objects.filter(evaluation=record)
    assert (greeting.criterion, greeting.value, greeting.state, greeting.marker) == (
        "greeting",
        1.0,
        "marked",
        "phrase/1",
    )
    assert greeting.reason == {"code": "phrases_all_said", "facts": {"elements": ["hello"]}}
    assert greeting.evidence[0]["quote"].startswith("Hello, this is")
    assert (debt.value, debt.state, debt.evidence) == (None, "abstained", [])
    assert (record.cqr_pct, record.coverage_pct, record.verdict) == (None, 25.0, "undecided")


def test_grading_again_replaces_the_machines_marks(published: Call) -> None:
    for _ in range(2):
        evaluation_save(published.pk, evaluation_make(published.pk, nobody_looks))
    assert EvaluationRecord.objects.filter(call=published).count() == 1
    assert MarkRecord.objects.filter(evaluation__call=published).count() == 2


def test_an_older_revision_keeps_its_marks_and_gives_way_on_screen(published: Call) -> None:
    evaluation_save(published.pk, evaluation_make(published.pk, nobody_looks))
    scorecard_publish(card(criterion("greeting", markers=[HELLO]), key="a_form", directions=["inbound"]))
    evaluation_save(published.pk, evaluation_make(published.pk, nobody_looks))
    assert EvaluationRecord.objects.filter(call=published).count() == 2
    (shown,) = evaluations_of(published)
    assert (shown.revision.number, shown.cqr_pct) == (2, 100.0)


def test_a_call_type_the_form_does_not_know_is_found_instead(published: Call) -> None:
    Call.objects.filter(pk=published.pk).update(call_type="holiday")
    made = evaluation_of(published)
    assert (made.call_type, made.call_type_source) == ("service", "assumed")


def test_voice_without_words_is_known_when_a_stored_call_is_judged(published: Call) -> None:
    """Else the line would take lost words for silence where `sapa grade` does not."""
    TranscriptRecord.objects.filter(call=published).update(voice=[[[0.0, 500.0]], [[0.0, 500.0]]])
    missing = criterion("missing", markers=[HELLO | {"elements": [{"key": "zebra", "said": {"en": ["zebra"]}}]}])
    scorecard_publish(card(missing, key="a_form", directions=["inbound"]))
    made = evaluation_of(published)
    assert made.marks[0].mark.reason.code == "heard_too_poorly"


@pytest.mark.parametrize("disposition", ["abandoned", "timed_out", "busy", "failed", "voicemail"])
def test_no_form_is_applied_to_a_call_that_nobody_took(published: Call, disposition: str) -> None:
    Call.objects.filter(pk=published.pk).update(disposition=disposition)
    evaluation_save(published.pk, evaluation_make(published.pk, nobody_looks))
    assert not EvaluationRecord.objects.filter(call=published).exists()


def test_what_was_marked_before_it_was_known_that_nobody_took_it_is_not_marked_any_more(published: Call) -> None:
    evaluation_save(published.pk, evaluation_make(published.pk, nobody_looks))
    Call.objects.filter(pk=published.pk).update(disposition="abandoned")
    evaluation_save(published.pk, evaluation_make(published.pk, nobody_looks))
    assert not EvaluationRecord.objects.filter(call=published).exists()


@pytest.mark.parametrize("disposition", ["answered", "failed", ""])
def test_one_that_was_answered_is_marked(published: Call, disposition: str) -> None:
    """Also where a hosted phone system says how it ended: the line failed in the middle of a talk."""
    Call.objects.filter(pk=published.pk).update(disposition=disposition, answered_at=published.started_at)
    assert evaluation_of(published).marks
