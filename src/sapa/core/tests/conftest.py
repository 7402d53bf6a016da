from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from sapa.core.blobs import BlobStore, FolderBlobs
from sapa.core.s3_blobs import S3Blobs
from sapa.core.tests import object_server


@pytest.fixture(scope="session")
def object_server_url() -> Iterator[str]:
    with object_server.good_server() as url:
        yield url
    object_server.clients_forget()


@pytest.fixture
def bucket(object_server_url: str) -> S3Blobs:
    """Blobs in a bucket of this test alone."""
    return object_server.store_at(object_server_url, f"sapa-{uuid.uuid4().hex[:12]}")


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    if request.param == "folder":
        return FolderBlobs(tmp_path / "blobs")
    made: S3Blobs = request.getfixturevalue("bucket")
    return made
