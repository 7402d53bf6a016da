from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sapa.core import s3_blobs
from sapa.core.blobs import BlobStore
from sapa.core.errors import SapaError
from sapa.core.s3_blobs import PART_BYTES, S3Blobs
from sapa.core.tests.object_server import Answer, answering, clients_forget, free_port, refusal, store_at

KILLED_IN_THE_MIDDLE = """
import io, os, signal, sys
from sapa.core.tests.object_server import store_at
from sapa.core.s3_blobs import PART_BYTES
class Deadly(io.BytesIO):
    left = 2 * PART_BYTES // (1 << 20)  # in the middle of the second part
    def read(self, size=-1):
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)
        return b"x" * size
store_at(sys.argv[1], sys.argv[2], is_new=False).put(Deadly())
"""
ID = "0" * 32


@pytest.fixture(autouse=True)
def few_tries(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every address is tried twice, so that a server that stays down is known to be in a moment."""
    clients_forget()
    monkeypatch.setattr(s3_blobs, "TRIES", 2)
    monkeypatch.setattr(s3_blobs, "READ_TIMEOUT_S", 1)
    yield
    clients_forget()


def everything_fails(store: BlobStore) -> Iterator[SapaError]:
    acts: list[Callable[[], Any]] = [
        lambda: store.put(io.BytesIO(b"x")),
        lambda: store.put(io.BytesIO(b"x" * (PART_BYTES + 1))),
        lambda: store.open(ID),
        lambda: store.size(ID),
        lambda: store.delete(ID),
        lambda: list(store.ids()),
        store.tidy,
    ]
    for act in acts:
        with pytest.raises(SapaError) as caught:
            act()
        yield caught.value


def test_a_server_that_is_down_is_unreachable_and_may_be_back() -> None:
    store = store_at(f"http://127.0.0.1:{free_port()}", "calls", is_new=False)
    assert {(error.code, error.retryable, error.http_status) for error in everything_fails(store)} == {
        ("storage_unreachable", True, 503)
    }


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"])
def test_wrong_keys_are_said_and_no_secret_with_them(code: str) -> None:
    with answering(lambda method, path: refusal(403, code)) as url:
        for error in everything_fails(store_at(url, "calls", is_new=False)):
            assert (error.code, error.retryable) == ("storage_denied", True)
            assert "SAPA_S3_ACCESS_KEY" in error.message
            assert "test-secret" not in error.message + str(error.__cause__)


def test_a_bucket_that_is_not_there_is_said(object_server_url: str) -> None:
    store = store_at(object_server_url, "never-made", is_new=False)
    with pytest.raises(SapaError, match="no such bucket") as caught:
        store.put(io.BytesIO(b"x"))
    assert caught.value.code == "storage_denied"


def test_a_full_server_is_said(refused: Callable[..., Any]) -> None:
    with answering(lambda method, path: refusal(507, "XMinioStorageFull")) as url, refused("storage_write_failed"):
        store_at(url, "calls", is_new=False).put(io.BytesIO(b"x"))


def test_a_server_that_fails_inside_is_unreachable(refused: Callable[..., Any]) -> None:
    with answering(lambda method, path: refusal(500, "InternalError")) as url, refused("storage_unreachable"):
        store_at(url, "calls", is_new=False).put(io.BytesIO(b"x"))


def test_a_server_that_cuts_the_connection_is_unreachable() -> None:
    with answering(lambda method, path: None) as url:
        store = store_at(url, "calls", is_new=False)
        assert {error.code for error in everything_fails(store)} == {"storage_unreachable"}


def test_what_is_not_whole_after_it_was_stored_is_taken_away(refused: Callable[..., Any]) -> None:
    asked: list[str] = []

    def keeps_half(method: str, path: str) -> Answer:
        asked.append(method)
        return 200, {"Content-Length": "3"} if method == "HEAD" else {}, b""

    with answering(keeps_half) as url, refused("storage_write_failed"):
        store_at(url, "calls", is_new=False).put(io.BytesIO(b"whole"))
    assert asked == ["PUT", "HEAD", "DELETE"]


def test_an_answer_that_breaks_off_is_asked_for_again(refused: Callable[..., Any]) -> None:
    answers = [b"hel", b"hello"]

    def breaks_off_once(method: str, path: str) -> Answer:
        return 200, {"Content-Length": "5"}, b"" if method == "HEAD" else answers.pop(0)

    with answering(breaks_off_once) as url, store_at(url, "calls", is_new=False).open(ID) as stored:
        assert stored.read() == b"hello"
    answers[:] = [b"hel"] * 9
    with answering(breaks_off_once) as url, refused("storage_unreachable"):
        store_at(url, "calls", is_new=False).open(ID).read()


def test_a_blob_deleted_while_it_is_read_is_missing(bucket: S3Blobs, refused: Callable[..., Any]) -> None:
    ref = bucket.put(io.BytesIO(b"x" * (1 << 20)))
    with bucket.open(ref.id) as stored:
        assert stored.read(10) == b"x" * 10
        bucket.delete(ref.id)
        with refused("blob_missing"):
            stored.read()


def test_a_put_that_is_killed_leaves_nothing_to_be_seen(bucket: S3Blobs) -> None:
    command = [sys.executable, "-c", KILLED_IN_THE_MIDDLE, bucket.place.endpoint, bucket.place.bucket]
    ended = subprocess.run(command, env={**os.environ, "PYTHONPATH": "."}, timeout=60, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert list(bucket.ids()) == []
    assert bucket.tidy(older_than_s=1e9) == 0  # it might be going on (the server's clock stands at 2010)
    assert bucket.tidy(older_than_s=-1) == 1
    assert bucket.tidy(older_than_s=-1) == 0


def test_ids_are_told_page_after_page_and_only_of_blobs(bucket: S3Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = {bucket.put(io.BytesIO(b"x")).id for _ in range(5)}
    for key in ("calls/readme.txt", "other/0f/0f" + "0" * 30, "calls/ff/0f" + "0" * 30):
        bucket._s3.put_object(Bucket=bucket.place.bucket, Key=key, Body=b"not ours")
    listing = bucket._s3.list_objects_v2
    monkeypatch.setattr(bucket._s3, "list_objects_v2", lambda **asked: listing(MaxKeys=2, **asked))
    told = list(bucket.ids())
    assert (len(told), set(told)) == (5, ids)


def test_reading_on_makes_few_requests_and_a_jump_a_small_one(bucket: S3Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = bucket.put(io.BytesIO(b"x" * (12 << 20)))
    asked: list[int] = []
    read = bucket._range

    def counted(blob_id: str, first: int, last: int) -> bytes:
        asked.append(last - first + 1)
        return read(blob_id, first, last)

    monkeypatch.setattr(bucket, "_range", counted)
    with bucket.open(ref.id) as stored:
        while stored.read(100_000):
            pass
        assert len(asked) <= 7
        asked.clear()
        stored.seek(5 << 20)
        stored.read(1000)
    assert asked == [256 << 10]


def test_only_our_settings_tell_the_vendor_where_to_go_and_as_whom(
    bucket: S3Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_PROFILE", "not-there")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody-elses")
    clients_forget()
    again = store_at(bucket.place.endpoint, bucket.place.bucket, is_new=False)
    again.put(io.BytesIO(b"x"))
    assert again._s3._request_signer._credentials.access_key == "test-access"
