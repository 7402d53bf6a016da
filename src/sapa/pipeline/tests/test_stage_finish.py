from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from sapa.core.errors import SapaError
from sapa.pipeline.leases import stage_fail, stage_finish, stage_open, stage_progress, stages_of_dead
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.stages import STAGE_KEYS
from sapa.pipeline.tests.workbench import claim, stages_of, take
from sapa.recordings import services as recording_services
from sapa.recordings.models import Recording
from sapa.recordings.services import RecordingFacts

FACTS = RecordingFacts(sample_rate_hz=8000, channels=2, duration_s=0.1, peaks=[[0], [0]])
LATE_FACTS = RecordingFacts(sample_rate_hz=1, channels=1, duration_s=9.9, peaks=[])


@pytest.fixture
def row(db: None) -> StageRow:
    """The first stage of a fresh call, claimed."""
    take()
    claimed = claim()
    assert claimed is not None
    return claimed


def test_the_result_is_written_and_the_next_stage_opened(row: StageRow) -> None:
    stage_finish(row, FACTS)
    assert Recording.objects.get().duration_s == row.call.duration_s == pytest.approx(0.1)
    assert stages_of(row.call) == {"recording": "done", "transcribe": "waiting"}
    row.refresh_from_db()
    assert row.progress_share == 1.0
    assert row.finished_at is not None


def test_the_last_stage_opens_no_other(row: StageRow, monkeypatch: pytest.MonkeyPatch) -> None:
    StageRow.objects.update(stage=STAGE_KEYS[-1])
    row.refresh_from_db()
    monkeypatch.setattr("sapa.scorecards.services.evaluation_save", lambda call_id, made: None)
    stage_finish(row, None)
    assert stages_of(row.call) == {"grade": "done"}


def test_a_late_result_after_somebody_elses_claim_writes_nothing(row: StageRow, refused: Callable[..., Any]) -> None:
    stages_of_dead("somebody")
    second = claim()
    assert second is not None
    with refused("late_result"):
        stage_finish(row, LATE_FACTS)
    assert Recording.objects.get().duration_s is None
    assert stages_of(row.call) == {"recording": "running"}
    stage_finish(second, FACTS)
    assert Recording.objects.get().duration_s == pytest.approx(0.1)


def test_a_late_result_after_the_others_is_written_leaves_the_others(
    row: StageRow, refused: Callable[..., Any]
) -> None:
    stages_of_dead("somebody")
    second = claim()
    assert second is not None
    stage_finish(second, FACTS)
    with refused("late_result"):
        stage_finish(row, LATE_FACTS)
    assert Recording.objects.get().sample_rate_hz == 8000
    assert stages_of(row.call) == {"recording": "done", "transcribe": "waiting"}


def test_a_result_for_a_call_that_was_deleted_is_late(row: StageRow, refused: Callable[..., Any]) -> None:
    row.call.delete()
    with refused("late_result"):
        stage_finish(row, FACTS)


def test_the_same_result_twice_is_late_the_second_time(row: StageRow, refused: Callable[..., Any]) -> None:
    stage_finish(row, FACTS)
    with refused("late_result"):
        stage_finish(row, FACTS)


@pytest.mark.parametrize("late", ["fail", "progress"])
def test_who_lost_the_stage_cannot_fail_it_or_move_its_progress(
    row: StageRow, refused: Callable[..., Any], late: str
) -> None:
    stages_of_dead("somebody")
    claim()
    if late == "fail":
        stage_fail(row, SapaError("too_late", "It came too late."))
    else:
        with refused("late_result"):
            stage_progress(row, 0.9)
    now = StageRow.objects.get()
    assert (now.state, now.progress_share, now.error_code) == (StageState.RUNNING, 0.0, "")


def test_a_save_that_breaks_half_way_leaves_the_row_running_and_nothing_written(
    row: StageRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(call_id: UUID, duration_s: float) -> None:
        raise RuntimeError("in the middle of the save")

    monkeypatch.setattr(recording_services, "call_duration_set", breaks)
    with pytest.raises(RuntimeError):
        stage_finish(row, FACTS)
    assert stages_of(row.call) == {"recording": "running"}
    recording = Recording.objects.get()
    assert (recording.duration_s, recording.peaks) == (None, [])


def test_a_next_stage_that_cannot_be_opened_takes_the_result_back(
    row: StageRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(call_id: UUID, stage: str, **options: Any) -> None:
        raise RuntimeError("between the result and the next stage")

    monkeypatch.setattr("sapa.pipeline.leases.stage_open", breaks)
    with pytest.raises(RuntimeError):
        stage_finish(row, FACTS)
    assert stages_of(row.call) == {"recording": "running"}
    assert Recording.objects.get().duration_s is None


def test_a_finished_stage_that_ran_before_waits_again_with_its_count(row: StageRow) -> None:
    stage_open(row.call_id, "transcribe")
    StageRow.objects.filter(stage="transcribe").update(state=StageState.FAILED, attempt=2, error_code="engine_failed")
    stage_finish(row, FACTS)
    again = StageRow.objects.get(stage="transcribe")
    assert (again.state, again.attempt, again.error_code) == (StageState.WAITING, 2, "")


@pytest.mark.parametrize(("told", "kept"), [(-0.5, 0.0), (0.25, 0.25), (1.0, 1.0), (7.0, 1.0), (float("inf"), 1.0)])
def test_progress_stays_between_nothing_and_all(row: StageRow, told: float, kept: float) -> None:
    stage_progress(row, told)
    assert StageRow.objects.get().progress_share == kept
