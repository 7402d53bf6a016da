"""Short pieces of the sample calls as WAV files, and the two parties of a call changing their channels."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np

from tests.fixtures.graded_call import SAMPLES, cut_short

CLIP_S = 20.0
BANK = "harper-valley-00d676d7058c49bb.wav"  # the agent on channel 1
GARAGE = "auto-repairs-40.wav"  # the agent on channel 0


def clip(name: str, folder: Path) -> Path:
    """The opening of a sample call."""
    path = folder / name
    path.write_bytes(cut_short(SAMPLES / name, CLIP_S))
    return path


def channels_changed(path: Path) -> Path:
    """The same sound with channel 0 and channel 1 exchanged, beside it."""
    with wave.open(str(path), "rb") as source:
        settings, frames = source.getparams(), source.readframes(source.getnframes())
    samples = np.frombuffer(frames, dtype="<i2").reshape(-1, 2)
    out = io.BytesIO()
    with wave.open(out, "wb") as target:
        target.setparams(settings)
        target.writeframes(samples[:, ::-1].tobytes())
    changed = path.with_name(f"changed-{path.name}")
    changed.write_bytes(out.getvalue())
    return changed
