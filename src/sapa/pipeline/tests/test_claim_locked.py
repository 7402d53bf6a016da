"""PostgreSQL: a row that somebody holds locked and does not let go of stops nobody else."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection, connections, transaction
from django.db.models import Model

from sapa.calls.models import Call, CallTurned
from sapa.pipeline import keeper
from sapa.pipeline.keeper import has_nothing_left
from sapa.pipeline.leases import stage_open, stages_claim
from sapa.pipeline.marking_anew import calls_mark_anew
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.tests.workbench import stages_of, take, tiny_wav


@contextmanager
def locked(of: type[Model] = StageRow, **which: object) -> Iterator[Callable[[], None]]:
    """These rows, by somebody else, who does nothing more; gives what lets them go."""
    begun, over = threading.Event(), threading.Event()

    def stand_still() -> None:
        with transaction.atomic():
            list(of._default_manager.select_for_update().filter(**which))
            begun.set()
            over.wait(30)
        connections.close_all()

    def let_go() -> None:
        over.set()
        frozen.join()

    frozen = threading.Thread(target=stand_still)
    frozen.start()
    try:
        assert begun.wait(10)
        yield let_go
    finally:
        let_go()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_work_of_another_stage_is_claimed_past_a_locked_one() -> None:
    if connection.vendor != "postgresql":
        take()
        assert stages_claim("one")  # SQLite has one writer and no locked rows
        return
    later = take().call
    StageRow.objects.all().delete()
    stage_open(later.id, "grade")
    take(tiny_wav(2))
    with locked(stage="grade"):
        assert [row.stage for row in stages_claim("one")] == ["recording"]
        assert stages_claim("one") == []
    assert [row.stage for row in stages_claim("one")] == ["grade"]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_what_a_dead_worker_has_locked_still_is_not_taken_for_returned() -> None:
    """The server notices the death of its client later than the keeper of that client does."""
    call = take().call
    stages_claim("dead")
    if connection.vendor == "postgresql":
        with locked(stage="recording"):
            assert not has_nothing_left("dead")
        assert stages_of(call) == {"recording": "running"}
    assert has_nothing_left("dead")
    assert stages_of(call) == {"recording": "waiting"}


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_keeper_looks_again_until_the_server_has_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    call = take().call
    stages_claim("dead")
    pauses: list[float] = []

    def pause(pause_s: float) -> None:
        pauses.append(pause_s)
        let_go()

    with (
        Path(os.devnull).open() as nothing,
        locked(stage="recording") as let_go,
    ):  # its worker's end of the pipe is closed
        monkeypatch.setattr(sys, "stdin", nothing)
        monkeypatch.setattr("sapa.pipeline.keeper.time.sleep", pause)
        keeper.keep("dead", 0)
    assert stages_of(call) == {"recording": "waiting"}
    assert len(pauses) == (1 if connection.vendor == "postgresql" else 0)  # SQLite has no locked rows


def turned() -> Call:
    """One that was marked before the phone system's records told what decides its marks."""
    call = take().call
    StageRow.objects.all().delete()
    stage_open(call.id, "grade")
    StageRow.objects.update(state=StageState.DONE)
    CallTurned.objects.create(call=call)
    return call


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_marks_that_somebody_holds_are_made_anew_the_next_time() -> None:
    call = turned()
    if connection.vendor == "postgresql":
        with locked(stage="grade"):
            assert calls_mark_anew() == 0
        assert (CallTurned.objects.count(), stages_of(call)) == (1, {"grade": "done"})
    assert calls_mark_anew() == 1
    assert (CallTurned.objects.count(), stages_of(call)) == (0, {"grade": "waiting"})


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_who_look_after_the_same_records_each_leaves_the_other_its_calls() -> None:
    first, second = turned(), CallTurned.objects.create(call=take(tiny_wav(2)).call)
    StageRow.objects.exclude(call=first).update(stage="grade", state=StageState.DONE)
    if connection.vendor == "postgresql":
        with locked(CallTurned, call=first):
            assert calls_mark_anew() == 1
        assert stages_of(first) == {"grade": "done"}
        assert stages_of(second.call) == {"grade": "waiting"}
    assert calls_mark_anew() == (1 if connection.vendor == "postgresql" else 2)
    assert CallTurned.objects.count() == 0
    assert stages_of(first) == stages_of(second.call) == {"grade": "waiting"}
