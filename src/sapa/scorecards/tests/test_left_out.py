"""What nobody said counts nowhere: no measure, tag or mark rests on what was left out of a transcript."""

from __future__ import annotations

from sapa.analytics.services import analysis_make
from sapa.calls.models import Call
from sapa.scorecards.services import evaluation_make
from sapa.transcripts.models import TranscriptRecord
from tests.fixtures.graded_call import left_out_of


def nobody_looks(progress_share: float) -> None:
    pass


def test_what_was_left_out_changes_no_measure_and_no_mark(call: Call) -> None:
    before = analysis_make(call.pk, nobody_looks), evaluation_make(call.pk, nobody_looks)
    left_out_of(call)
    said = "Hello, this is Happy Valley National Bank. Anything else? Thank you, goodbye."
    record = TranscriptRecord.objects.get(call=call)
    record.left_out = [*record.left_out, [1, 0.2, 1.5, said, "repeats"], [0, 32.5, 33.9, said, "phantom"]]
    record.save()
    assert (analysis_make(call.pk, nobody_looks), evaluation_make(call.pk, nobody_looks)) == before
