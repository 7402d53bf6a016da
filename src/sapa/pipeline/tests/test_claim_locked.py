"""PostgreSQL: a row that somebody holds locked and does not let go of stops nobody else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, connections, transaction

from sapa.pipeline.keeper import has_nothing_left
from sapa.pipeline.leases import stage_open, stages_claim
from sapa.pipeline.models import StageRow
from sapa.pipeline.tests.workbench import stages_of, take, tiny_wav


@contextmanager
def locked(**which: str) -> Iterator[None]:
    """These rows, by somebody else, who does nothing more."""
    begun, over = threading.Event(), threading.Event()

    def stand_still() -> None:
        with transaction.atomic():
            list(StageRow.objects.select_for_update().filter(**which))
            begun.set()
            over.wait(30)
        connections.close_all()

    frozen = threading.Thread(target=stand_still)
    frozen.start()
    try:
        assert begun.wait(10)
        yield
    finally:
        over.set()
        frozen.join()


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
