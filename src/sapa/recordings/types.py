"""Sound as values: decoded audio, facts of a file, and which channel is the agent's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Audio:
    """`samples`: `(channels, samples)` float32 in −1…1 at `sample_rate_hz`."""

    samples: Samples
    sample_rate_hz: int

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


UNSURE = AgentChannel(None, ChannelSource.UNSURE, 0.0)
