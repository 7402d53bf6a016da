"""Recordings of one file are carried over into parts."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

OLD = [("recordings", "0001_initial"), ("calls", "0004_given_calls")]  # since then a call has more that must be told
NEW = [("recordings", "0003_files_in_parts")]


@pytest.fixture
def at_old(transactional_db: None) -> Any:
    executor = MigrationExecutor(connection)
    newest = executor.loader.graph.leaf_nodes()
    executor.migrate(OLD)
    yield executor.loader.project_state(OLD).apps
    MigrationExecutor(connection).migrate(newest)


def test_every_recording_becomes_one_of_one_file(at_old: Any) -> None:
    calls, recordings = at_old.get_model("calls", "Call"), at_old.get_model("recordings", "Recording")
    for number in range(3):
        call = calls.objects.create(
            source_key=str(number), file_name=f"{number}.wav", started_at=timezone.now(), created_at=timezone.now()
        )
        recordings.objects.create(
            call=call, blob_id=str(number) * 32, sha256=str(number) * 64, size_bytes=number, duration_s=1.5, channels=2
        )
    executor = MigrationExecutor(connection)
    executor.migrate(NEW)
    now = executor.loader.project_state(NEW).apps
    parts = now.get_model("recordings", "RecordingPart").objects.order_by("sha256")
    assert list(parts.values_list("place", "party", "file_name", "blob_id", "size_bytes", "offset_s")) == [
        (0, "unknown", f"{number}.wav", str(number) * 32, number, None) for number in range(3)
    ]
    assert [part.recording.sha256 for part in parts] == [str(number) * 64 for number in range(3)]
    now.get_model("calls", "Call").objects.all().delete()
