from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sapa.recordings.tests.sounds import RATE_HZ, tone
from sapa.recordings.types import Audio
from sapa.recordings.waveform import MOST_PEAKS, PEAKS_PER_S, peaks_of


def audio(*channels: list[float], rate_hz: int = RATE_HZ) -> Audio:
    return Audio(np.array(channels, dtype=np.float32), rate_hz)


def test_a_second_gives_twenty_pairs_for_each_channel() -> None:
    peaks = peaks_of(audio(list(tone(400)), list(tone(900))))
    assert [len(channel) for channel in peaks] == [2 * PEAKS_PER_S] * 2
    assert set(peaks[0][::2]) == {-50}
    assert set(peaks[0][1::2]) == {50}


def test_a_long_call_gets_wider_slices_and_not_more() -> None:
    hour = Audio(np.zeros((2, 3600 * 100), dtype=np.float32), 100)
    assert [len(channel) for channel in peaks_of(hour)] == [2 * MOST_PEAKS] * 2


def test_a_click_anywhere_is_in_its_slice() -> None:
    samples = [0.0] * RATE_HZ
    samples[RATE_HZ // 2] = 1.0
    samples[RATE_HZ - 1] = -1.0
    (peaks,) = peaks_of(audio(samples))
    assert [place for place, peak in enumerate(peaks) if peak] == [PEAKS_PER_S + 1, 2 * PEAKS_PER_S - 2]


@pytest.mark.parametrize("samples", [[0.25], [0.25] * 3, [-1.0, 1.0]])
def test_the_shortest_recording_has_a_peak(samples: list[float]) -> None:
    (peaks,) = peaks_of(audio(samples))
    assert peaks == [round(min(samples) * 100), round(max(samples) * 100)]


def test_what_is_too_loud_is_cut() -> None:
    assert peaks_of(audio([-3.0, 3.0])) == [[-100, 100]]


@settings(deadline=None)
@given(
    st.lists(st.floats(-2, 2, width=32), min_size=1, max_size=400),
    st.sampled_from([20, 100, RATE_HZ]),
)
def test_peaks_are_pairs_of_low_and_high_in_range(samples: list[float], rate_hz: int) -> None:
    (peaks,) = peaks_of(audio(samples, rate_hz=rate_hz))
    lows, highs = peaks[::2], peaks[1::2]
    assert len(lows) == len(highs) >= 1
    assert all(-100 <= low <= high <= 100 for low, high in zip(lows, highs, strict=True))
    assert max(highs) == round(float(np.clip(np.float32(max(samples)), -1, 1) * np.float32(100)))
