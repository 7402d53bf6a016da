"""Taking a call in: its bytes are stored whole, then the call, its recording and its first stage appear together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction

from sapa.audit.services import audit_write
from sapa.calls.errors import CallConflict
from sapa.calls.models import Call
from sapa.calls.services import call_create, source_key_of
from sapa.calls.types import CallFacts
from sapa.core.blobs import BlobRef
from sapa.core.storage import blobs
from sapa.pipeline.leases import stage_open
from sapa.pipeline.stages import STAGES
from sapa.recordings.decoders import HEAD_BYTES, container_of
from sapa.recordings.errors import AudioEmpty, AudioUnsupported
from sapa.recordings.models import Recording
from sapa.recordings.services import recording_attach


@dataclass(frozen=True)
class Taken:
    """`created` is false when the same call was here already."""

    call: Call
    created: bool


def call_take(
    source: BinaryIO,
    *,
    file_name: str,
    facts: CallFacts,
    connector: str = "files",
    payload: Mapping[str, Any] | None = None,
    person: AbstractBaseUser | None = None,
) -> Taken:
    """Store a recording and open the line for its call; the same recording again is the same call.

    Raises `AudioEmpty`, `AudioUnsupported`, `CallConflict`; storage errors as `SapaError`.
    """
    head = source.read(HEAD_BYTES)
    source.seek(0)
    if not head:
        raise AudioEmpty
    if container_of(head) is None:
        raise AudioUnsupported(f"{file_name or 'The file'} is not a recording of a known form.")
    blob = blobs().put(source)
    try:
        taken = _call_take_stored(blob, file_name, facts, connector, dict(payload or {}), person)
    except BaseException:
        blobs().delete(blob.id)
        raise
    if not taken.created:
        blobs().delete(blob.id)
    return taken


def _call_take_stored(
    blob: BlobRef,
    file_name: str,
    facts: CallFacts,
    connector: str,
    payload: dict[str, Any],
    person: AbstractBaseUser | None,
) -> Taken:
    if known := _call_with(blob.sha256):
        return Taken(known, created=False)
    try:
        with transaction.atomic():
            call = call_create(
                facts, sha256=blob.sha256, file_name=file_name[:255], connector=connector, payload=payload
            )
            recording_attach(call, blob, agent_channel=facts.agent_channel)
            stage_open(call.id, STAGES[0].key)
            audit_write("call.taken", subject=f"call {call.id}", person=person, file_name=file_name[:255])
            return Taken(call, created=True)
    except (CallConflict, IntegrityError) as exc:
        if known := _call_with(blob.sha256):  # somebody else took the same recording in this instant
            return Taken(known, created=False)
        if Call.objects.filter(source_key=source_key_of(facts, sha256=blob.sha256)).exists():
            raise CallConflict(facts.external_id) from exc  # or another recording of the same call
        raise


def _call_with(sha256: str) -> Call | None:
    recording = Recording.objects.select_related("call").filter(sha256=sha256).first()
    return recording.call if recording else None
