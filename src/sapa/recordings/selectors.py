"""Reading recordings of calls that the reader may already see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Sum

from sapa.calls.models import Call
from sapa.recordings.models import ListeningCopy, Recording, RecordingPart
from sapa.recordings.ranges import media_type_of_form, media_type_of_name


def recording_of(call: Call) -> Recording | None:
    return Recording.objects.prefetch_related("parts", "copies").filter(call=call).first()


def recording_known(identity: str, *, file_sha256: str | None = None) -> Recording | None:
    """The recording that is already here: of this identity, or one of whose two files is this one."""
    known = Recording.objects.select_related("call").filter(sha256=identity).first()
    if known is None and file_sha256:
        part = RecordingPart.objects.select_related("recording__call").filter(sha256=file_sha256).order_by("pk").first()
        known = part.recording if part else None
    return known


@dataclass(frozen=True)
class Played:
    """What the player gets: the file as it came, or a listening copy."""

    blob_id: str
    sha256: str
    size_bytes: int
    media_type: str
    places: Sequence[int] = ()


def played_of(recording: Recording) -> Played:
    copy = next((copy for copy in recording.copies.all() if copy.is_served), None)
    if copy is not None:
        return Played(copy.blob_id, copy.sha256, copy.size_bytes, copy.media_type, copy.places)
    return original_of(recording.parts.all()[0])


def original_of(part: RecordingPart) -> Played:
    container = part.form.partition("/")[0]
    media_type = media_type_of_form(container) or media_type_of_name(part.file_name)
    return Played(part.blob_id, part.sha256, part.size_bytes, media_type)


@dataclass(frozen=True)
class NeededBlob:
    """A stored file that the database speaks of; checksum and size where they were written down."""

    id: str
    sha256: str | None
    size_bytes: int | None


def blob_refs(database: str = DEFAULT_DB_ALIAS) -> Iterator[NeededBlob]:
    """Every stored file that is in use, each once. Whoever adds a column that holds a blob's id adds it here."""
    parts = RecordingPart.objects.using(database).order_by("pk")
    copies = ListeningCopy.objects.using(database).filter(is_served=True).order_by("pk")
    for blob_id, sha256, size_bytes in parts.values_list("blob_id", "sha256", "size_bytes").iterator():
        yield NeededBlob(blob_id, sha256, size_bytes)
    for blob_id, sha256, size_bytes in copies.values_list("blob_id", "sha256", "size_bytes").iterator():
        yield NeededBlob(blob_id, sha256 or None, size_bytes or None)


def blob_ids_spoken_of() -> set[str]:
    """Those in use, and those that are being made or wait to be cleared away."""
    being_made = ListeningCopy.objects.filter(is_served=False).values_list("blob_id", flat=True)
    return {*(blob.id for blob in blob_refs()), *being_made}


def stored_bytes() -> int:
    """What all recordings take in the storage."""
    parts = RecordingPart.objects.aggregate(total=Sum("size_bytes"))["total"] or 0
    copies = ListeningCopy.objects.aggregate(total=Sum("size_bytes"))["total"] or 0
    return int(parts) + int(copies)
