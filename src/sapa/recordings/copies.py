"""Listening copies: stored beside the recordings, one served for a call, the others removed whatever happens.

A row names the blob before there is one, so that an attempt that dies leaves nothing that nobody knows of. The
fenced save makes the copy of its own attempt the served one; what it replaces goes after the commit. A copy whose
attempt was never saved goes with the next save of that call, or when it is a day old.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import BinaryIO, cast

from django.db import transaction

from sapa.core.clock import now_at
from sapa.core.storage import blobs
from sapa.recordings.errors import ListeningCopyLost
from sapa.recordings.listening import MEDIA_TYPE, listening_copy
from sapa.recordings.models import ListeningCopy, Recording
from sapa.recordings.types import Audio

LEFT_OVER_AFTER = timedelta(days=1)  # no attempt takes that long


def copy_make(recording: Recording, audio: Audio) -> ListeningCopy:
    """Make and store a copy that is not served yet."""
    copied = listening_copy(audio)
    with copied.content:
        copy = ListeningCopy.objects.create(
            recording=recording,
            blob_id=uuid.uuid4().hex,
            media_type=MEDIA_TYPE,
            places=copied.places,
            made_at=now_at(),
        )
        try:
            blob = blobs().put_as(copy.blob_id, cast(BinaryIO, copied.content))
        except BaseException:
            copy.delete()
            raise
    copy.sha256, copy.size_bytes = blob.sha256, blob.size_bytes
    copy.save(update_fields=["sha256", "size_bytes"])
    return copy


@transaction.atomic
def copy_serve(recording: Recording, copy_id: int | None) -> None:
    """From now on the player gets this copy, the file as it came when None. Belongs into the save of the facts."""
    others = ListeningCopy.objects.filter(recording=recording)
    if copy_id is not None:
        others = others.exclude(pk=copy_id)
    _remove(others.values_list("pk", "blob_id"))
    if copy_id is not None and not ListeningCopy.objects.filter(pk=copy_id).update(is_served=True):
        raise ListeningCopyLost


@transaction.atomic
def copies_clear() -> None:
    """Remove what attempts left that were never saved."""
    left = ListeningCopy.objects.filter(is_served=False, made_at__lt=now_at() - LEFT_OVER_AFTER)
    _remove(left.values_list("pk", "blob_id"))


def _remove(copies: Iterable[tuple[int, str]]) -> None:
    """The rows now, their bytes once that is certain."""
    gone = list(copies)
    ListeningCopy.objects.filter(pk__in=[pk for pk, _blob_id in gone]).delete()

    def remove_bytes() -> None:
        for _pk, blob_id in gone:
            blobs().delete(blob_id)

    if gone:
        transaction.on_commit(remove_bytes)
