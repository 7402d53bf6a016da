"""When one party's file starts after the other's, shown by the sound: a telephone lets a little of each voice into the
other's leg, and where that is there the same waveform stands in both files.

It must never be taken for found where it is not, since everything between the parties is measured by it. A stretch of
one leg counts only if it stands out by far in the other, and several must agree. Each voice must be found in the other
leg, for what comes back from one side alone may come late by any time: in two of the seven sample calls one voice
returns after 0.9 and 1.2 seconds though both legs are on one clock. Two clean legs share nothing; nothing is found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray

from sapa.recordings.sound import let_go
from sapa.recordings.types import Samples

Signal = NDArray[np.float32]

RATE_HZ = 8000  # telephone voice has nothing above half of it
BAND_HZ = (300.0, 3300.0)  # without hum below and what decimation folds in above
PROBE_S = 8.0
MOST_PROBES = 12
SILENT = 1e-5  # RMS; digital silence
MARGIN_S = 30.0  # a leg may start so much before or end so much after the other one
BLOCK_SAMPLES = 1 << 18
LOCAL_SAMPLES = 160  # 20 ms: a whisper and a shout weigh the same in the comparison
SPOKEN_SHARE = 0.1  # of a leg's loud level, by amplitude: its own voice is above it
LEAKED_SHARE = 0.3  # what the other's voice leaves here is below it
STANDS_OUT = 9.0  # standard deviations; the best of a million unrelated places is about 5
LEADS = 1.5  # times over the second place
NEAR_S = 0.05  # places so close are one: an echo comes a little late
AGREEING = 2  # stretches each way, and more than half of those that stand out
MOST_ECHO_S = 0.3  # both ways together; the offset lies between what each way shows, so half of it is the worst error


def offset_by_sound(customer: Samples, agent: Samples, rate_hz: int) -> float | None:
    """Seconds by which the agent's file starts after the customer's; None when the sound does not show it.

    `(samples,)` float32 each.
    """
    legs = _Leg(customer, rate_hz), _Leg(agent, rate_hz)
    if min(leg.length_s for leg in legs) < PROBE_S:
        return None
    longer_s = legs[0].length_s - legs[1].length_s
    earliest_s, latest_s = min(0.0, longer_s) - MARGIN_S, max(0.0, longer_s) + MARGIN_S
    # The customer's voice at t comes back in the agent's file at t − offset + echo, the agent's in the customer's file
    # at t + offset + echo: the offset is not before the one and not after the other.
    not_before = _agreed([-lag_s for lag_s in _lags_s(legs[0], legs[1], -latest_s, -earliest_s)])
    not_after = _agreed(list(_lags_s(legs[1], legs[0], earliest_s, latest_s)))
    if not_before is None or not_after is None or not -NEAR_S <= not_after - not_before <= MOST_ECHO_S:
        return None
    return round((not_before + not_after) / 2, 3)


def _agreed(offsets: Sequence[float]) -> float | None:
    groups = [[other for other in offsets if abs(other - offset) <= NEAR_S] for offset in offsets]
    best = max(groups, key=len, default=[])
    if len(best) < AGREEING or 2 * len(best) <= len(offsets):
        return None
    return float(np.median(best))


class _Leg:
    """One file, read in pieces at about `RATE_HZ`."""

    def __init__(self, samples: Samples, rate_hz: int) -> None:
        self._samples = samples
        self._step = max(1, rate_hz // RATE_HZ)
        self.rate_hz = rate_hz / self._step
        self.length = len(samples) // self._step

    @property
    def length_s(self) -> float:
        return self.length / self.rate_hz

    def piece(self, first: int, length: int) -> Signal:
        """Filled with silence where the file has nothing."""
        out = np.zeros(length, dtype=np.float32)
        start, end = max(0, first), min(self.length, first + length)
        if start < end:
            sound = np.asarray(self._samples[start * self._step : end * self._step])
            out[start - first : end - first] = sound.reshape(-1, self._step).mean(axis=1)
            let_go(self._samples)
        return out

    @cached_property
    def places(self) -> list[tuple[int, float]]:
        """Stretches of a probe's length, spread over the file, each with its RMS level."""
        length = int(PROBE_S * self.rate_hz)
        every = max(length, self.length // (4 * MOST_PROBES))
        starts = range(0, max(1, self.length - length), every)
        return [(first, float(np.sqrt(np.square(self.piece(first, length)).mean()))) for first in starts]

    @property
    def loud_places(self) -> list[int]:
        loud = sorted(self.places, key=lambda place: -place[1])[:MOST_PROBES]
        return sorted(first for first, _level in loud)

    @property
    def loud_level(self) -> float:
        return max(level for _first, level in self.places)


def _lags_s(source: _Leg, target: _Leg, least_s: float, most_s: float) -> Iterator[float]:
    """For each loud stretch of `source` where it stands in `target`, if it clearly does; lags are target − source."""
    length = int(PROBE_S * source.rate_hz)
    for first in source.loud_places:
        probe = _evened(source.piece(first, length), least=SPOKEN_SHARE * source.loud_level)
        if not probe.any():
            continue
        low = first + int(least_s * source.rate_hz)
        high = first + int(most_s * source.rate_hz)
        place = _best_place(probe, target, low, high)
        if place is not None:
            yield (place - first) / source.rate_hz


def _best_place(probe: Signal, target: _Leg, low: int, high: int) -> int | None:
    """The start in `target` at which the probe fits by far best.

    Only the highest fit of each block is kept: a leg of hours holds a hundred million places.
    """
    low, high = max(low, -len(probe)), min(high, target.length)
    tops: list[tuple[float, int, int]] = []  # of each block: the best fit, where the block starts and ends
    best, height, energy = low, -1.0, 0.0
    for first, fit in _fits(probe, target, low, high):
        at = int(fit.argmax())
        tops.append((float(fit[at]), first, first + len(fit)))
        energy += float(np.square(fit).sum(dtype=np.float64))
        if tops[-1][0] > height:
            best, height = first + at, tops[-1][0]
    if not energy:
        return None
    near = int(NEAR_S * target.rate_hz)
    if height < STANDS_OUT * sqrt(energy / (high - low)) or height < LEADS * _second(probe, target, tops, best, near):
        return None
    return best


def _fits(probe: Signal, target: _Leg, low: int, high: int) -> Iterator[tuple[int, Signal]]:
    """Block by block how well the probe fits at each start from `low` on; with the start of the block."""
    step = BLOCK_SAMPLES - len(probe)
    for first in range(low, high, step):
        block = _evened(target.piece(first, BLOCK_SAMPLES), most=LEAKED_SHARE * target.loud_level)
        yield first, np.abs(_whitened_correlation(block, probe)[: min(step, high - first)])


def _second(probe: Signal, target: _Leg, tops: Sequence[tuple[float, int, int]], best: int, near: int) -> float:
    """The best fit that is not `near` to the best of all: blocks that reach there are looked at once more."""
    low, high = max(tops[0][1], best - near), best + near
    second = 0.0
    for top, first, end in tops:
        if end <= low or first >= high:
            second = max(second, top)
        elif top > second:
            fit = next(_fits(probe, target, first, end))[1]
            fit[max(0, low - first) : max(0, high - first)] = 0.0
            second = max(second, float(fit.max()))
    return second


def _evened(signal: Signal, *, least: float = 0.0, most: float = inf) -> Signal:
    """The band of voice, every 20 ms of it equally loud, without what is quieter than `least` or louder than `most`.

    So a voice is looked for only where it is somebody's own, and found only where it came over: which way it went
    says which side of the offset it shows.
    """
    spectrum = np.fft.rfft(signal)
    hz = np.fft.rfftfreq(len(signal), 1 / RATE_HZ)
    spectrum[(hz < BAND_HZ[0]) | (hz > BAND_HZ[1])] = 0.0
    voice = np.fft.irfft(spectrum, len(signal)).astype(np.float32)
    pieces = voice[: len(voice) // LOCAL_SAMPLES * LOCAL_SAMPLES].reshape(-1, LOCAL_SAMPLES)
    level = np.sqrt(np.square(pieces).mean(axis=1, keepdims=True))
    kept = (level >= max(least, SILENT)) & (level <= most)
    even = np.where(kept, pieces / np.where(kept, level, 1.0), 0.0).reshape(-1)
    bounded: Signal = np.clip(np.pad(even, (0, len(voice) - len(even))), -2.0, 2.0).astype(np.float32)
    return bounded


def _whitened_correlation(block: Signal, probe: Signal) -> Signal:
    """Correlation by phase alone (GCC-PHAT; Knapp and Carter 1976): tones and hum, alike everywhere, weigh nothing."""
    cross = np.fft.rfft(block) * np.conj(np.fft.rfft(probe, len(block)))
    hz = np.fft.rfftfreq(len(block), 1 / RATE_HZ)
    size = np.abs(cross)
    white = np.where((hz >= BAND_HZ[0]) & (hz <= BAND_HZ[1]) & (size > 0), cross / np.where(size > 0, size, 1.0), 0.0)
    found: Signal = np.fft.irfft(white, len(block)).astype(np.float32)
    return found
