"""Blobs on an S3-compatible server, for installations of several machines. The only module that meets the vendor.

An object is whole or not there: one request stores a small one, a large one goes up in parts that only the last request
joins. Keys, region and addresses come from our settings alone: the vendor's own search for them (files in the home
folder, variables, the metadata address of a cloud) is switched off.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from typing import Any, BinaryIO, TypeVar

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from sapa.core.blob_place import S3Place
from sapa.core.blobs import ABANDONED_S, CHUNK_BYTES, BlobMissing, BlobRef, StorageUnreachable, is_blob_id
from sapa.core.clock import now_at
from sapa.core.errors import SapaError
from sapa.core.s3_reading import S3File

PART_BYTES = 8 << 20  # what one put holds in memory; 10,000 parts are allowed, so up to 80 GB
CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 30
TRIES = 4  # of each request, with growing pauses
CONNECTIONS = 32  # more threads than that wait for one another
_MISSING = {"NoSuchKey", "404", "NotFound"}
_DENIED = {"401", "403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "Forbidden", "ExpiredToken"}
_FULL = {"507", "InsufficientStorage", "XMinioStorageFull", "QuotaExceeded", "XAmzQuotaExceeded"}
_making = Lock()
Answer = TypeVar("Answer")


class StorageDenied(SapaError):
    """Another try may help: nothing is wrong with the recording, and keys are mended while calls go on coming."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(
            "storage_denied",
            f"The storage at {where} refuses us: {problem}. "
            "Check SAPA_S3_ACCESS_KEY, SAPA_S3_SECRET_KEY, the bucket and its rights.",
            retryable=True,
            http_status=503,
        )


@dataclass(frozen=True)
class S3Keys:
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)


class S3Blobs:
    """Objects below one prefix, named as the files of `FolderBlobs` are: `prefix/0f/0f3c…`."""

    def __init__(self, place: S3Place, keys: S3Keys) -> None:
        self.place = place
        self.where = f"{place.endpoint or 's3'}/{place.bucket}"
        self._s3 = _client(place, keys, os.getpid())

    def put(self, source: BinaryIO) -> BlobRef:
        blob_id = uuid.uuid4().hex
        try:
            return self.put_as(blob_id, source)
        except BaseException:
            with suppress(SapaError):  # it may be there all the same, where only the answer was lost
                self.delete(blob_id)
            raise

    def put_as(self, blob_id: str, source: BinaryIO) -> BlobRef:
        digest = hashlib.sha256()
        first = _full_part(source)
        if len(first) < PART_BYTES:
            size = self._put_whole(blob_id, first, digest)
        else:
            size = self._put_in_parts(blob_id, first, source, digest)
        self._verify(blob_id, size)
        return BlobRef(blob_id, digest.hexdigest(), size)

    def open(self, blob_id: str) -> BinaryIO:
        size = self.size(blob_id)
        return io.BufferedReader(S3File(size, lambda first, last: self._range(blob_id, first, last)))

    def delete(self, blob_id: str) -> None:
        at = self._at(blob_id)
        with suppress(BlobMissing):
            self._asked(lambda: self._s3.delete_object(**at), blob_id=blob_id, writing=True)

    def ids(self) -> Iterator[str]:
        page = self._page({})
        while True:
            for item in page.get("Contents", ()):
                folder, _, name = item["Key"].removeprefix(self._folder).partition("/")
                if is_blob_id(name) and folder == name[:2]:
                    yield name
            if not page.get("IsTruncated"):
                return
            page = self._page({"ContinuationToken": page["NextContinuationToken"]})

    def size(self, blob_id: str) -> int:
        at = self._at(blob_id)
        return int(self._asked(lambda: self._s3.head_object(**at), blob_id=blob_id)["ContentLength"])

    def tidy(self, *, older_than_s: float = ABANDONED_S) -> int:
        """Parts of uploads that nobody will end take room and are seen in no listing."""
        answer = self._asked(lambda: self._s3.list_multipart_uploads(Bucket=self.place.bucket, Prefix=self._folder))
        count = 0
        for upload in answer.get("Uploads", ()):
            if (now_at() - upload["Initiated"]).total_seconds() < older_than_s:
                continue
            with suppress(ClientError):  # ended meanwhile
                self._s3.abort_multipart_upload(
                    Bucket=self.place.bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                )
                count += 1
        return count

    def _put_whole(self, blob_id: str, content: bytearray, digest: Any) -> int:
        digest.update(content)
        at = self._at(blob_id)
        self._asked(lambda: self._s3.put_object(**at, Body=content, ContentMD5=_md5(content)), writing=True)
        return len(content)

    def _put_in_parts(self, blob_id: str, first: bytearray, source: BinaryIO, digest: Any) -> int:
        at = self._at(blob_id)
        upload_id = self._asked(lambda: self._s3.create_multipart_upload(**at), writing=True)["UploadId"]
        parts: list[dict[str, Any]] = []
        size, chunk = 0, first
        try:
            while chunk:
                digest.update(chunk)
                size += len(chunk)
                parts.append(self._put_part(at, upload_id, len(parts) + 1, chunk))
                del chunk  # before the next is read, not after
                chunk = _full_part(source)
            self._join(at, upload_id, parts)
        except BaseException:
            with suppress(BotoCoreError, ClientError):  # what stopped the writing is what the operator must hear of
                self._s3.abort_multipart_upload(**at, UploadId=upload_id)
            raise
        return size

    def _put_part(self, at: dict[str, str], upload_id: str, number: int, chunk: bytearray) -> dict[str, Any]:
        answer = self._asked(
            lambda: self._s3.upload_part(
                **at, UploadId=upload_id, PartNumber=number, Body=chunk, ContentMD5=_md5(chunk)
            ),
            writing=True,
        )
        return {"PartNumber": number, "ETag": answer["ETag"]}

    def _join(self, at: dict[str, str], upload_id: str, parts: list[dict[str, Any]]) -> None:
        try:
            self._s3.complete_multipart_upload(**at, UploadId=upload_id, MultipartUpload={"Parts": parts})
        except ClientError as exc:
            # A try whose answer was lost may have joined them; whether it did, the check of the size tells.
            if _code(exc) != "NoSuchUpload":
                raise self._translated(exc, writing=True) from exc
        except BotoCoreError as exc:
            raise self._translated(exc, writing=True) from exc

    def _verify(self, blob_id: str, size: int) -> None:
        """Each part was checked on arrival by its MD5; that all parts are there shows in the length."""
        try:
            stored = self.size(blob_id)
        except BlobMissing as exc:
            raise _write_failed(self.where, "it is not there after it was stored") from exc
        if stored != size:
            raise _write_failed(self.where, f"{stored} bytes of {size} are there")

    def _range(self, blob_id: str, first: int, last: int) -> bytes:
        at = self._at(blob_id)

        def read() -> bytes:
            # Not `with body`: that gives the stream beneath, whose errors are of yet another vendor.
            with closing(self._s3.get_object(**at, Range=f"bytes={first}-{last}")["Body"]) as body:
                content: bytes = body.read()
            return content

        for _ in range(TRIES - 1):  # the vendor tries again to get an answer, not one that breaks off in the middle
            with suppress(StorageUnreachable):
                return self._asked(read, blob_id=blob_id)
        return self._asked(read, blob_id=blob_id)

    def _page(self, more: dict[str, str]) -> Any:
        return self._asked(lambda: self._s3.list_objects_v2(Bucket=self.place.bucket, Prefix=self._folder, **more))

    @property
    def _folder(self) -> str:
        return f"{self.place.prefix}/" if self.place.prefix else ""

    def _at(self, blob_id: str) -> dict[str, str]:
        name = uuid.UUID(hex=blob_id).hex
        return {"Bucket": self.place.bucket, "Key": f"{self._folder}{name[:2]}/{name}"}

    def _asked(self, ask: Callable[[], Answer], *, blob_id: str = "", writing: bool = False) -> Answer:
        try:
            return ask()
        except (BotoCoreError, ClientError) as exc:
            if blob_id and isinstance(exc, ClientError) and _code(exc) in _MISSING:
                raise BlobMissing(blob_id) from exc
            raise self._translated(exc, writing=writing) from exc

    def _translated(self, exc: BotoCoreError | ClientError, *, writing: bool) -> SapaError:
        if not isinstance(exc, ClientError):
            return StorageUnreachable(self.where, str(exc))
        code = _code(exc)
        if code in _DENIED:
            return StorageDenied(self.where, code)
        if code == "NoSuchBucket":
            return StorageDenied(self.where, "there is no such bucket")
        status = exc.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if writing and (code in _FULL or status < 500):
            return _write_failed(self.where, code)
        return StorageUnreachable(self.where, code)


