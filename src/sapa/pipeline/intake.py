"""Taking a call in: its bytes are stored whole, then the call, its recording and its first stage appear together.

A recording is one file, or two when the parties were recorded apart. Its identity are the bytes: the same file is the
same call, and so is the same pair, whichever of the two was said to be the agent's.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction

from sapa.audit.services import audit_write
from sapa.calls.errors import CallConflict, MetadataInvalid
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
from sapa.recordings.errors import AudioEmpty, AudioUnsupported, FileTooLarge, PairSameFile, PartRefused
from sapa.recordings.selectors import recording_known
from sapa.recordings.services import StoredFile, pair_identity, recording_attach
from sapa.transcripts.languages import LANGUAGES


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


@dataclass
class _Bytes:
    """What was stored for a call that is not written down yet. Nobody needs it unless `may_be_needed`."""

    refs: list[BlobRef] = field(default_factory=list)
    may_be_needed: bool = False

    def put(self, source: BinaryIO) -> BlobRef:
        self.refs.append(blobs().put(source))
        return self.refs[-1]

    def clear(self) -> None:
        if not self.may_be_needed:
            for left in self.refs:
                blobs().delete(left.id)


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

    With `agent_file` the source is the customer's alone. Raises `AudioEmpty`, `AudioUnsupported`, `FileTooLarge`,
    `PartRefused`, `PairSameFile`, `MetadataInvalid`, `CallConflict`, `DatabaseAway`, `DatabaseFull`; storage errors
    as `SapaError`.
    """
    if facts.language and facts.language not in LANGUAGES:  # it would fail hours later, when nobody can correct it
        raise MetadataInvalid(file_name, f"language {facts.language!r} is not one that the speech model knows")
    _look_at_both(source, file_name, agent_file)
    stored = _Bytes()
    try:
        blob = stored.put(source)
        agents = None
        if agent_file:
            agents = StoredFile(stored.put(agent_file.source), agent_file.file_name, facts.agent_offset_s)
            if agents.blob.sha256 == blob.sha256:
                raise PairSameFile
        came = _Stored(blob, agents, file_name[:255], facts, connector, dict(payload or {}), person, priority)
        return _call_take_stored(came, stored)
    except CommitUnsure:
        raise
    except (OperationalError, InterfaceError) as exc:
        raise database_error_of(exc) from exc
    finally:
        stored.clear()


def largest_bytes() -> int:
    """Of a recording, by whichever way it comes: megabytes of 2^20 bytes."""
    limit_mb: int = settings.SAPA_UPLOAD_MAX_MB
    return limit_mb << 20


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
    if source.seek(0, os.SEEK_END) > largest_bytes():
        raise FileTooLarge(settings.SAPA_UPLOAD_MAX_MB)
    source.seek(0)
    head = source.read(HEAD_BYTES)
    source.seek(0)
    if not head:
        raise AudioEmpty
    if container_of(head) is None:
        raise AudioUnsupported(f"{file_name or 'The file'} is not a recording of a known form.")


def _call_take_stored(came: _Stored, stored: _Bytes, *, is_first_try: bool = True) -> Taken:
    if known := _known(came):
        return Taken(known, created=False)
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
            # From here on the call may be there whatever is raised: an answer of the server that was lost, or Ctrl-C
            # as soon as the commit has returned. Bytes that nobody needs are cheaper than a call without its sound.
            stored.may_be_needed = True
            return Taken(call, created=True)
    except (OperationalError, InterfaceError) as exc:
        if stored.may_be_needed and connection.vendor != "sqlite":
            raise CommitUnsure from exc
        stored.may_be_needed = False  # SQLite is no server, so no answer of it is lost: it has refused
        raise
    except (CallConflict, IntegrityError) as exc:
        stored.may_be_needed = False
        if known := _known(came):  # somebody else took the same recording in this instant
            return Taken(known, created=False)
        if is_first_try and isinstance(exc, IntegrityError):  # the phone system's records told of it in this instant
            return _call_take_stored(came, stored, is_first_try=False)
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
