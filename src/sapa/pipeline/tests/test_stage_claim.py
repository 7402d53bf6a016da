from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from sapa.calls.models import Call
from sapa.pipeline import leases
from sapa.pipeline.leases import stage_open, stages_claim
from sapa.pipeline.models import StagePriority, StageRow, StageState
from sapa.pipeline.services import call_watch
from sapa.pipeline.stages import STAGE_KEYS, stage_named
from sapa.pipeline.tests.workbench import at_once, claim, take, tiny_wav


def test_an_empty_line_has_nothing_to_claim(db: None) -> None:
    assert claim() is None


def test_a_claim_runs_and_counts_the_attempt(db: None) -> None:
    call = take().call
    row = claim()
    assert row is not None
    assert (row.call_id, row.stage, row.state, row.attempt) == (call.pk, "recording", StageState.RUNNING, 1)
    assert row.started_at is not None


def test_what_runs_is_not_claimed_again(db: None) -> None:
    take()
    assert claim() is not None
    assert claim() is None


def test_later_stages_go_first_then_who_waits_longest(db: None) -> None:
    first, second, third = (take(tiny_wav(sound)).call for sound in (1, 2, 3))
    stage_open(third.pk, STAGE_KEYS[-1])
    stage_open(second.pk, STAGE_KEYS[1])
    claimed = [row for row in (claim() for _ in range(5)) if row]
    assert [(row.call_id, row.stage) for row in claimed] == [
        (third.pk, "grade"),
        (second.pk, "transcribe"),
        (first.pk, "recording"),
        (second.pk, "recording"),
        (third.pk, "recording"),
    ]


@pytest.mark.parametrize("state", [StageState.DONE, StageState.FAILED, StageState.RUNNING])
def test_only_waiting_stages_are_claimed(db: None, state: StageState) -> None:
    take()
    StageRow.objects.update(state=state)
    assert claim() is None


def test_many_claimers_at_once_never_get_the_same_stage(transactional_db: None) -> None:
    for sound in range(1, 5):
        take(tiny_wav(sound))
    claimed = [one.result() for one in at_once(*6 * [claim])]
    got = [row.pk for row in claimed if row]
    assert sorted(got) == sorted(StageRow.objects.values_list("pk", flat=True))
    assert set(StageRow.objects.values_list("attempt", flat=True)) == {1}


def test_who_was_overtaken_between_look_and_claim_goes_on_to_the_next(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    overtaken, mine = (take(tiny_wav(sound)).call for sound in (1, 2))
    stage_open(overtaken.pk, "grade")
    StageRow.objects.filter(call=overtaken, stage="recording").delete()
    look = leases._best_stage
    others: list[StageRow | None] = []

    def look_and_be_overtaken(stages: Sequence[str]) -> str | None:
        stage = look(stages)
        if not others:
            others.append(None)
            others.append(claim("somebody else"))
        return stage

    monkeypatch.setattr(leases, "_best_stage", look_and_be_overtaken)
    row = claim()
    assert others[1] is not None
    assert row is not None
    assert (others[1].call_id, row.call_id) == (overtaken.pk, mine.pk)


def test_a_stage_gives_as_many_rows_as_it_says_and_all_have_one_holder(db: None) -> None:
    for sound in range(1, 7):
        take(tiny_wav(sound))
    rows = stages_claim("pc:1:x")
    assert [row.stage for row in rows] == ["recording"] * stage_named("recording").at_once
    assert [row.pk for row in rows] == sorted(row.pk for row in rows)
    assert {(row.state, row.attempt, row.holder) for row in rows} == {(StageState.RUNNING, 1, "pc:1:x")}
    assert len(stages_claim("pc:2:y")) == 6 - len(rows)


def test_a_call_on_a_screen_goes_before_later_stages_of_a_bulk_import(db: None) -> None:
    bulk, watched = (take(tiny_wav(sound)).call for sound in (1, 2))
    stage_open(bulk.pk, "grade", priority=StagePriority.BULK)
    call_watch(watched)
    row = claim()
    assert row is not None
    assert (row.call_id, row.stage) == (watched.pk, "recording")


def test_a_worker_for_one_stage_claims_no_other(db: None) -> None:
    call = take().call
    assert stages_claim("gpu", stages=["transcribe"]) == []
    stage_open(call.pk, "transcribe")
    assert [row.stage for row in stages_claim("gpu", stages=["transcribe"])] == ["transcribe"]


def test_what_waits_for_its_next_try_is_not_claimed_before(db: None) -> None:
    take()
    StageRow.objects.update(next_try_at=Now() + timedelta(seconds=5))
    assert claim() is None
    StageRow.objects.update(next_try_at=Now() - timedelta(seconds=1))
    assert claim() is not None


def test_a_row_that_killed_somebody_comes_alone(db: None) -> None:
    deadly = take(tiny_wav(1)).call
    for sound in (2, 3):
        take(tiny_wav(sound))
    StageRow.objects.filter(call=deadly).update(deaths=1)
    assert [row.call_id for row in stages_claim("first")] == [deadly.pk]
    assert deadly.pk not in {row.call_id for row in stages_claim("second")}


def test_opening_a_stage_again_clears_what_went_wrong_and_keeps_the_count(db: None) -> None:
    call: Call = take().call
    StageRow.objects.update(state=StageState.FAILED, attempt=3, error_code="x", error_message="y", progress_share=0.4)
    stage_open(call.pk, "recording")
    row = StageRow.objects.get()
    assert (row.state, row.attempt, row.error_code, row.error_message) == (StageState.WAITING, 3, "", "")
    assert (row.progress_share, row.started_at, row.finished_at) == (0.0, None, None)
