from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Thread
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from sapa.calls.models import Call
from sapa.core.errors import SapaError
from sapa.pipeline import leases, runner
from sapa.pipeline.leases import stages_of_dead
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.runner import MOST_UNEXPECTED, run_until
from sapa.pipeline.stages import STAGE_KEYS, Progress
from sapa.pipeline.tests.processes import until
from sapa.pipeline.tests.workbench import run_all, run_one, stages_of, take, tiny_wav
from sapa.recordings import services as recording_services
from sapa.recordings.models import Recording
from sapa.scorecards.models import EvaluationRecord
from sapa.transcripts.models import TranscriptRecord

Measure = Callable[[UUID, Progress], Any]


@pytest.fixture
def poisoned(db: None, monkeypatch: pytest.MonkeyPatch) -> tuple[Call, Call]:
    """Two calls; measuring the recording of the first raises whatever was never thought of."""
    poison, sound = (take(tiny_wav(number)).call for number in (1, 2))
    measure: Measure = recording_services.recording_measure

    def stumble(call_id: UUID, progress: Progress) -> Any:
        if call_id == poison.pk:
            raise ZeroDivisionError("nobody thought of this")
        return measure(call_id, progress)

    monkeypatch.setattr(recording_services, "recording_measure", stumble)
    return poison, sound


def test_there_is_nothing_to_do_in_an_empty_line(db: None) -> None:
    assert run_one() is False


def test_a_recording_comes_out_graded(spoken: None, db: None, short_wav: bytes) -> None:
    call = take(short_wav).call
    assert run_all() == len(STAGE_KEYS)
    assert stages_of(call) == dict.fromkeys(STAGE_KEYS, "done")
    assert EvaluationRecord.objects.get(call=call).marks.exists()
    assert Recording.objects.get().agent_channel == 1


def test_calls_come_out_one_by_one(spoken: None, db: None, short_wav: bytes) -> None:
    first, second = take(short_wav).call, take(short_wav + b"\0\0").call
    for _ in STAGE_KEYS:
        run_one()
    assert set(stages_of(first).values()) == {"done"}
    assert stages_of(second) == {"recording": "waiting"}


def test_an_unforeseen_failure_keeps_its_reason_and_the_line_goes_on(
    poisoned: tuple[Call, Call], caplog: pytest.LogCaptureFixture
) -> None:
    poison, sound = poisoned
    with caplog.at_level(logging.ERROR, logger="sapa.line"):
        for _ in range(MOST_UNEXPECTED):
            run_all()
            StageRow.objects.update(next_try_at=None)
    row = StageRow.objects.get(call=poison)
    assert (row.state, row.error_code) == (StageState.FAILED, "unexpected_error")
    assert "nobody thought of this" not in row.error_message
    assert "nobody thought of this" in caplog.text
    assert stages_of(sound)["recording"] == "done"


def test_an_expected_failure_keeps_its_own_code(db: None) -> None:
    mono, sound = take(tiny_wav(1, channels=3)).call, take(tiny_wav(2)).call
    run_one()
    run_one()
    row = StageRow.objects.get(call=mono)
    assert (row.state, row.error_code) == (StageState.FAILED, "channels_unsupported")
    assert row.error_message
    assert stages_of(sound)["recording"] == "done"


def test_a_recording_that_went_bad_on_disk_says_so(db: None, data_dir: Any) -> None:
    call = take().call
    blob_id = call.recording.parts.get().blob_id
    (data_dir / "blobs" / blob_id[:2] / blob_id).write_bytes(tiny_wav(9))
    run_one()
    assert StageRow.objects.get().error_code == "recording_damaged"


def test_a_recording_that_is_gone_from_disk_says_so(db: None, data_dir: Any) -> None:
    blob_id = take().call.recording.parts.get().blob_id
    (data_dir / "blobs" / blob_id[:2] / blob_id).unlink()
    run_one()
    assert StageRow.objects.get().error_code == "blob_missing"


def test_a_save_that_breaks_fails_the_stage_and_writes_nothing(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(call_id: UUID, duration_s: float) -> None:
        raise RuntimeError("in the middle of the save")

    monkeypatch.setattr(recording_services, "call_duration_set", breaks)
    take()
    run_one()
    assert StageRow.objects.get().error_code == "unexpected_error"
    assert Recording.objects.get().sample_rate_hz is None


def test_a_stage_lost_to_somebody_else_is_not_failed_by_the_loser(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    measure: Measure = recording_services.recording_measure

    def be_overtaken(call_id: UUID, progress: Progress) -> Any:
        stages_of_dead(StageRow.objects.get().holder)
        return measure(call_id, progress)

    monkeypatch.setattr(recording_services, "recording_measure", be_overtaken)
    call = take().call
    assert run_one()
    assert stages_of(call) == {"recording": "waiting"}
    assert Recording.objects.get().duration_s is None


def test_progress_is_told_at_most_once_in_a_while_and_never_over_one(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[float] = []
    monkeypatch.setattr(runner, "PROGRESS_EVERY_S", 0.0)
    seen = leases.stage_progress

    def keep(row: StageRow, share: float) -> None:
        seen(row, share)
        told.append(StageRow.objects.get().progress_share)

    def overdo(call_id: UUID, progress: Progress) -> Any:
        for share in (0.5, 1.5):
            progress(share)
        raise SapaError("enough", "That was enough.")

    monkeypatch.setattr(runner, "stage_progress", keep)
    monkeypatch.setattr(recording_services, "recording_measure", overdo)
    take()
    run_one()
    assert told == [0.5, 1.0]


def test_a_worker_takes_up_what_a_dead_one_left(spoken: None, db: None, short_wav: bytes) -> None:
    call = take(short_wav).call
    StageRow.objects.update(state=StageState.RUNNING, attempt=1, progress_share=0.6)
    run_all()
    assert set(stages_of(call).values()) == {"done"}
    assert StageRow.objects.get(stage="recording").attempt == 2
    assert TranscriptRecord.objects.count() == 1


def test_a_worker_works_until_it_is_told_to_stop(transactional_db: None) -> None:
    stop = Event()

    def work() -> None:
        try:
            run_until(stop)
        finally:
            connections.close_all()

    worker = Thread(target=work)
    worker.start()
    try:
        call = take(tiny_wav(1, channels=3)).call
        until(lambda: stages_of(call) == {"recording": "failed"})
    finally:
        stop.set()
        worker.join(timeout=20)
    assert not worker.is_alive()


def test_a_worker_that_is_stopped_leaves_its_step_uncounted(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = Event()

    def goes_on_for_long(call_id: UUID, progress: Progress) -> Any:
        progress(0.1)
        stop.set()
        progress(0.2)
        raise AssertionError("it was to be broken off")

    monkeypatch.setattr(recording_services, "recording_measure", goes_on_for_long)
    take()
    assert run_one(stop)
    row = StageRow.objects.get()
    assert (row.state, row.tries, row.deaths, row.progress_share) == (StageState.WAITING, 0, 0, 0.0)


def test_a_step_that_is_done_when_the_worker_is_stopped_is_saved(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    measure: Measure = recording_services.recording_measure
    stop = Event()

    def just_done(call_id: UUID, progress: Progress) -> Any:
        facts = measure(call_id, progress)
        stop.set()
        progress(1.0)
        return facts

    monkeypatch.setattr(recording_services, "recording_measure", just_done)
    call = take().call
    run_one(stop)
    assert stages_of(call)["recording"] == "done"
