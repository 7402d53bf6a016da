"""The recordings of a house that moves: each one that a call speaks of, copied to another storage and compared.

What is there already is read and compared too, so an interrupted move goes on and still ends with the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS

from sapa.core.blobs import BlobMissing, BlobStore, chunks_of
from sapa.core.errors import SapaError
from sapa.recordings.selectors import NeededBlob, blob_refs

Say = Callable[[str], None]
TELL_EVERY = 500


class RecordingDiffers(SapaError):
    def __init__(self, blob_id: str) -> None:
        super().__init__(
            "move_recording_differs",
            f"Stored file {blob_id} does not read the same in the target storage. Look after that storage, then move "
            "again: what is whole there is not copied again.",
            retryable=True,
        )


@dataclass
class Recordings:
    """`lost`: ids of files that the old storage has not got either; the target is as poor as it."""

    source: BlobStore
    target: BlobStore
    say: Say
    copied: int = 0
    here_already: int = 0
    lost: tuple[str, ...] = ()

    def move(self) -> None:
        """All that the calls of this house speak of. Raises `RecordingDiffers` and what the storages raise."""
        for blob in blob_refs():
            self._move_one(blob)

    def complete(self, database: str = DEFAULT_DB_ALIAS) -> None:
        """What came in while the others were copied, by the database that was copied after them."""
        for blob in blob_refs(database):
            try:
                self.target.size(blob.id)
            except BlobMissing:
                if blob.id not in self.lost:
                    self._move_one(blob)

    def _move_one(self, blob: NeededBlob) -> None:
        try:
            here = _digest(self.source, blob.id)
        except BlobMissing:
            self.lost = (*self.lost, blob.id)
            return
        if self._is_there(blob.id, here):
            self.here_already += 1
            return
        with self.source.open(blob.id) as content:
            self.target.put_as(blob.id, content)
        if not self._is_there(blob.id, here):
            raise RecordingDiffers(blob.id)
        self.copied += 1
        if self.copied % TELL_EVERY == 0:
            self.say(f"{self.copied} recordings copied and compared")

    def _is_there(self, blob_id: str, digest: str) -> bool:
        try:
            return self.target.size(blob_id) == self.source.size(blob_id) and _digest(self.target, blob_id) == digest
        except BlobMissing:
            return False


def _digest(store: BlobStore, blob_id: str) -> str:
    digest = hashlib.sha256()
    with store.open(blob_id) as content:
        for chunk in chunks_of(content):
            digest.update(chunk)
    return digest.hexdigest()
