"""Which storage the settings mean."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest

from sapa.core.blob_place import S3Place, blob_place
from sapa.core.blobs import FolderBlobs
from sapa.core.s3_blobs import S3Blobs
from sapa.core.storage import blobs, leavings_clear


def test_recordings_lie_in_the_data_folder_if_nothing_is_said(data_dir: Path) -> None:
    store = blobs()
    assert isinstance(store, FolderBlobs)
    assert store.root == data_dir / "blobs"


def test_a_shared_folder_may_be_named(settings: Any, tmp_path: Path) -> None:
    settings.SAPA_BLOBS_URL = f"file://{tmp_path}/shared%20calls"
    ref = blobs().put(io.BytesIO(b"x"))
    assert (tmp_path / "shared calls" / ref.id[:2] / ref.id).is_file()


def test_a_bucket_may_be_named(settings: Any, bucket: S3Blobs) -> None:
    settings.SAPA_BLOBS_URL = f"s3://{bucket.place.bucket}/calls?endpoint={bucket.place.endpoint}"
    settings.SAPA_S3_ACCESS_KEY, settings.SAPA_S3_SECRET_KEY = "test-access", "test-secret"
    ref = blobs().put(io.BytesIO(b"x"))
    assert list(bucket.ids()) == [ref.id]


def test_everything_of_an_address_is_understood() -> None:
    told = blob_place(
        "s3://calls/sapa/2026/?endpoint=https://s3.local:9000/&region=kz-1&ca=/etc/ca.pem", default=Path("blobs")
    )
    assert told == S3Place("calls", "sapa/2026", "https://s3.local:9000", "kz-1", "/etc/ca.pem")


def test_what_was_stored_in_part_is_cleared_away_at_the_start(data_dir: Path) -> None:
    part = data_dir / "blobs" / "0f" / ("0f" + "0" * 30 + ".part")
    part.parent.mkdir(parents=True)
    part.touch()
    os.utime(part, (1000, 1000))
    leavings_clear().join(10)
    assert not part.exists()


def test_a_storage_that_is_away_does_not_hold_up_the_start(
    settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "in the way").touch()
    settings.SAPA_BLOBS_URL = f"file://{tmp_path}/in%20the%20way"
    with caplog.at_level("WARNING", "sapa.storage"):
        leavings_clear().join(10)
    assert "storage_unreachable" in caplog.text
