"""What becomes of rows whose holder is slow, gone or late."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.db.models.functions import Now

from sapa.core.errors import SapaError
from sapa.pipeline.leases import (
    MOST_DEATHS,
    MOST_TRIES,
    leases_extend,
    stage_fail,
    stage_finish,
    stage_progress,
    stage_release,
    stages_claim,
    stages_let_go,
    stages_of_dead,
    stages_sweep,
)
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.services import stage_retry
from sapa.pipeline.tests.test_stage_finish import FACTS
from sapa.pipeline.tests.workbench import claim, stages_of, take, tiny_wav

LEASE_S = 60  # the default of SAPA_LEASE_S
AWAY = SapaError("storage_unreachable", "The storage is away.", retryable=True)


def time_passes(seconds: float) -> None:
    """Leases are the database's time, so the rows are moved instead of the clock."""
    back = timedelta(seconds=seconds)
    StageRow.objects.exclude(lease_until=None).update(lease_until=F("lease_until") - back)
    StageRow.objects.exclude(next_try_at=None).update(next_try_at=F("next_try_at") - back)


@pytest.fixture
def row(db: None) -> StageRow:
    take()
    claimed = claim("pc:1:x")
    assert claimed is not None
    return claimed


def now_of(row: StageRow) -> StageRow:
    return StageRow.objects.get(pk=row.pk)


def test_a_held_row_is_left_alone(row: StageRow) -> None:
    time_passes(LEASE_S - 5)
    assert stages_sweep() == 0
    assert now_of(row).state == StageState.RUNNING


def test_a_row_whose_lease_ran_out_waits_again_at_once(row: StageRow) -> None:
    time_passes(LEASE_S + 1)
    assert stages_sweep() == 1
    again = claim("pc:2:y")
    assert again is not None
    assert (again.pk, again.attempt, again.deaths, again.holder) == (row.pk, 2, 1, "pc:2:y")


def test_the_heartbeat_holds_all_rows_of_its_holder_and_no_others(db: None) -> None:
    for sound in range(1, 4):
        take(tiny_wav(sound))
    mine, other = stages_claim("pc:1:x", limit=2), stages_claim("pc:2:y", limit=1)
    time_passes(LEASE_S - 1)
    assert leases_extend("pc:1:x") == 2
    time_passes(5)
    assert stages_sweep() == 1
    assert {now_of(one).state for one in mine} == {StageState.RUNNING}
    assert now_of(other[0]).state == StageState.WAITING


def test_a_heartbeat_after_a_sweep_takes_its_row_back_and_no_death_is_counted(row: StageRow) -> None:
    """The database was away for longer than a lease, and somebody else was the first to reach it again."""
    time_passes(LEASE_S + 1)
    stages_sweep()
    assert (now_of(row).state, now_of(row).deaths) == (StageState.WAITING, 1)
    assert leases_extend("pc:1:x") == 1
    assert (now_of(row).state, now_of(row).deaths) == (StageState.RUNNING, 0)
    assert claim("pc:2:y") is None
    assert stage_finish(row, FACTS)


def test_a_heartbeat_after_somebody_elses_claim_takes_nothing_back(row: StageRow) -> None:
    time_passes(LEASE_S + 1)
    stages_sweep()
    claim("pc:2:y")
    assert leases_extend("pc:1:x") == 0
    assert now_of(row).holder == "pc:2:y"


def test_a_result_that_comes_after_a_sweep_and_before_another_claim_counts(row: StageRow) -> None:
    time_passes(LEASE_S + 1)
    stages_sweep()
    stage_progress(row, 0.9)
    assert stage_finish(row, FACTS)
    assert stages_of(row.call) == {"recording": "done", "transcribe": "waiting"}


def test_a_lost_row_that_a_person_put_into_the_line_anew_is_not_its_holders_any_more(
    row: StageRow, refused: Callable[..., Any]
) -> None:
    stages_of_dead("pc:1:x")
    claim("pc:2:y")
    time_passes(LEASE_S + 1)
    stages_sweep()
    stage_retry(None, row.call)
    lost = now_of(row)
    lost.holder = "pc:2:y"
    assert leases_extend("pc:2:y") == 0
    with refused("late_result"):
        stage_finish(lost, FACTS)


