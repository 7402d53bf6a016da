"""What a telephone line carries when nobody speaks: silence, hiss, tones, ring-back, hold music. Mono, 16 kHz."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from sapa.recordings.decoders import decode
from sapa.recordings.types import Samples
from sapa.transcripts.engines import SAMPLE_RATE_HZ
from tests import needs

# Frequencies in Hz, seconds on, seconds off (ITU-T E.180 and its list of national tones).
RINGING = (([425], 1.0, 4.0), ([440, 480], 2.0, 4.0), ([400, 450], 0.4, 0.2))
CALLING = (
    ([425], 1.0, 0.0),
    ([350, 440], 1.0, 0.0),
    ([480, 620], 0.5, 0.5),
    ([425], 0.5, 0.5),
    ([950, 1800], 0.3, 0.03),
)
KEYS = ((697, 770, 852, 941), (1209, 1336, 1477))


def silence(duration_s: int) -> Samples:
    return np.zeros(duration_s * SAMPLE_RATE_HZ, dtype=np.float32)


def hiss(duration_s: int) -> Samples:
    """From hardly there to as loud as talk."""
    noise = np.random.default_rng(5).normal(0.0, 1.0, duration_s * SAMPLE_RATE_HZ)
    return (noise * np.geomspace(0.0005, 0.1, len(noise))).astype(np.float32)


def ringing(duration_s: int) -> Samples:
    return _in_turn(RINGING, duration_s)


def tones(duration_s: int) -> Samples:
    """Dial tones, busy, the information tone; then keys pressed for the rest."""
    half = _in_turn(CALLING, duration_s // 2)
    return np.concatenate([half, _filled(_keys(), duration_s - duration_s // 2)])


def music(duration_s: int) -> Samples:
    return _filled(_pieces(), duration_s)


HOURS: dict[str, Callable[[int], Samples]] = {
    "silence": silence,
    "hiss": hiss,
    "ring-back": ringing,
    "tones": tones,
    "hold music": music,
}


def _tone(frequencies: tuple[int, ...] | list[int], on_s: float, off_s: float, duration_s: float) -> Samples:
    at = np.arange(round(duration_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    sound = sum(np.sin(2 * np.pi * frequency * at) for frequency in frequencies) / len(frequencies)
    audible = (at % (on_s + off_s)) < on_s
    return np.asarray(0.3 * sound * audible, dtype=np.float32)


def _in_turn(kinds: tuple[tuple[list[int], float, float], ...], duration_s: int) -> Samples:
    each_s = duration_s / len(kinds)
    return np.concatenate([_tone(frequencies, on_s, off_s, each_s) for frequencies, on_s, off_s in kinds])


def _keys() -> Iterator[Samples]:
    chance = np.random.default_rng(6)
    while True:
        pressed = [int(chance.choice(row)) for row in KEYS]
        yield _tone(pressed, 1.0, 0.0, 0.12)
        yield np.zeros(round(chance.uniform(0.06, 1.5) * SAMPLE_RATE_HZ), dtype=np.float32)


def _pieces() -> Iterator[Samples]:
    pieces = []
    for path in needs.hold_music():
        with path.open("rb") as source:
            pieces.append(decode(source, sample_rate_hz=SAMPLE_RATE_HZ).samples[0])
    while True:
        yield from pieces


def _filled(sounds: Iterator[Samples], duration_s: int) -> Samples:
    filled = np.zeros(duration_s * SAMPLE_RATE_HZ, dtype=np.float32)
    at = 0
    while at < len(filled):
        sound = next(sounds)[: len(filled) - at]
        filled[at : at + len(sound)] = sound
        at += len(sound)
    return filled
