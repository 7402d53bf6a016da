"""Marks that were made before the phone system's records told what decides them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from django.db.models import F

from sapa.calls.connectors.asterisk.site import Site
from sapa.calls.models import Call, CallTurned
from sapa.calls.tests.lines import ANSWERED, SITE
from sapa.core.clock import now_at
from sapa.pipeline import following
from sapa.pipeline.errors import LateResult
from sapa.pipeline.following import Follower
from sapa.pipeline.leases import stage_finish, stages_claim, stages_sweep
from sapa.pipeline.marking_anew import calls_mark_anew
from sapa.pipeline.models import StagePriority, StageRow, StageState
from sapa.pipeline.tests.watching import Seconds

pytestmark = pytest.mark.django_db


@pytest.fixture
def turned() -> Call:
    call = Call.objects.create(
        source_key="id:1795286821.0", file_name="a.wav", started_at=now_at(), created_at=now_at(), revision=1
    )
    CallTurned.objects.create(call=call)
    return call


def marks(call: Call, state: StageState) -> StageRow:
    return StageRow.objects.create(
        call=call, stage="grade", state=state, priority=StagePriority.BULK, opened_at=now_at()
    )


@pytest.mark.parametrize("state", [StageState.DONE, StageState.FAILED])
def test_what_was_marked_goes_into_the_line_again_where_it_stood(turned: Call, state: StageState) -> None:
    """An archive goes behind what is of today."""
    row = marks(turned, state)
    assert calls_mark_anew() == 1
    row.refresh_from_db()
    assert (row.state, row.priority) == (StageState.WAITING, StagePriority.BULK)
    assert calls_mark_anew() == 0


def test_marks_that_are_being_made_of_what_was_told_before_do_not_count(turned: Call) -> None:
    marks(turned, StageState.WAITING)
    (mine,) = stages_claim("worker")
    assert calls_mark_anew() == 1
    with pytest.raises(LateResult):
        stage_finish(mine, None)
    assert StageRow.objects.get().state == StageState.WAITING


def test_who_was_taken_for_lost_does_not_come_back_with_marks_of_what_was_told_before(turned: Call) -> None:
    marks(turned, StageState.WAITING)
    (mine,) = stages_claim("worker")
    StageRow.objects.update(lease_until=now_at() - timedelta(hours=1))
    assert stages_sweep() == 1
    assert calls_mark_anew() == 1
    with pytest.raises(LateResult):
        stage_finish(mine, None)


def test_what_waits_is_left_where_it_stands(turned: Call) -> None:
    before = marks(turned, StageState.WAITING)
    assert calls_mark_anew() == 1
    row = StageRow.objects.get()
    assert (row.opened_at, row.priority) == (before.opened_at, StagePriority.BULK)


def test_one_that_has_not_come_to_its_marks_is_not_sent_there(turned: Call) -> None:
    StageRow.objects.create(call=turned, stage="transcribe", state=StageState.RUNNING, opened_at=now_at())
    assert calls_mark_anew() == 1
    assert [row.stage for row in StageRow.objects.all()] == ["transcribe"]


def test_some_at_a_time(turned: Call) -> None:
    CallTurned.objects.bulk_create([CallTurned(call=turned) for _ in range(4)])
    assert [calls_mark_anew(limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_who_follows_the_records_looks_after_it(tmp_path: Path) -> None:
    """An answered call that was taken for an abandoned one, since a line of its log came late."""
    entered, connected, completed = ANSWERED.splitlines(keepends=True)
    log = tmp_path / "queue_log"
    log.write_bytes(entered + b"1795286840|1795286821.0|support|NONE|ABANDON|1|1|19\n")
    follower = Follower([tmp_path], SITE, clock=Seconds())
    follower.round()
    Call.objects.update(file_name=F("source_key"))
    call = Call.objects.get()
    assert call.is_unanswered
    row = marks(call, StageState.DONE)
    with log.open("ab") as more:
        more.write(connected + completed)
    follower.round(Event())
    row.refresh_from_db()
    assert row.state == StageState.WAITING
    assert not CallTurned.objects.exists()


def test_marks_do_not_wait_until_an_archive_is_made_into_calls(
    turned: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, seconds = marks(turned, StageState.DONE), Seconds()

    def archive(_site: Site) -> int:
        seconds.now_s += following.READ_FOR_S
        return 1

    monkeypatch.setattr(following, "rows_derive", archive)
    Follower([tmp_path], SITE, clock=seconds).round()
    row.refresh_from_db()
    assert row.state == StageState.WAITING
