"""A call whose recording lies on an S3-compatible server: taken, measured, played."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sapa.accounts.models import Person
from sapa.core.s3_blobs import S3Blobs
from sapa.core.storage import blobs
from sapa.core.tests import object_server
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.tests.workbench import run_one, stored_blobs, take, tiny_wav
from sapa.recordings.models import RecordingPart

pytestmark = pytest.mark.django_db


@pytest.fixture
def bucket(settings: Any) -> Iterator[S3Blobs]:
    with object_server.good_server() as url:
        settings.SAPA_BLOBS_URL = f"s3://calls/sapa?endpoint={url}"
        settings.SAPA_S3_ACCESS_KEY, settings.SAPA_S3_SECRET_KEY = "test-access", "test-secret"
        yield object_server.store_at(url, "calls", "sapa")
    object_server.clients_forget()


def test_a_call_goes_through_with_nothing_left_in_the_data_folder(
    bucket: S3Blobs, data_dir: Any, celina: Person, signed_in: Callable[[Person], Client]
) -> None:
    content = tiny_wav()
    taken = take(content)
    assert list(bucket.ids()) == [RecordingPart.objects.get().blob_id]
    assert stored_blobs(data_dir) == []
    assert run_one()
    assert StageRow.objects.get(call=taken.call, stage="recording").state == StageState.DONE
    address = reverse("recording-audio", args=[taken.call.pk])
    answer = signed_in(celina).get(address, headers={"Range": "bytes=44-99"})
    assert (answer.status_code, answer.getvalue()) == (206, content[44:100])


def test_the_same_recording_again_leaves_one_object(bucket: S3Blobs) -> None:
    assert [take().created, take().created] == [True, False]
    assert len(list(bucket.ids())) == 1


def test_a_server_that_is_down_takes_nothing_in_and_says_so(settings: Any, refused: Callable[..., Any]) -> None:
    settings.SAPA_BLOBS_URL = f"s3://calls?endpoint=http://127.0.0.1:{object_server.free_port()}"
    settings.SAPA_S3_ACCESS_KEY, settings.SAPA_S3_SECRET_KEY = "test-access", "test-secret"
    with refused("storage_unreachable"):
        take()
    assert not StageRow.objects.exists()
    with refused("storage_unreachable"):
        blobs().size("0" * 32)
