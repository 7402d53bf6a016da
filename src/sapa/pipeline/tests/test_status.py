"""`sapa status` and `sapa retry`: the figures are true, and what failed goes back into the line."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from sapa.accounts.models import Person
from sapa.audit.models import AuditEntry
from sapa.calls.models import Call, PbxStale, WatchedFile, WatchedOutcome
from sapa.calls.tests.lines import ANSWERED, come
from sapa.core.clock import now_at
from sapa.pipeline import retrying
from sapa.pipeline.bell import BrokerUnreachable, WorkerAnswer
from sapa.pipeline.leases import stage_open
from sapa.pipeline.management.commands import status
from sapa.pipeline.management.commands.status import duration
from sapa.pipeline.models import StagePriority, StageRow, StageState, WorkerSeen
from sapa.pipeline.presence import worker_seen, workers_present
from sapa.pipeline.retrying import Wanted, stages_retry
from sapa.pipeline.runner import Worker
from sapa.pipeline.status import LineStatus, line_status
from sapa.pipeline.tests.workbench import stages_of, take, tiny_wav
from tests.fixtures.world import FrozenClock

FAR = timedelta(days=3650)  # leases and next tries are by the clock of the database


def calls_in(count: int) -> list[Call]:
    return [take(tiny_wav(sound + 1), file_name=f"{sound}.wav").call for sound in range(count)]


def made(call: Call, **fields: Any) -> None:
    StageRow.objects.filter(call=call).update(**fields)


def failed(call: Call, code: str, message: str = "It did not work.") -> None:
    made(call, state=StageState.FAILED, error_code=code, error_message=message, finished_at=now_at())


def said(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def counts(status: LineStatus) -> tuple[int, ...]:
    row = status.stages[0]
    return (row.waiting, row.later, row.running, row.failed, row.done)


def test_an_empty_line_says_so(db: None) -> None:
    text = said("status")
    assert "Nothing is in the line." in text
    assert "Workers: none." in text
    assert "sapa worker" in text


def test_a_worker_that_waits_for_work_is_told_until_it_ends(db: None) -> None:
    with Worker(Event(), heartbeat=False) as worker:
        worker.run_some()
        assert f"Workers that wait for work: {worker.holder}." in said("status")
        WorkerSeen.objects.update(seen_at=now_at() - FAR)
        assert "Workers: none." in said("status")
        worker_seen(worker.holder, ["grade"])
        assert [(one.stages, one.is_working) for one in workers_present()] == [(("grade",), False)]
    assert workers_present() == ()


def test_a_worker_at_a_long_step_is_told_by_its_lease(db: None) -> None:
    made(*calls_in(1), state=StageState.RUNNING, holder="box:7", lease_until=now_at() + FAR)
    worker_seen("box:7", ["transcribe"])
    WorkerSeen.objects.update(seen_at=now_at() - timedelta(hours=2))
    assert [(one.holder, one.is_working) for one in workers_present()] == [("box:7", True)]
    assert line_status().idle == ()


def test_each_row_is_counted_once(db: None) -> None:
    _waiting, later, running, lost, broken = calls_in(5)
    made(later, next_try_at=now_at() + FAR)
    made(running, state=StageState.RUNNING, holder="box:7", lease_until=now_at() + FAR)
    made(lost, state=StageState.RUNNING, holder="box:8", lease_until=now_at() - FAR)
    failed(broken, "audio_unreadable")
    stands = line_status()
    assert counts(stands) == (1, 1, 2, 1, 0)
    assert (stands.in_line, stands.failed, stands.workers) == (4, 1, ("box:7",))
    assert {row.holder: row.is_live for row in stands.running} == {"box:7": True, "box:8": False}


def test_the_oldest_that_could_be_taken_is_told(db: None, frozen_clock: FrozenClock) -> None:
    later, _waiting = calls_in(2)
    made(later, next_try_at=now_at() + FAR, opened_at=now_at() - timedelta(days=1))
    frozen_clock.advance(hours=3, minutes=20)
    assert "The oldest has waited for 3 h 20 min." in said("status")


def test_failures_are_told_by_reason_with_a_sentence(db: None) -> None:
    first, second, third = calls_in(3)
    failed(first, "audio_unreadable", "Older words.")
    failed(second, "audio_unreadable", "It cannot be decoded. Export it again.")
    failed(third, "engine_failed")
    text = said("status")
    assert "2 × audio_unreadable at recording: It cannot be decoded. Export it again." in text
    assert "1 × engine_failed" in text
    assert text.index("audio_unreadable") < text.index("engine_failed")


def test_refused_files_of_watched_folders_are_told(db: None) -> None:
    WatchedFile.objects.create(
        key="k", folder="/in", path="/in/a.wav", inode=1, size_bytes=1, mtime_ns=1, seen_at=now_at(),
        outcome=WatchedOutcome.REFUSED, error_code="audio_empty", error_message="No sound.",
    )  # fmt: skip
    assert "refused  /in/a.wav: audio_empty: No sound." in said("status")


def test_when_the_phone_system_was_last_heard_of_is_told(db: None, tmp_path: Path) -> None:
    assert "phone system" not in said("status")
    come(tmp_path, "queue_log", ANSWERED)
    assert "The phone system's records last held something new 0 s ago." in said("status")
    PbxStale.objects.create(key="1.0")
    assert "Rows of 1 names wait to be made into calls." in said("status")
    assert json.loads(said("status", "--json"))["phone_system"]["to_make"] == 1


def test_programs_read_the_same(db: None) -> None:
    running, broken = calls_in(2)
    made(running, state=StageState.RUNNING, holder="box:7", lease_until=now_at() + FAR, started_at=now_at())
    failed(broken, "audio_unreadable", "Ошибка")
    told = json.loads(said("status", "--json"))
    assert (told["in_line"], told["failed"], told["workers"]) == (1, 1, ["box:7"])
    assert told["failures"][0]["message"] == "Ошибка"
    assert told["running"][0]["call_id"] == str(running.pk)
    assert set(told["space"]) == {"recordings_bytes", "database_bytes", "free_bytes"}
    assert told["space"]["database_bytes"] > 0
    assert (told["left_s"], told["empty_at"], told["worker_ratio"]) == (None, None, None)
    assert told["backlog"] == {"calls": 0, "audio_s": 0.0, "unmeasured_calls": 1, "expected_audio_s": None}
    assert set(told["hour"]) == set(told["recent"]) == {
        "minutes", "calls", "audio_s", "since_at", "done_ratio", "heard_calls", "heard_audio_s", "heard_ratio",
    }  # fmt: skip


def test_workers_that_answer_over_the_broker_are_told(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = WorkerAnswer("gpu@box-2", ("transcribe",), 1)
    monkeypatch.setattr(status, "workers_answering", lambda: [answer])
    assert "Answers: gpu@box-2, takes transcribe, 1 at work." in said("status")
    assert json.loads(said("status", "--json"))["answering"][0]["name"] == "gpu@box-2"


def test_a_broker_that_is_away_does_not_hide_the_line(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise BrokerUnreachable("amqp://box-9", "connection refused")

    monkeypatch.setattr(status, "workers_answering", refuse)
    text = said("status")
    assert "Nothing is in the line." in text
    assert "broker_unreachable" in text
    assert json.loads(said("status", "--json"))["answering"] is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-3, "0 s"), (59.4, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h 0 min"), (200_000, "2 d 7 h")],
)
def test_durations_are_no_finer_than_anybody_cares(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("narrowed", "back"),
    [
        (["--all"], {0, 1, 2}),
        (["--code", "audio_unreadable"], {0, 1}),
        (["--stage", "recording", "--code", "engine_failed"], {2}),
        (["--stage", "grade"], set()),
        (["--code", "no_such_code"], set()),
    ],
)
def test_retry_takes_what_is_named(db: None, narrowed: list[str], back: set[int]) -> None:
    calls = calls_in(4)
    for call, code in zip(calls, ("audio_unreadable", "audio_unreadable", "engine_failed"), strict=False):
        failed(call, code)
    made(calls[3], state=StageState.RUNNING, attempt=1, holder="box:7", lease_until=now_at() + FAR)
    assert said("retry", "--dry-run", *narrowed) == f"{len(back)} would try again.\n"
    assert line_status().failed == 3
    assert said("retry", *narrowed) == f"{len(back)} try again.\n"
    assert {place for place in range(3) if stages_of(calls[place]) == {"recording": "waiting"}} == back
    assert stages_of(calls[3]) == {"recording": "running"}


def test_retry_of_a_code_that_nothing_failed_with_names_those_that_there_are(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    (call,) = calls_in(1)
    failed(call, "engine_failed")
    call_command("retry", "--code", "engine_faild")
    told = capsys.readouterr()
    assert told.out == "0 try again.\n"
    assert "There is: engine_failed." in told.err


def test_retry_by_call(db: None) -> None:
    first, second = calls_in(2)
    failed(first, "audio_unreadable")
    failed(second, "audio_unreadable")
    assert said("retry", str(first.pk), str(uuid4())) == "1 try again.\n"
    assert (stages_of(first), stages_of(second)) == ({"recording": "waiting"}, {"recording": "failed"})


def test_nothing_named_is_not_everything(db: None) -> None:
    with pytest.raises(CommandError, match="--all"):
        call_command("retry")


def test_the_fence_stays_up_and_the_place_in_the_line_is_kept(db: None) -> None:
    (call,) = calls_in(1)
    made(call, attempt=7, tries=10, deaths=5, priority=StagePriority.BULK)
    failed(call, "worker_died")
    stages_retry(None, Wanted(code="worker_died"))
    row = StageRow.objects.get(call=call)
    assert (row.state, row.attempt, row.tries, row.deaths) == (StageState.WAITING, 7, 0, 0)
    assert (row.priority, row.error_code) == (StagePriority.BULK, "")


def test_who_let_them_try_again_is_written_down(db: None, bogdan: Person) -> None:
    (call,) = calls_in(1)
    failed(call, "audio_unreadable")
    stages_retry(bogdan, Wanted(code="audio_unreadable"))
    entry = AuditEntry.objects.get(verb="stages.retried")
    assert (entry.person_id, entry.details) == (bogdan.pk, {"count": 1, "code": "audio_unreadable"})
    stages_retry(bogdan, Wanted(code="audio_unreadable"))
    assert AuditEntry.objects.filter(verb="stages.retried").count() == 1


def test_many_come_in_portions(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "PORTION", 2)
    for call in calls_in(5):
        failed(call, "audio_unreadable")
    assert stages_retry(None, Wanted(stage="recording")) == 5


def test_what_fails_anew_meanwhile_is_tried_once(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is quicker than the retry must not keep it going for ever."""
    monkeypatch.setattr(retrying, "PORTION", 1)

    def open_and_fail(call_id: Any, stage: str, **options: Any) -> None:
        stage_open(call_id, stage, **options)
        StageRow.objects.filter(call=call_id).update(state=StageState.FAILED, error_code="audio_unreadable")

    monkeypatch.setattr(retrying, "stage_open", open_and_fail)
    for call in calls_in(3):
        failed(call, "audio_unreadable")
    assert stages_retry(None, Wanted(code="audio_unreadable")) == 3
