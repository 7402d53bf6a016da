"""PostgreSQL: a row that somebody holds locked and does not let go of stops nobody else."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections, transaction

from sapa.pipeline.leases import stage_open, stages_claim
from sapa.pipeline.models import StageRow
from sapa.pipeline.tests.workbench import take, tiny_wav


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
    locked, over = threading.Event(), threading.Event()

    def stands_still() -> None:
        with transaction.atomic():
            list(StageRow.objects.select_for_update().filter(stage="grade"))
            locked.set()
            over.wait(30)
        connections.close_all()

    frozen = threading.Thread(target=stands_still)
    frozen.start()
    try:
        assert locked.wait(10)
        assert [row.stage for row in stages_claim("one")] == ["recording"]
        assert stages_claim("one") == []
    finally:
        over.set()
        frozen.join()
    assert [row.stage for row in stages_claim("one")] == ["grade"]
