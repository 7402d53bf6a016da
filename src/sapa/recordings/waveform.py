"""Waveform peaks: what the player draws, small enough to travel with the page."""

from __future__ import annotations

import numpy as np

from sapa.recordings.sound import let_go
from sapa.recordings.types import Audio

PEAKS_PER_S = 20
MOST_PEAKS = 6000  # a 5-minute call in full detail; longer calls get wider slices
AT_ONCE_SAMPLES = 4_000_000  # 16 MB for each channel, so that hours need no more


def peaks_of(audio: Audio) -> list[list[int]]:
    """For each channel minimum and maximum of equal slices, alternating, as whole numbers in −100…100."""
    total = audio.samples.shape[1]
    slices = max(1, min(MOST_PEAKS, int(audio.duration_s * PEAKS_PER_S)))
    edges = np.linspace(0, total, slices, endpoint=False, dtype=np.int64)
    slices_at_once = max(1, AT_ONCE_SAMPLES * slices // total)
    pairs = np.empty((audio.channels, slices, 2), dtype=np.float32)
    for first in range(0, slices, slices_at_once):
        last = min(first + slices_at_once, slices)
        start, end = edges[first], edges[last] if last < slices else total
        piece, within = audio.samples[:, start:end], edges[first:last] - start
        pairs[:, first:last, 0] = np.minimum.reduceat(piece, within, axis=1)
        pairs[:, first:last, 1] = np.maximum.reduceat(piece, within, axis=1)
        let_go(audio.samples)
    whole = np.rint(np.clip(pairs, -1.0, 1.0) * 100).astype(int)
    peaks: list[list[int]] = whole.reshape(audio.channels, -1).tolist()
    return peaks
