"""Sound as values: decoded audio, facts of a file, and which channel is the agent's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
MONO, PARTY_CHANNELS = 1, 2
PLACE_EVERY_S = 10  # of a listening copy it is kept where in it each so many seconds begin


@dataclass(frozen=True)
class Audio:
    """`samples`: `(channels, samples)` float32 in −1…1 at `sample_rate_hz`, read-only; of a long recording they are
    mapped from a file, so work through them piece by piece and let each go (`recordings.sound.let_go`).

    `is_truncated`: there is less sound than the file promises, because it was cut short or parts of it are damaged.
    `container` and `codec` say what it was decoded from, "" when it was not.
    """

    samples: Samples
    sample_rate_hz: int
    is_truncated: bool = False
    container: str = ""
    codec: str = ""

    @property
    def channels(self) -> int:
        return int(self.samples.shape[0])

    @property
    def duration_s(self) -> float:
        return float(self.samples.shape[1] / self.sample_rate_hz)


class ChannelSource(StrEnum):
    TOLD = "told"
    FOUND = "found"
    UNSURE = "unsure"


@dataclass(frozen=True)
class AgentChannel:
    """Which channel (0-based) is the agent's; None when nobody said and the talk does not show it.

    `confidence` 0–1: 1 when told; when found, how far the better channel leads.
    """

    channel: int | None
    source: ChannelSource
    confidence: float
    reason: str = ""


class OffsetSource(StrEnum):
    """How it is known by how much the agent's file starts later."""

    TOLD = "told"
    SAME_LENGTH = "same_length"
    SOUND = "sound"
    ASSUMED = "assumed"


@dataclass(frozen=True)
class Offset:
    """The agent's file starts `agent_s` after the customer's; before it when negative."""

    agent_s: float
    source: OffsetSource


@dataclass(frozen=True)
class RecordedCall:
    """The sound of a call, put together from its one file or two. `forms`: of each file its container and codec."""

    audio: Audio
    forms: tuple[str, ...]
    offset: Offset | None = None

    @property
    def is_mono(self) -> bool:
        return self.audio.channels == 1


UNSURE = AgentChannel(None, ChannelSource.UNSURE, 0.0)
