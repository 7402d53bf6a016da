"""Taking a call in: its bytes are stored whole, then the call, its recording and its first stage appear together.

A recording is one file, or two when the parties were recorded apart. Its identity are the bytes: the same file is the
same call, and so is the same pair, whichever of the two was said to be the agent's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction

from sapa.audit.services import audit_write
from sapa.calls.errors import CallConflict
from sapa.calls.models import Call
from sapa.calls.services import call_create, source_key_of
from sapa.calls.types import CallFacts, Party
from sapa.core.blobs import BlobRef, chunks_of
from sapa.core.errors import SapaError
from sapa.core.storage import blobs
from sapa.pipeline.errors import CommitUnsure, database_error_of
from sapa.pipeline.leases import stage_open
from sapa.pipeline.models import StagePriority
from sapa.pipeline.stages import STAGES
from sapa.recordings.decoders import HEAD_BYTES, container_of
from sapa.recordings.errors import AudioEmpty, AudioUnsupported, PairSameFile, PartRefused
from sapa.recordings.selectors import recording_known
from sapa.recordings.services import StoredFile, pair_identity, recording_attach


@dataclass(frozen=True)
class Taken:
    """`created` is false when the same call was here already."""

    call: Call
    created: bool


@dataclass(frozen=True)
class AgentFile:
    """The agent's own file of a call whose parties were recorded apart."""

    source: BinaryIO
    file_name: str


@dataclass(frozen=True)
class _Stored:
    """What came, its bytes stored. `identity` is the recording's; see `sapa.recordings.services.pair_identity`."""

    blob: BlobRef
    agent_file: StoredFile | None
    file_name: str
    facts: CallFacts
    connector: str
    payload: dict[str, Any]
    person: AbstractBaseUser | None
    priority: int

    @property
    def identity(self) -> str:
        return pair_identity([self.blob.sha256, self.agent_file.blob.sha256]) if self.agent_file else self.blob.sha256


def call_take(
    source: BinaryIO,
    *,
    file_name: str,
    facts: CallFacts,
    agent_file: AgentFile | None = None,
    connector: str = "files",
    payload: Mapping[str, Any] | None = None,
    person: AbstractBaseUser | None = None,
    priority: int = StagePriority.NORMAL,
) -> Taken:
    """Store a recording and open the line for its call; the same recording again is the same call.

    With `agent_file` the source is the customer's alone. Raises `AudioEmpty`, `AudioUnsupported`, `PartRefused`,
    `PairSameFile`, `CallConflict`, `DatabaseAway`, `DatabaseFull`; storage errors as `SapaError`.
    """
    _look_at_both(source, file_name, agent_file)
    stored: list[BlobRef] = []
    taken: Taken | None = None
    try:
        blob = blobs().put(source)
        stored.append(blob)
        agents = None
        if agent_file:
            stored.append(blobs().put(agent_file.source))
            if stored[0].sha256 == stored[1].sha256:
                raise PairSameFile
            agents = StoredFile(stored[1], agent_file.file_name, facts.agent_offset_s)
        taken = _call_take_stored(
            _Stored(blob, agents, file_name[:255], facts, connector, dict(payload or {}), person, priority)
        )
    except CommitUnsure:
        stored.clear()  # the call may be there after all and need them; what nobody needs is tidied away later
        raise
    except (OperationalError, InterfaceError) as exc:
        raise database_error_of(exc) from exc
    finally:
        if taken is None or not taken.created:
            for left in stored:
                blobs().delete(left.id)
    return taken


def call_known(source: BinaryIO) -> Taken | None:
    """The call that this file is the recording of, or a part of, if it is here."""
    digest = hashlib.sha256()
    for chunk in chunks_of(source):
        digest.update(chunk)
    recording = recording_known(digest.hexdigest(), file_sha256=digest.hexdigest())
    return Taken(recording.call, created=False) if recording else None


def _look_at_both(source: BinaryIO, file_name: str, agent_file: AgentFile | None) -> None:
    if agent_file is None:
        _look_at(source, file_name)
        return
    for party, file, name in (
        (Party.CUSTOMER, source, file_name),
        (Party.AGENT, agent_file.source, agent_file.file_name),
    ):
        try:
            _look_at(file, name)
        except SapaError as exc:
            raise PartRefused(party.value, exc) from exc


def _look_at(source: BinaryIO, file_name: str) -> None:
    head = source.read(HEAD_BYTES)
    source.seek(0)
    if not head:
        raise AudioEmpty
    if container_of(head) is None:
        raise AudioUnsupported(f"{file_name or 'The file'} is not a recording of a known form.")


def _call_take_stored(came: _Stored) -> Taken:
    if known := _known(came):
        return Taken(known, created=False)
    is_committing = False
    try:
        with transaction.atomic():
            call = call_create(
                came.facts,
                sha256=came.identity,
                file_name=came.file_name,
                connector=came.connector,
                payload=came.payload,
            )
            recording_attach(call, came.blob, agent_channel=came.facts.agent_channel, agent_file=came.agent_file)
            stage_open(call.id, STAGES[0].key, priority=came.priority)
            audit_write("call.taken", subject=f"call {call.id}", person=came.person, **_names(came))
            is_committing = connection.vendor != "sqlite"  # which is no server, so no answer is lost on the way
            return Taken(call, created=True)
    except (OperationalError, InterfaceError) as exc:
        if is_committing:
            raise CommitUnsure from exc
        raise
    except (CallConflict, IntegrityError) as exc:
        if known := _known(came):  # somebody else took the same recording in this instant
            return Taken(known, created=False)
        if Call.objects.filter(source_key=source_key_of(came.facts, sha256=came.identity)).exists():
            raise CallConflict(came.facts.external_id) from exc  # or another recording of the same call
        raise


def _names(came: _Stored) -> dict[str, str]:
    names = {"file_name": came.file_name}
    return names | ({"agent_file": came.agent_file.file_name[:255]} if came.agent_file else {})


def _known(came: _Stored) -> Call | None:
    """The call of this recording. One party's file that comes again alone belongs to the call it came with."""
    recording = recording_known(came.identity, file_sha256=None if came.agent_file else came.blob.sha256)
    return recording.call if recording else None
