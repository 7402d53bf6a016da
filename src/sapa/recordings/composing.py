"""From the file of a call, or its two files, to its one sound.

One file holds two channels with a party on each, or one channel with both. Two files hold one party each: the
customer's becomes channel 0 and the agent's channel 1, on one clock. Nothing is held in memory whole.
"""

from __future__ import annotations

from typing import BinaryIO

import numpy as np

from sapa.calls.types import Party
from sapa.core.errors import SapaError
from sapa.recordings.alignment import offset_by_sound
from sapa.recordings.decoders import LIMITS, decode
from sapa.recordings.decoding.room import Room, SpaceLacking
from sapa.recordings.errors import (
    AudioTooLong,
    ChannelsUnsupported,
    PairApart,
    PairLengths,
    PairNotMono,
    PartRefused,
    SoundUnwritable,
)
from sapa.recordings.sound import let_go, nameless_file, samples_in
from sapa.recordings.types import MONO, PARTY_CHANNELS, Audio, Offset, OffsetSource, RecordedCall, Samples

CUSTOMER_CHANNEL, AGENT_CHANNEL = 0, 1  # of a call in two files
SAME_LENGTH_S = 0.05  # legs that one switch began and ended together
ODD_LENGTH_S, ODD_SHARE = 60.0, 0.25  # a leg over a minute long and another of under a quarter of it: whose are they?
AT_ONCE_SAMPLES = 1 << 17  # of two channels a megabyte: what `Room` writes, or leaves out, at once


def call_in_one_file(source: BinaryIO, *, sample_rate_hz: int | None = None) -> RecordedCall:
    """Raises `ChannelsUnsupported` and what decoding raises."""
    audio = decode(source, sample_rate_hz=sample_rate_hz)
    if audio.channels not in {MONO, PARTY_CHANNELS}:
        raise ChannelsUnsupported(audio.channels)
    return RecordedCall(audio, (_form(audio),))


def call_in_two_files(
    customer: BinaryIO,
    agent: BinaryIO,
    *,
    told_s: float | None = None,
    known: Offset | None = None,
    sample_rate_hz: int | None = None,
) -> RecordedCall:
    """`told_s` is the offset that came with the files; `known` one that was settled before.

    Raises `PartRefused` with the code of what is wrong with one of them, `PairNotMono`, `PairApart`, `PairLengths`.
    """
    legs = [_leg(customer, Party.CUSTOMER, sample_rate_hz), _leg(agent, Party.AGENT, sample_rate_hz)]
    rate_hz = max(leg.sample_rate_hz for leg in legs)
    sources = (customer, agent)
    legs = [
        leg if leg.sample_rate_hz == rate_hz else decode(source, sample_rate_hz=rate_hz)
        for leg, source in zip(legs, sources, strict=True)
    ]
    offset = known or offset_of(legs[0], legs[1], told_s=told_s)
    return RecordedCall(composed(legs[0], legs[1], offset.agent_s), (_form(legs[0]), _form(legs[1])), offset)


def offset_of(customer: Audio, agent: Audio, *, told_s: float | None) -> Offset:
    """Told, else shown by equal lengths or by the sound, else assumed to be none. Both at the same rate."""
    if told_s is not None:
        if min(customer.duration_s, told_s + agent.duration_s) <= max(0.0, told_s):
            raise PairApart(told_s)
        return Offset(told_s, OffsetSource.TOLD)
    if abs(customer.duration_s - agent.duration_s) <= SAME_LENGTH_S:
        return Offset(0.0, OffsetSource.SAME_LENGTH)
    found_s = offset_by_sound(customer.samples[0], agent.samples[0], customer.sample_rate_hz)
    let_go(customer.samples)
    let_go(agent.samples)
    if found_s is not None:
        return Offset(found_s, OffsetSource.SOUND)
    shorter_s, longer_s = sorted((customer.duration_s, agent.duration_s))
    if longer_s > ODD_LENGTH_S and shorter_s < ODD_SHARE * longer_s:
        raise PairLengths(customer.duration_s, agent.duration_s)
    return Offset(0.0, OffsetSource.ASSUMED)


def composed(customer: Audio, agent: Audio, offset_s: float) -> Audio:
    """Both on one clock that starts with the earlier file; where a file has nothing there is silence.

    It takes the room that decoding takes, by the same limits, and silence takes none. Raises `AudioTooLong`,
    `AudioTooLarge`, `SoundUnwritable`.
    """
    rate_hz = customer.sample_rate_hz
    later = round(offset_s * rate_hz)
    starts = (max(0, -later), max(0, later))
    legs = (customer.samples[0], agent.samples[0])
    total = max(start + len(leg) for start, leg in zip(starts, legs, strict=True))
    if total > LIMITS.longest_h * 3600 * rate_hz:
        raise AudioTooLong(LIMITS.longest_h)
    with nameless_file() as sound:
        room = Room(sound.fileno(), LIMITS)
        room.furnish(PARTY_CHANNELS, rate_hz)
        try:
            for first in range(0, total, AT_ONCE_SAMPLES):
                frames = np.zeros((min(AT_ONCE_SAMPLES, total - first), PARTY_CHANNELS), dtype=np.float32)
                for channel, (start, leg) in enumerate(zip(starts, legs, strict=True)):
                    _lay(leg, frames[:, channel], first - start)
                    let_go(leg)
                room.add(frames.tobytes())
            room.close()
        except SpaceLacking as exc:
            raise SoundUnwritable("the disk is full, or nearly") from exc
        samples = samples_in(sound.fileno(), channels=PARTY_CHANNELS, frames=total)
    return Audio(samples, rate_hz, is_truncated=customer.is_truncated or agent.is_truncated)


def _lay(leg: Samples, lane: Samples, first: int) -> None:
    """Fill `lane` with what the leg has from its sample `first` on, which may lie before its beginning."""
    start, end = max(0, first), min(len(leg), first + len(lane))
    if start < end:
        lane[start - first : end - first] = leg[start:end]


def _leg(source: BinaryIO, party: Party, sample_rate_hz: int | None) -> Audio:
    try:
        audio = decode(source, sample_rate_hz=sample_rate_hz)
    except SapaError as exc:
        raise PartRefused(party.value, exc) from exc
    if audio.channels != MONO:
        raise PairNotMono(party.value, audio.channels)
    return audio


def _form(audio: Audio) -> str:
    return "/".join(filter(None, (audio.container, audio.codec)))
