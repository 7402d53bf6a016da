"""The parties of the sample calls as two files, with a little of each voice in the other's, as telephones leave it."""

from __future__ import annotations

import io
import wave
from functools import lru_cache
from pathlib import Path

import numpy as np

from sapa.recordings.types import Samples

SAMPLES = Path(__file__).parents[4] / "samples"
NAMES = sorted(path.name for path in SAMPLES.glob("*.wav"))
RATE_HZ = 8000


@lru_cache(maxsize=8)
def legs_of(name: str) -> Samples:
    """`(2, samples)` float32 of a sample call, both legs clean and on one clock."""
    with wave.open(str(SAMPLES / name), "rb") as source:
        assert (source.getframerate(), source.getnchannels()) == (RATE_HZ, 2)
        frames = np.frombuffer(source.readframes(source.getnframes()), dtype="<i2")
    return np.ascontiguousarray(frames.reshape(-1, 2).T.astype(np.float32) / 32768)


def leaky(legs: Samples, *, leak_db: float, echo_s: float = 0.0, one_way: bool = False) -> Samples:
    """Each voice comes back in the other's leg after `echo_s`; only the first when `one_way`. Lines hiss a little."""
    late = round(echo_s * RATE_HZ)
    hiss = 1e-4 * np.random.default_rng(7).standard_normal(legs.shape).astype(np.float32)
    echoes = np.roll(legs[::-1], late, axis=1) * np.float32(10 ** (leak_db / 20))
    echoes[:, :late] = 0.0
    if one_way:
        echoes[0] = 0.0
    mixed: Samples = legs + echoes + hiss
    return mixed


def wav_of(leg: Samples) -> bytes:
    """A mono WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as target:
        target.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        target.writeframes(np.rint(np.clip(leg, -1, 1) * 32767).astype("<i2").tobytes())
    return out.getvalue()
