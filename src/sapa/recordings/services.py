"""Storing recordings, measuring them, and keeping which channel is the agent's."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from sapa.audit.services import audit_write
from sapa.calls.models import Call
from sapa.calls.services import call_duration_set
from sapa.core.blobs import BlobRef, chunks_of
from sapa.core.storage import blobs
from sapa.recordings.decoders import decode
from sapa.recordings.errors import ChannelInvalid, ChannelsUnsupported, RecordingDamaged
from sapa.recordings.models import Recording
from sapa.recordings.types import AgentChannel, Audio, ChannelSource
from sapa.recordings.waveform import peaks_of

PARTY_CHANNELS = 2


@dataclass(frozen=True)
class RecordingFacts:
    sample_rate_hz: int
    channels: int
    duration_s: float
    peaks: list[list[int]]


def recording_attach(call: Call, blob: BlobRef, *, agent_channel: int | None) -> Recording:
    """Tie stored bytes to their call. `agent_channel` is given when the source told it."""
    return Recording.objects.create(
        call=call,
        blob_id=blob.id,
        sha256=blob.sha256,
        size_bytes=blob.size_bytes,
        agent_channel=agent_channel,
        agent_channel_source=ChannelSource.UNSURE if agent_channel is None else ChannelSource.TOLD,
        agent_channel_confidence=0.0 if agent_channel is None else 1.0,
    )


def recording_measure(call_id: UUID, progress: Callable[[float], None]) -> RecordingFacts:
    """Check the stored bytes against their checksum and decode them once."""
    recording = Recording.objects.get(call_id=call_id)
    with blobs().open(recording.blob_id) as source:
        digest = hashlib.sha256()
        for chunk in chunks_of(source):
            digest.update(chunk)
        if digest.hexdigest() != recording.sha256:
            raise RecordingDamaged
        progress(0.5)
        audio = audio_of_two_parties(source)
    return RecordingFacts(audio.sample_rate_hz, audio.channels, audio.duration_s, peaks_of(audio))


def audio_of_two_parties(source: BinaryIO, *, sample_rate_hz: int | None = None) -> Audio:
    """Decode a recording that has one party on each of two channels. Raises `ChannelsUnsupported`."""
    audio = decode(source, sample_rate_hz=sample_rate_hz)
    if audio.channels != PARTY_CHANNELS:
        raise ChannelsUnsupported(audio.channels)
    return audio


def recording_save_facts(call_id: UUID, facts: RecordingFacts) -> None:
    Recording.objects.filter(call_id=call_id).update(
        sample_rate_hz=facts.sample_rate_hz,
        channels=facts.channels,
        duration_s=facts.duration_s,
        peaks=facts.peaks,
    )
    call_duration_set(call_id, facts.duration_s)


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
    """A person says who sits where. Raises `ChannelInvalid`."""
    if channel not in range(PARTY_CHANNELS):
        raise ChannelInvalid(channel)
    Recording.objects.filter(call=call).update(
        agent_channel=channel,
        agent_channel_source=ChannelSource.TOLD,
        agent_channel_confidence=1.0,
        agent_channel_reason="",
    )
    audit_write("recording.agent_channel_told", subject=f"call {call.id}", person=person, channel=channel)
