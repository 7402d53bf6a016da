"""What every blob storage promises, asked of each of them."""

from __future__ import annotations

import hashlib
import io
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest

from sapa.core.blobs import BlobStore, chunks_of
from sapa.core.s3_blobs import PART_BYTES
from sapa.core.tests.sources import Broken, Endless

MB = 1 << 20


@pytest.mark.parametrize("size", [0, 1, MB, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES])
def test_what_was_put_is_read_back_with_its_size_and_checksum(store: BlobStore, size: int) -> None:
    content = Random(size).randbytes(size)
    ref = store.put(io.BytesIO(content))
    assert (ref.size_bytes, ref.sha256) == (size, hashlib.sha256(content).hexdigest())
    assert store.size(ref.id) == size
    with store.open(ref.id) as stored:
        assert stored.read() == content


def test_it_is_stored_from_the_current_position(store: BlobStore) -> None:
    source = io.BytesIO(b"header body")
    source.seek(7)
    with store.open(store.put(source).id) as stored:
        assert stored.read() == b"body"


def test_it_can_be_read_from_anywhere_and_again(store: BlobStore) -> None:
    content, random = Random(3).randbytes(3 * MB + 17), Random(4)
    with store.open(store.put(io.BytesIO(content)).id) as stored:
        for _ in range(60):
            at, length = random.randrange(len(content) + 10), random.choice([0, 1, 44, 70_000, MB])
            stored.seek(at)
            assert stored.read(length) == content[at : at + length]
            assert stored.tell() == max(at, min(at + length, len(content)))
        assert stored.seek(-5, io.SEEK_END) == len(content) - 5
        assert stored.read() == content[-5:]
        stored.seek(0)
        assert b"".join(chunks_of(stored)) == content


def test_the_same_content_twice_is_two_blobs(store: BlobStore) -> None:
    first, second = store.put(io.BytesIO(b"same")), store.put(io.BytesIO(b"same"))
    assert first.id != second.id
    store.delete(first.id)
    with store.open(second.id) as stored:
        assert stored.read() == b"same"


def test_every_stored_id_is_told_once(store: BlobStore) -> None:
    assert list(store.ids()) == []
    refs = [store.put(io.BytesIO(b"x")) for _ in range(7)]
    store.delete(refs.pop().id)
    assert sorted(store.ids()) == sorted(ref.id for ref in refs)


def test_a_blob_of_a_backup_comes_back_under_its_id_and_replaces_what_is_there(store: BlobStore) -> None:
    ref = store.put(io.BytesIO(b"damaged"))
    assert store.put_as(ref.id, io.BytesIO(b"as it was")).id == ref.id
    with pytest.raises(ValueError, match="lost"):
        store.put_as(ref.id, Broken(ValueError("lost")))
    with store.open(ref.id) as stored:
        assert stored.read() == b"as it was"


@pytest.mark.parametrize("sent", [10, PART_BYTES + 10])
@pytest.mark.parametrize("error", [ValueError("lost"), KeyboardInterrupt(), MemoryError()])
def test_a_source_that_breaks_leaves_nothing_behind(store: BlobStore, error: BaseException, sent: int) -> None:
    with pytest.raises(type(error)):
        store.put(Broken(error, after_bytes=sent))
    assert list(store.ids()) == []
    assert store.tidy(older_than_s=-1) == 0


def test_a_blob_that_is_not_there_is_said(store: BlobStore, refused: Callable[..., Any]) -> None:
    for ask in (store.open, store.size):
        with refused("blob_missing"):
            ask("0" * 32)


def test_a_deleted_blob_is_gone_and_may_be_deleted_again(store: BlobStore, refused: Callable[..., Any]) -> None:
    ref = store.put(io.BytesIO(b"x"))
    store.delete(ref.id)
    store.delete(ref.id)
    with refused("blob_missing"):
        store.open(ref.id)


@pytest.mark.parametrize("outside", ["../../etc/passwd", "/etc/passwd", "..", "", "a", "0" * 31 + "/", "0" * 33])
def test_only_our_own_ids_are_names(store: BlobStore, outside: str) -> None:
    acts: list[Callable[[str], Any]] = [store.open, store.delete, store.size]
    for act in acts:
        with pytest.raises(ValueError, match=r"badly formed|invalid literal"):
            act(outside)


def test_many_put_and_read_at_once_without_mixing_up(store: BlobStore) -> None:
    contents = [Random(seed).randbytes(200_000 + seed) for seed in range(24)]

    def there_and_back(content: bytes) -> bool:
        with store.open(store.put(io.BytesIO(content)).id) as stored:
            return stored.read() == content

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(there_and_back, contents))
    assert len(list(store.ids())) == len(contents)


def test_a_long_recording_goes_in_and_out_in_little_memory(store: BlobStore) -> None:
    source = Endless(50 * MB)
    tracemalloc.start()
    try:
        ref = store.put(source)
        digest = hashlib.sha256()
        with store.open(ref.id) as stored:
            for chunk in chunks_of(stored):
                digest.update(chunk)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (ref.size_bytes, ref.sha256) == (50 * MB, digest.hexdigest())
    assert peak < 3 * PART_BYTES
