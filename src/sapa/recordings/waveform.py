"""Waveform peaks: what the player draws, small enough to travel with the page."""

from __future__ import annotations

import numpy as np

from sapa.recordings.types import Audio

PEAKS_PER_S = 20
MOST_PEAKS = 6000  # a 5-minute call in full detail; longer calls get wider slices


def peaks_of(audio: Audio) -> list[list[int]]:
    """For each channel minimum and maximum of equal slices, alternating, as whole numbers in −100…100."""
    total = audio.samples.shape[1]
    slices = max(1, min(MOST_PEAKS, int(audio.duration_s * PEAKS_PER_S)))
    edges = np.linspace(0, total, slices, endpoint=False, dtype=np.int64)
    peaks = []
    for channel in audio.samples:
        low = np.minimum.reduceat(channel, edges)
        high = np.maximum.reduceat(channel, edges)
        pairs = np.clip(np.stack([low, high], axis=1), -1.0, 1.0).reshape(-1) * 100
        peaks.append([int(value) for value in np.rint(pairs)])
    return peaks
