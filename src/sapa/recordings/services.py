"""Storing recordings, measuring them, making what the player plays, and keeping which channel is the agent's."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from sapa.audit.services import audit_write
from sapa.calls.models import Call
from sapa.calls.services import call_duration_set
from sapa.calls.types import Party
from sapa.core.blobs import BlobRef, chunks_of
from sapa.core.storage import blobs
from sapa.recordings.composing import AGENT_CHANNEL, call_in_one_file, call_in_two_files
from sapa.recordings.copies import copies_clear, copy_make, copy_serve
from sapa.recordings.errors import ChannelInvalid, PartRefused, RecordingDamaged, RecordingMono
from sapa.recordings.models import Recording, RecordingPart
from sapa.recordings.playable import media_type_playable
from sapa.recordings.types import (
    MONO,
    PARTY_CHANNELS,
    AgentChannel,
    ChannelSource,
    Offset,
    OffsetSource,
    RecordedCall,
)
from sapa.recordings.waveform import peaks_of


@dataclass(frozen=True)
class RecordingFacts:
    """`forms` of the files in their order; `copy_id` is the row of the listening copy when one is needed."""

    sample_rate_hz: int
    channels: int
    duration_s: float
    peaks: list[list[int]]
    is_truncated: bool = False
    forms: tuple[str, ...] = ()
    offset: Offset | None = None
    copy_id: int | None = None


@dataclass(frozen=True)
class StoredFile:
    """A file of a call, stored. `offset_s` when it is known by how much it starts later than the first."""

    blob: BlobRef
    file_name: str = ""
    offset_s: float | None = None


def pair_identity(sha256s: Sequence[str]) -> str:
    """Of two files: the same whichever of them was said to be the agent's, and never that of a single file."""
    return hashlib.sha256("\n".join(["pair", *sorted(sha256s)]).encode()).hexdigest()


def recording_attach(
    call: Call, blob: BlobRef, *, agent_channel: int | None, agent_file: StoredFile | None = None
) -> Recording:
    """Tie stored bytes to their call. `agent_channel` is given when the source told it.

    With `agent_file` the first bytes are the customer's alone, and who is who needs no telling.
    """
    sha256s = [blob.sha256, *([agent_file.blob.sha256] if agent_file else [])]
    told = AGENT_CHANNEL if agent_file else agent_channel
    recording = Recording.objects.create(
        call=call,
        sha256=pair_identity(sha256s) if agent_file else blob.sha256,
        agent_channel=told,
        agent_channel_source=ChannelSource.UNSURE if told is None else ChannelSource.TOLD,
        agent_channel_confidence=0.0 if told is None else 1.0,
    )
    _part_create(recording, StoredFile(blob, call.file_name), 0, Party.CUSTOMER if agent_file else Party.UNKNOWN)
    if agent_file:
        _part_create(recording, agent_file, 1, Party.AGENT)
    return recording


def _part_create(recording: Recording, file: StoredFile, place: int, party: Party) -> None:
    RecordingPart.objects.create(
        recording=recording,
        place=place,
        party=party,
        file_name=file.file_name[:255],
        blob_id=file.blob.id,
        sha256=file.blob.sha256,
        size_bytes=file.blob.size_bytes,
        offset_s=file.offset_s,
        offset_source="" if file.offset_s is None else OffsetSource.TOLD,
    )


def recording_measure(call_id: UUID, progress: Callable[[float], None]) -> RecordingFacts:
    """Check the stored bytes against their checksums, decode them, and make the listening copy if one is needed."""
    recording = Recording.objects.prefetch_related("parts").get(call_id=call_id)
    parts = list(recording.parts.all())
    copies_clear()
    with ExitStack() as opened:
        sources = [opened.enter_context(blobs().open(part.blob_id)) for part in parts]
        for part, source in zip(parts, sources, strict=True):
            _check(part, source, of=len(parts))
        progress(0.3)
        recorded = _decoded(parts, sources, sample_rate_hz=None)
        progress(0.6)
        peaks = peaks_of(recorded.audio)
        is_played_as_it_is = len(parts) == 1 and media_type_playable(
            sources[0], recorded.forms[0], is_truncated=recorded.audio.is_truncated
        )
    progress(0.7)
    copy = None if is_played_as_it_is else copy_make(recording, recorded.audio)
    audio = recorded.audio
    return RecordingFacts(
        audio.sample_rate_hz,
        audio.channels,
        audio.duration_s,
        peaks,
        audio.is_truncated,
        recorded.forms,
        recorded.offset,
        copy.pk if copy else None,
    )


