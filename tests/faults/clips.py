"""Short calls that all differ: one to two seconds cut out of the sample calls."""

from __future__ import annotations

import io
import random
import wave
from functools import cache
from pathlib import Path

SAMPLES = sorted((Path(__file__).parents[2] / "samples").glob("*.wav"))
RATE_HZ = 8000
FRAME_BYTES = 4  # two channels of two bytes


def clip(number: int, *, silence_bytes: int = 0) -> bytes:
    """The same number is the same clip; with `silence_bytes`, some silence makes it longer."""
    chance = random.Random(number)
    sound = _sound(chance.randrange(len(SAMPLES)))
    frames = chance.randrange(RATE_HZ, 2 * RATE_HZ)
    start = chance.randrange(len(sound) // FRAME_BYTES - frames) * FRAME_BYTES
    # The number in the first frame tells two clips apart that were cut at the same place.
    head = number.to_bytes(FRAME_BYTES, "little")
    out = io.BytesIO()
    with wave.open(out, "wb") as target:
        target.setparams((2, 2, RATE_HZ, 0, "NONE", ""))
        target.writeframes(head + sound[start : start + frames * FRAME_BYTES] + bytes(silence_bytes))
    return out.getvalue()


@cache
def _sound(place: int) -> bytes:
    with wave.open(str(SAMPLES[place])) as source:
        frames: bytes = source.readframes(source.getnframes())
    return frames
