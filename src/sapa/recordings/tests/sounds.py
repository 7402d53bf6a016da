"""WAV files made by hand: tones by which a channel can be told, in every sample form the decoder must take."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 8000
PCM, FLOAT, ALAW, MULAW = 1, 3, 6, 7
Wave = NDArray[np.float64]


def tone(hz: float, *, duration_s: float = 1.0, rate_hz: int = RATE_HZ, level: float = 0.5) -> Wave:
    """`(samples,)` in −1…1."""
    at_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    return level * np.sin(2 * np.pi * hz * at_s)


def wav(channels: Sequence[Wave], *, rate_hz: int = RATE_HZ, form: int = PCM, bits: int = 16) -> bytes:
    """A RIFF file of these channels, interleaved."""
    return riff(encoded(np.stack(channels, axis=1), form, bits), len(channels), rate_hz=rate_hz, form=form, bits=bits)


def riff(data: bytes, channels: int, *, rate_hz: int = RATE_HZ, form: int = PCM, bits: int = 16) -> bytes:
    """A RIFF file around sample bytes (Microsoft, "Multimedia Programming Interface", 1991)."""
    frame_bytes = channels * bits // 8
    fmt = struct.pack("<HHIIHH", form, channels, rate_hz, rate_hz * frame_bytes, frame_bytes, bits)
    chunks = b"fmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def encoded(samples: NDArray[np.float64], form: int, bits: int) -> bytes:
    if form == FLOAT:
        return bytes(samples.astype("<f4" if bits == 32 else "<f8").tobytes())
    if form == ALAW:
        return bytes(_alaw(value) for value in samples.reshape(-1))
    if form == MULAW:
        return bytes(_mulaw(value) for value in samples.reshape(-1))
    if bits == 8:
        return bytes(np.rint(samples * 127 + 128).astype(np.uint8).tobytes())
    whole = np.rint(samples * (2 ** (bits - 1) - 1)).astype("<i4")
    if bits == 24:
        return bytes(whole.reshape(-1).view(np.uint8).reshape(-1, 4)[:, :3].tobytes())
    return bytes(whole.astype("<i2" if bits == 16 else "<i4").tobytes())


def _mulaw(value: float) -> int:
    """ITU-T G.711, µ-law: 14-bit magnitude plus 33, its highest bit is the segment."""
    magnitude = min(round(abs(value) * 8159), 8158) + 33
    segment = magnitude.bit_length() - 6
    code = (segment << 4) | ((magnitude >> (segment + 1)) & 0x0F)
    return ~(code | (0x80 if value < 0 else 0)) & 0xFF


def _alaw(value: float) -> int:
    """ITU-T G.711, A-law: 12-bit magnitude, every even bit turned over."""
    magnitude = min(round(abs(value) * 4096), 4095)
    segment = max(magnitude.bit_length() - 5, 0) if magnitude >= 32 else 0
    step = (magnitude >> segment) & 0x0F if segment else (magnitude >> 1) & 0x0F
    code = (segment << 4) | step
    return (code | (0x80 if value >= 0 else 0)) ^ 0x55


def of(content: bytes) -> io.BytesIO:
    return io.BytesIO(content)


def loudest_hz(samples: NDArray[np.float32], rate_hz: int) -> float:
    """The frequency that a channel's spectrum has its peak at."""
    spectrum = np.abs(np.fft.rfft(samples))
    return float(spectrum.argmax() * rate_hz / len(samples))