def recorded_call(call_id: UUID, *, sample_rate_hz: int) -> RecordedCall:
    """The sound of a call that has been measured, put together as it was then."""
    parts = list(RecordingPart.objects.filter(recording__call_id=call_id))
    with ExitStack() as opened:
        sources = [opened.enter_context(blobs().open(part.blob_id)) for part in parts]
        return _decoded(parts, sources, sample_rate_hz=sample_rate_hz)


def _check(part: RecordingPart, source: BinaryIO, *, of: int) -> None:
    digest = hashlib.sha256()
    for chunk in chunks_of(source):
        digest.update(chunk)
    if digest.hexdigest() != part.sha256:
        damaged = RecordingDamaged()
        raise damaged if of == 1 else PartRefused(part.party, damaged)


def _decoded(
    parts: Sequence[RecordingPart], sources: Sequence[BinaryIO], *, sample_rate_hz: int | None
) -> RecordedCall:
    if len(parts) == 1:
        return call_in_one_file(sources[0], sample_rate_hz=sample_rate_hz)
    agent = parts[1]
    known = agent.offset_s is not None and agent.offset_source not in {"", OffsetSource.TOLD}
    return call_in_two_files(
        sources[0],
        sources[1],
        told_s=agent.offset_s if agent.offset_source == OffsetSource.TOLD else None,
        known=Offset(agent.offset_s or 0.0, OffsetSource(agent.offset_source)) if known else None,
        sample_rate_hz=sample_rate_hz,
    )


def recording_save_facts(call_id: UUID, facts: RecordingFacts) -> None:
    recording = Recording.objects.get(call_id=call_id)
    Recording.objects.filter(pk=recording.pk).update(
        sample_rate_hz=facts.sample_rate_hz,
        channels=facts.channels,
        duration_s=facts.duration_s,
        is_truncated=facts.is_truncated,
        peaks=facts.peaks,
    )
    for place, form in enumerate(facts.forms):
        RecordingPart.objects.filter(recording=recording, place=place).update(form=form[:61])
    if facts.offset is not None:
        RecordingPart.objects.filter(recording=recording, place=1).update(
            offset_s=facts.offset.agent_s, offset_source=facts.offset.source
        )
    if facts.channels == MONO:
        _agent_channel_forget(recording)
    copy_serve(recording, facts.copy_id)
    call_duration_set(call_id, facts.duration_s)


def _agent_channel_forget(recording: Recording) -> None:
    """Whoever told the agent's channel did not know that the recording has only one."""
    Recording.objects.filter(pk=recording.pk).update(
        agent_channel=None,
        agent_channel_source=ChannelSource.UNSURE,
        agent_channel_confidence=0.0,
        agent_channel_reason="",
    )


def agent_channel_keep(call_id: UUID, found: AgentChannel) -> None:
    """Keep what the talk showed. What a source or a person told stands."""
    Recording.objects.filter(call_id=call_id).exclude(agent_channel_source=ChannelSource.TOLD).update(
        agent_channel=found.channel,
        agent_channel_source=found.source,
        agent_channel_confidence=found.confidence,
        agent_channel_reason=found.reason[:300],
    )


@transaction.atomic
def agent_channel_tell(person: AbstractBaseUser | None, call: Call, channel: int) -> None:
    """A person says who sits where. Raises `ChannelInvalid`, `RecordingMono`."""
    if channel not in range(PARTY_CHANNELS):
        raise ChannelInvalid(channel)
    if Recording.objects.filter(call=call, channels=MONO).exists():
        raise RecordingMono
    Recording.objects.filter(call=call).update(
        agent_channel=channel,
        agent_channel_source=ChannelSource.TOLD,
        agent_channel_confidence=1.0,
        agent_channel_reason="",
    )
    audit_write("recording.agent_channel_told", subject=f"call {call.id}", person=person, channel=channel)