def test_a_claim_whose_answer_was_lost_is_let_go_before_the_next(row: StageRow) -> None:
    take(tiny_wav(2))
    assert stages_let_go("pc:1:x") == 1
    left = now_of(row)
    assert (left.state, left.deaths, left.holder, left.lease_until) == (StageState.WAITING, 0, "", None)


def test_a_lease_that_ran_out_unseen_is_taken_up_again_by_its_holder(row: StageRow) -> None:
    """The database was away for longer than the lease: nobody else could take the row, so it is still ours."""
    time_passes(LEASE_S * 3)
    assert leases_extend("pc:1:x") == 1
    assert stages_sweep() == 0
    assert stage_finish(row, FACTS)


def test_the_rows_of_a_dead_worker_are_returned_without_waiting(row: StageRow) -> None:
    assert stages_of_dead("pc:1:x") == 1
    assert now_of(row).state == StageState.WAITING
    assert claim("pc:2:y") is not None


def test_the_second_death_makes_a_row_wait_a_little(row: StageRow) -> None:
    stages_of_dead("pc:1:x")
    claim("pc:2:y")
    stages_of_dead("pc:2:y")
    assert claim("pc:3:z") is None
    time_passes(16)
    assert claim("pc:3:z") is not None


def test_what_killed_five_workers_is_parked_with_its_reason_and_can_be_tried_again(row: StageRow) -> None:
    other = take(tiny_wav(2)).call
    for number in range(1, MOST_DEATHS):
        assert stages_of_dead(now_of(row).holder) == 1, number
        time_passes(60)
        assert (claimed := claim(f"pc:{number}:x"))
        assert claimed.pk == row.pk
    stages_of_dead(now_of(row).holder)
    parked = now_of(row)
    assert (parked.state, parked.error_code, parked.deaths) == (StageState.FAILED, "worker_died", MOST_DEATHS)
    assert (parked.holder, parked.lease_until) == ("", None)
    assert claim().call_id == other.pk  # type: ignore[union-attr]
    stage_retry(None, row.call)
    assert (now_of(row).state, now_of(row).deaths) == (StageState.WAITING, 0)


def test_a_zombies_result_failure_and_release_change_nothing(row: StageRow, refused: Callable[..., Any]) -> None:
    time_passes(LEASE_S + 1)
    stages_sweep()
    second = claim("pc:2:y")
    with refused("late_result"):
        stage_finish(row, FACTS)
    stage_fail(row, AWAY)
    stage_release(row)
    assert (now_of(row).state, now_of(row).attempt, now_of(row).holder) == (StageState.RUNNING, 2, "pc:2:y")
    assert second is not None
    stage_finish(second, FACTS)
    assert stages_of(row.call) == {"recording": "done", "transcribe": "waiting"}


def test_a_release_counts_nothing_but_the_fence(row: StageRow) -> None:
    stage_release(row)
    left = now_of(row)
    assert (left.state, left.attempt, left.tries, left.deaths) == (StageState.WAITING, 1, 0, 0)


def test_what_may_mend_itself_is_tried_again_with_growing_pauses(row: StageRow) -> None:
    pauses = []
    for number in range(MOST_TRIES):
        stage_fail(now_of(row), AWAY)
        left = StageRow.objects.annotate(now=Now()).get()
        assert (left.error_code, left.tries) == ("storage_unreachable", number + 1)
        if left.state == StageState.FAILED:
            break
        assert left.next_try_at is not None
        pauses.append(round((left.next_try_at - left.now).total_seconds()))
        assert claim() is None
        time_passes(1801)
        assert claim() is not None
    assert pauses == [30, 60, 120, 240, 480, 960, 1800, 1800, 1800]
    assert now_of(row).state == StageState.FAILED


def test_what_cannot_mend_itself_fails_at_once(row: StageRow) -> None:
    stage_fail(row, SapaError("audio_unreadable", "It cannot be decoded."))
    assert (now_of(row).state, now_of(row).next_try_at) == (StageState.FAILED, None)


def test_a_result_after_failed_tries_clears_the_error(row: StageRow) -> None:
    stage_fail(row, AWAY)
    time_passes(31)
    again = claim()
    assert again is not None
    stage_finish(again, FACTS)
    assert (now_of(row).error_code, now_of(row).holder, now_of(row).lease_until) == ("", "", None)


def test_the_priority_goes_with_the_call(row: StageRow) -> None:
    StageRow.objects.update(priority=0)
    stage_finish(row, FACTS)
    assert StageRow.objects.get(stage="transcribe").priority == 0
