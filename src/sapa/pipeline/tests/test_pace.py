"""The pace of the line as `sapa status` tells it: sound heard lately, sound that waits, and when it will be empty."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import override_settings
from pytest_django.fixtures import DjangoAssertNumQueries

from sapa.calls.models import Call
from sapa.core.clock import now_at
from sapa.pipeline.models import StageRow, StageState, WorkerSeen
from sapa.pipeline.pace import Pace
from sapa.pipeline.presence import worker_seen
from sapa.pipeline.stages import STAGE_KEYS
from sapa.pipeline.status import line_status
from sapa.pipeline.tests.workbench import take, tiny_wav
from tests.fixtures.world import FrozenClock

FAR = timedelta(days=3650)  # leases and signs of workers are by the clock of the database


@pytest.fixture
def sounds() -> Any:
    return iter(range(1, 1000))


@pytest.fixture
def calls(db: None, sounds: Any, frozen_clock: FrozenClock) -> Any:
    """`calls(3, minutes=5)`: calls of that length whose recordings were measured, all waiting to be heard."""

    def made(count: int, *, minutes: float) -> list[Call]:
        taken = [take(tiny_wav(next(sounds))).call for _ in range(count)]
        these = Call.objects.filter(pk__in=[call.pk for call in taken])
        these.update(duration_s=60.0 * minutes)
        StageRow.objects.filter(call__in=these).update(state=StageState.DONE)
        for call in taken:
            at_stage(call, "transcribe", StageState.WAITING)
        return taken

    return made


def at_stage(call: Call, stage: str, state: StageState, **fields: Any) -> None:
    StageRow.objects.create(call=call, stage=stage, state=state, opened_at=now_at(), **fields)


def heard(call: Call, *, ago_s: float, took_s: float) -> None:
    """And out of the line, within a second."""
    ended = now_at() - timedelta(seconds=ago_s)
    began = ended - timedelta(seconds=took_s)
    transcribed = StageRow.objects.filter(call=call, stage="transcribe")
    transcribed.update(state=StageState.DONE, started_at=began, finished_at=ended)
    at_stage(call, "analyse", StageState.DONE, started_at=ended, finished_at=ended)
    at_stage(call, "grade", StageState.DONE, started_at=ended, finished_at=ended)


def at_work(call: Call, holder: str, *, for_s: float, share: float, lease: timedelta = FAR) -> None:
    StageRow.objects.filter(call=call, stage="transcribe").update(
        state=StageState.RUNNING,
        holder=holder,
        started_at=now_at() - timedelta(seconds=for_s),
        progress_share=share,
        lease_until=now_at() + lease,
    )


def workers(count: int, *, stages: tuple[str, ...] = STAGE_KEYS) -> None:
    for place in range(count):
        worker_seen(f"{'-'.join(stages)[:20]}:{place}", stages)
    WorkerSeen.objects.update(seen_at=now_at() + FAR)


def pace() -> Pace:
    return line_status().pace


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("status", *arguments, stdout=out)
    return out.getvalue()


def test_sound_heard_in_an_hour_of_the_clock(calls: Any) -> None:
    for place, call in enumerate(calls(10, minutes=6)):
        heard(call, ago_s=60 * place + 30, took_s=40)
    stands = pace()
    assert (stands.recent.heard_calls, stands.recent.heard_audio_s) == (5, 1800.0)
    assert (stands.recent.heard_ratio, stands.hour.heard_ratio) == (6.0, 1.0)
    assert (stands.recent.done_ratio, stands.hour.done_ratio) == (6.0, 1.0)
    assert (stands.hour.calls, stands.hour.audio_s) == (10, 3600.0)


def test_what_was_heard_but_not_marked_has_not_come_out(calls: Any) -> None:
    (call,) = calls(1, minutes=6)
    heard(call, ago_s=30, took_s=40)
    StageRow.objects.filter(call=call, stage="grade").update(state=StageState.FAILED)
    assert (pace().hour.heard_calls, pace().hour.calls) == (1, 0)


def test_the_backlog_is_the_sound_that_nobody_has_heard_yet(calls: Any) -> None:
    _waiting, working, lost = calls(3, minutes=10)
    at_work(working, "box:1", for_s=60, share=0.25)
    at_work(lost, "box:2", for_s=60, share=0.9, lease=-FAR)
    assert (pace().backlog.calls, pace().backlog.audio_s) == (3, 600 + 450 + 600)


def test_calls_that_are_not_measured_yet_are_expected_to_be_like_the_others(calls: Any, sounds: Any) -> None:
    calls(2, minutes=10)
    for _ in range(3):
        take(tiny_wav(next(sounds)))
    backlog = pace().backlog
    assert (backlog.audio_s, backlog.unmeasured_calls, backlog.expected_audio_s) == (1200, 3, 3000)


def test_a_call_that_is_nearly_heard_makes_the_others_no_shorter(calls: Any, sounds: Any) -> None:
    (working, _waiting) = calls(2, minutes=10)
    at_work(working, "box:1", for_s=60, share=0.9)
    take(tiny_wav(next(sounds)))
    assert pace().backlog.expected_audio_s == 60 + 600 + 600


def test_without_a_call_to_go_by_their_sound_is_not_known(db: None) -> None:
    take(tiny_wav(1))
    workers(1)
    assert (pace().backlog.expected_audio_s, pace().left_s) == (None, None)
    assert "not known yet" in said()


def test_a_full_line_is_foretold_by_its_sound(calls: Any) -> None:
    for place, call in enumerate(calls(20, minutes=5)):
        heard(call, ago_s=15 * place, took_s=30)
    calls(40, minutes=30)
    workers(2)
    stands = pace()
    assert stands.worker_ratio == pytest.approx(10.0)
    assert stands.left_s == pytest.approx(40 * 1800 / 10 / 2)


def test_a_pause_changes_nothing(calls: Any, frozen_clock: FrozenClock) -> None:
    for place, call in enumerate(calls(20, minutes=5)):
        heard(call, ago_s=15 * place, took_s=30)
    frozen_clock.advance(hours=9)
    calls(40, minutes=30)
    workers(2)
    assert pace().hour.heard_calls == 0
    assert pace().left_s == pytest.approx(40 * 1800 / 10 / 2)


def test_a_worker_more_is_reckoned_with_at_once_and_a_lost_one_no_more(calls: Any) -> None:
    for call in calls(20, minutes=5):
        heard(call, ago_s=60, took_s=30)
    calls(40, minutes=30)
    workers(4)
    assert pace().left_s == pytest.approx(40 * 1800 / 10 / 4)
    WorkerSeen.objects.filter(holder__endswith=":3").delete()
    assert pace().left_s == pytest.approx(40 * 1800 / 10 / 3)
    WorkerSeen.objects.all().delete()
    assert pace().left_s is None
    assert "Nothing moves until one is there" in said()


def test_workers_that_take_no_hearing_do_not_hear(calls: Any) -> None:
    for call in calls(20, minutes=5):
        heard(call, ago_s=60, took_s=30)
    calls(4, minutes=30)
    workers(3, stages=("recording", "analyse", "grade"))
    assert (pace().hearing_workers, pace().left_s) == (0, None)
    workers(1, stages=("transcribe",))
    assert pace().hearing_workers == 1
    assert pace().left_s == pytest.approx(4 * 1800 / 10)


def test_the_first_long_call_tells_while_it_is_heard(calls: Any) -> None:
    (first, _second) = calls(2, minutes=240)
    workers(1)
    at_work(first, "box:1", for_s=20, share=0.01)
    assert pace().left_s is None
    at_work(first, "recording-transcribe:0", for_s=120, share=0.04)
    assert pace().left_s is None, "how far it is was told too seldom"
    at_work(first, "recording-transcribe:0", for_s=120, share=0.05)
    assert pace().left_s == pytest.approx(1.95 * 14400 * 120 / 720)


def test_what_is_tried_later_is_waited_for(calls: Any) -> None:
    for call in calls(20, minutes=5):
        heard(call, ago_s=60, took_s=30)
    (later,) = calls(1, minutes=1)
    StageRow.objects.filter(call=later, stage="transcribe").update(next_try_at=now_at() + FAR)
    workers(1)
    assert pace().left_s == pytest.approx(FAR.total_seconds())


@override_settings(TIME_ZONE="Asia/Almaty")
def test_when_it_will_be_empty_is_told_by_the_clock_of_the_site(calls: Any) -> None:
    for call in calls(20, minutes=5):
        heard(call, ago_s=60, took_s=30)
    calls(2, minutes=200)
    workers(1)
    assert "empty at about 16:10 (Asia/Almaty), in 40 min." in said()
    assert json.loads(said("--json"))["empty_at"] == "2026-03-09T16:10:00+05:00"
    calls(70, minutes=100)
    assert "empty at about 2026-03-10 03:50 (Asia/Almaty), in 12 h 20 min." in said()


def test_the_command_tells_sound_and_speed(calls: Any, sounds: Any) -> None:
    for place, call in enumerate(calls(20, minutes=6)):
        heard(call, ago_s=15 * place + 1, took_s=30)
    calls(1, minutes=30)
    take(tiny_wav(next(sounds)))
    workers(1)
    text = said()
    assert (
        "Last 5 minutes: 20 calls done, 2.00 hours of sound; heard 2.00 hours, 24.0 for each hour of the clock." in text
    )
    assert "Still to be heard: 0.50 hours of sound in 1 calls, and 1 calls of which nobody knows yet how long" in text
    assert "Workers that hear: 1; each hears 12.0 hours of sound in an hour of its work." in text


def test_it_asks_little(calls: Any, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    calls(2, minutes=1)
    with django_assert_max_num_queries(19):
        line_status()