def _write_failed(where: str, problem: str) -> SapaError:
    return SapaError(
        "storage_write_failed",
        f"Could not write to {where}: {problem}. Free some space or fix its permissions.",
        retryable=True,
        http_status=507,
    )


def _code(exc: ClientError) -> str:
    return str(exc.response.get("Error", {}).get("Code", ""))


def _full_part(source: BinaryIO) -> bytearray:
    """One part's worth, less only at the end: a source may give less than it is asked for."""
    part = bytearray()
    while len(part) < PART_BYTES and (piece := source.read(min(CHUNK_BYTES, PART_BYTES - len(part)))):
        part += piece
    return part


def _md5(chunk: bytearray) -> str:
    """The check that every server of this kind makes on arrival; newer ones are not known to all of them."""
    return base64.b64encode(hashlib.md5(chunk, usedforsecurity=False).digest()).decode()


@lru_cache(maxsize=4)
def _client(place: S3Place, keys: S3Keys, process_id: int) -> Any:
    """One for each process: a child that works on its parent's connections would mix up the answers."""
    no_search: dict[str, tuple[None, None, object, None]] = {
        "profile": (None, None, None, None),
        "config_file": (None, None, os.devnull, None),
        "credentials_file": (None, None, os.devnull, None),
    }
    with _making:
        session = boto3.session.Session(
            aws_access_key_id=keys.access_key,
            aws_secret_access_key=keys.secret_key,
            region_name=place.region,
            botocore_session=botocore.session.Session(session_vars=no_search),
        )
        return session.client(
            "s3",
            endpoint_url=place.endpoint or None,
            verify=place.ca_file or None,
            config=Config(
                connect_timeout=CONNECT_TIMEOUT_S,
                read_timeout=READ_TIMEOUT_S,
                retries={"total_max_attempts": TRIES, "mode": "standard"},
                max_pool_connections=CONNECTIONS,
                signature_version="s3v4",
                s3={"addressing_style": "path" if place.endpoint else "auto"},
                ignore_configured_endpoint_urls=True,
                # Newer sums are refused by older servers of other makers; ours are MD5 and, of the whole, SHA-256.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )
