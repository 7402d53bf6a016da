from __future__ import annotations

import pytest

from sapa.calls.models import Call
from sapa.pipeline import services
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.services import stage_claim, stage_open, stages_return
from sapa.pipeline.stages import STAGE_KEYS
from sapa.pipeline.tests.workbench import at_once, stages_of, take, tiny_wav


def test_an_empty_line_has_nothing_to_claim(db: None) -> None:
    assert stage_claim() is None


def test_a_claim_runs_and_counts_the_attempt(db: None) -> None:
    call = take().call
    row = stage_claim()
    assert row is not None
    assert (row.call_id, row.stage, row.state, row.attempt) == (call.pk, "recording", StageState.RUNNING, 1)
    assert row.started_at is not None


def test_what_runs_is_not_claimed_again(db: None) -> None:
    take()
    assert stage_claim() is not None
    assert stage_claim() is None


def test_later_stages_go_first_then_who_waits_longest(db: None) -> None:
    first, second, third = (take(tiny_wav(sound)).call for sound in (1, 2, 3))
    stage_open(third.pk, STAGE_KEYS[-1])
    stage_open(second.pk, STAGE_KEYS[1])
    claimed = [row for row in (stage_claim() for _ in range(5)) if row]
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
    assert stage_claim() is None


def test_many_claimers_at_once_never_get_the_same_stage(transactional_db: None) -> None:
    for sound in range(1, 5):
        take(tiny_wav(sound))
    claimed = [one.result() for one in at_once(*6 * [stage_claim])]
    got = [row.pk for row in claimed if row]
    assert sorted(got) == sorted(StageRow.objects.values_list("pk", flat=True))
    assert set(StageRow.objects.values_list("attempt", flat=True)) == {1}


def test_who_was_overtaken_between_look_and_claim_goes_on_to_the_next(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    overtaken, mine = (take(tiny_wav(sound)).call for sound in (1, 2))
    look = services._next_waiting
    others: list[StageRow | None] = []

    def look_and_be_overtaken() -> StageRow | None:
        row = look()
        if not others:
            others.append(None)
            others.append(stage_claim())
        return row

    monkeypatch.setattr(services, "_next_waiting", look_and_be_overtaken)
    row = stage_claim()
    assert others[1] is not None
    assert row is not None
    assert (others[1].call_id, row.call_id) == (overtaken.pk, mine.pk)


def test_a_dead_workers_stages_wait_again_and_nothing_else_moves(db: None) -> None:
    left, done, failed = (take(tiny_wav(sound)).call for sound in (1, 2, 3))
    assert stage_claim()
    StageRow.objects.filter(call=left).update(progress_share=0.7)
    StageRow.objects.filter(call=done).update(state=StageState.DONE)
    StageRow.objects.filter(call=failed).update(state=StageState.FAILED)
    assert stages_return() == 1
    assert [stages_of(call)["recording"] for call in (left, done, failed)] == ["waiting", "done", "failed"]
    returned = StageRow.objects.get(call=left)
    assert (returned.attempt, returned.progress_share) == (1, 0.0)


def test_opening_a_stage_again_clears_what_went_wrong_and_keeps_the_count(db: None) -> None:
    call: Call = take().call
    StageRow.objects.update(state=StageState.FAILED, attempt=3, error_code="x", error_message="y", progress_share=0.4)
    stage_open(call.pk, "recording")
    row = StageRow.objects.get()
    assert (row.state, row.attempt, row.error_code, row.error_message) == (StageState.WAITING, 3, "", "")
    assert (row.progress_share, row.started_at, row.finished_at) == (0.0, None, None)
