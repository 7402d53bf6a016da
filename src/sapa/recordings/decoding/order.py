"""What is asked of the decoder and within which limits: plain values that travel between processes as JSON.

A header's claims are believed only within limits, because resampling multiplies them: 60,000 frames at "1 Hz" are
240 kB on disk and 8 GB at 16 kHz.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

ORDER_BYTES = 1024  # every order is padded to this, so that a stream socket keeps them apart
MB = 1 << 20
SAMPLE_BYTES = 4  # float32
MOST_CHANNELS = 8
LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 4_000, 192_000
MEMORY_LACKING, SPACE_LACKING = "memory_lacking", "space_lacking"  # codes between child and worker only


@dataclass(frozen=True)
class DecodeLimits:
    """`memory_mb` comes on top of what a resting decoder holds (about 90 MB), together under 512.

    The time limit grows with the size of the file: a megabyte may be an hour of a slow codec, and the machine
    may be busy with speech.
    """

    longest_h: float = 12.0
    most_sound_mb: int = 8192  # decoded, on disk while it is worked on; 12 hours of two channels at 16 kHz are 5530
    memory_mb: int = 320
    space_kept_mb: int = 256  # of the disk, for the database beside it
    shortest_limit_s: float = 60.0
    limit_per_mb_s: float = 30.0
    longest_limit_s: float = 1800.0

    def limit_s(self, size_bytes: int) -> float:
        return min(self.longest_limit_s, self.shortest_limit_s + self.limit_per_mb_s * size_bytes / MB)


@dataclass(frozen=True)
class Order:
    """`is_probe`: decode nothing, tell what the child can still do."""

    container: str = ""
    sample_rate_hz: int | None = None
    limit_s: float = 60.0
    limits: DecodeLimits = field(default_factory=DecodeLimits)
    is_probe: bool = False

    def as_bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode().ljust(ORDER_BYTES)

    @classmethod
    def of(cls, raw: bytes) -> Order:
        told = json.loads(raw)
        return cls(**{**told, "limits": DecodeLimits(**told["limits"])})
