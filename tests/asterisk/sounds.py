"""What a telephone of the lab says: a stretch of a real call, another for each, without its silences, as A-law."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
LENGTH_S = 30
_RATE = 8000
_PIECE, _QUIET = 400, 200.0  # samples looked at together, and the loudness below which they are silence


def telephone_sound(path: Path, *, seed: int) -> Path:
    calls = sorted(SAMPLES.glob("harper*.wav"))
    with wave.open(str(calls[seed % len(calls)]), "rb") as sound:
        frames = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2")
        channels, rate = sound.getnchannels(), sound.getframerate()
    voice = _without_silence(frames.reshape(-1, channels)[:: rate // _RATE, seed // len(calls) % channels])
    path.write_bytes(alaw(np.resize(np.roll(voice, -(seed * 2 % 8) * _RATE), LENGTH_S * _RATE)))
    return path


def _without_silence(samples: np.ndarray) -> np.ndarray:
    """So that whatever part of it is heard has a voice."""
    pieces = samples[: len(samples) // _PIECE * _PIECE].reshape(-1, _PIECE)
    spoken: np.ndarray = pieces[np.sqrt(np.mean(pieces.astype(float) ** 2, axis=1)) > _QUIET].ravel()
    return spoken


def alaw(samples: np.ndarray) -> bytes:
    """ITU-T G.711, A-law, from 16 bits."""
    magnitude = np.minimum(np.abs(samples.astype(np.int32)) >> 3, 4095)
    exponent = np.maximum(0, np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32) - 4)
    mantissa = np.where(exponent > 1, (magnitude >> np.maximum(exponent, 1)) & 15, (magnitude >> 1) & 15)
    code = (exponent << 4) | mantissa
    return bytes(np.where(samples >= 0, code | 0x80, code).astype(np.uint8) ^ 0x55)


def heard_in(leg: Path, sent: Path) -> float:
    """How much of a recorded leg is what was sent, 0 to 1: the best normalised correlation of five seconds of it."""
    with wave.open(str(leg), "rb") as sound:
        recorded = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2").astype(float)
    spoken = _linear(sent.read_bytes())
    loudest = max(
        range(0, max(1, len(recorded) - 5 * _RATE), _RATE), key=lambda at: _power(recorded[at : at + 5 * _RATE])
    )
    piece = recorded[loudest : loudest + 5 * _RATE]
    size = 1 << (len(spoken) + len(piece)).bit_length()
    found = np.fft.irfft(np.fft.rfft(spoken, size) * np.conj(np.fft.rfft(piece, size)), size)[: len(spoken)]
    at = int(np.argmax(np.abs(found)))
    there = spoken[at : at + len(piece)]
    level = np.sqrt(_power(piece[: len(there)]) * _power(there))
    return float(abs(found[at]) / level) if level else 0.0


def _power(samples: np.ndarray) -> float:
    return float(np.sum(samples**2))


def _linear(coded: bytes) -> np.ndarray:
    code = np.frombuffer(coded, dtype=np.uint8).astype(np.int32) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    magnitude = np.where(exponent > 0, ((mantissa << 1) + 33) << np.maximum(exponent - 1, 0), (mantissa << 1) + 1) << 3
    return np.where(code & 0x80, magnitude, -magnitude).astype(float)
