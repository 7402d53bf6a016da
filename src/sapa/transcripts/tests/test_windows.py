"""Which stretches of a channel are heard together, and where in the call their words lie."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sapa.transcripts.engines import SAMPLE_RATE_HZ
from sapa.transcripts.engines.faster_whisper.windows import (
    BATCH,
    JOIN_S,
    LONGEST_S,
    MARGIN_S,
    SHORTEST_S,
    Window,
    batches_of,
    windows_in,
)

LONGEST_TALK = round((LONGEST_S - 2 * MARGIN_S) * SAMPLE_RATE_HZ)


@st.composite
def channels(draw: st.DrawFn) -> tuple[list[tuple[int, int]], int]:
    """Stretches with a voice in a channel, in samples, and how long the channel is."""
    at, voice = draw(st.integers(0, 2 * SAMPLE_RATE_HZ)), []
    for _ in range(draw(st.integers(0, 12))):
        end = at + draw(st.integers(1, LONGEST_TALK))
        voice.append((at, end))
        at = end + draw(st.integers(0, 5 * SAMPLE_RATE_HZ))
    return voice, (voice[-1][1] if voice else at) + draw(st.integers(0, SAMPLE_RATE_HZ))


@given(channels())
def test_every_sample_with_a_voice_is_heard_once_and_none_twice(channel: tuple[list[tuple[int, int]], int]) -> None:
    voice, length = channel
    pieces = [piece for window in windows_in(0, voice, length) for piece in window.pieces]
    assert all(0 <= start < end <= length for start, end in pieces)
    assert all(end <= next_start for (_, end), (next_start, _) in itertools.pairwise(pieces))
    assert all(any(first <= start and end <= last for first, last in pieces) for start, end in voice)


@given(channels())
def test_no_window_is_longer_than_the_model_hears(channel: tuple[list[tuple[int, int]], int]) -> None:
    for window in windows_in(0, *channel):
        assert window.length <= LONGEST_S * SAMPLE_RATE_HZ
        assert max(window.length, SHORTEST_S * SAMPLE_RATE_HZ) <= window.padded <= 30 * SAMPLE_RATE_HZ


@given(channels(), st.integers(1, 4), st.integers(1, 3))
def test_batches_hold_each_window_once_and_are_of_one_length(
    channel: tuple[list[tuple[int, int]], int], parties: int, at_once: int
) -> None:
    windows = [window for party in range(parties) for window in windows_in(party, *channel)]
    batches = list(batches_of(windows, at_once=at_once))
    assert sorted((one for batch in batches for one in batch), key=windows.index) == windows
    assert all(len({window.padded for window in batch}) == 1 and len(batch) <= BATCH for batch in batches)


def test_a_long_silence_is_cut_short_and_a_short_one_stays() -> None:
    second = SAMPLE_RATE_HZ
    short = round((JOIN_S - 0.1) * second)
    voice = [(second, 2 * second), (2 * second + short, 4 * second), (30 * second, 31 * second)]
    (window,) = windows_in(0, voice, 60 * second)
    margin = round(MARGIN_S * second)
    assert window.pieces == ((second - margin, 4 * second + margin), (30 * second - margin, 31 * second + margin))


def test_talk_is_shared_out_evenly() -> None:
    """Forty seconds: two windows of about twenty, not one of twenty-eight and a rest that is too short to hear well."""
    second = SAMPLE_RATE_HZ
    windows = windows_in(0, [(5 * at * second, (5 * at + 2) * second) for at in range(20)], 100 * second)
    lengths = [window.length / second for window in windows]
    assert len(lengths) == 2
    assert abs(lengths[0] - lengths[1]) <= 2 * (2 + 2 * MARGIN_S)


WINDOW = Window(0, ((16_000, 48_000), (160_000, 192_000)))  # 1–3 s and 10–12 s of the channel, heard as 0–4 s


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ((0.5, 1.0), (1.5, 2.0)),
        ((2.5, 3.0), (10.5, 11.0)),
        ((1.5, 2.2), (2.5, 3.0)),  # the model took the silence that was cut for a part of the word
        ((1.9, 2.9), (10.0, 10.9)),
        ((3.5, 4.6), (11.5, 12.0)),  # into the padding
    ],
)
def test_times_in_a_window_are_times_in_the_channel(heard: tuple[float, float], said: tuple[float, float]) -> None:
    assert WINDOW.times(*heard) == pytest.approx(said)


@given(st.lists(st.floats(0.0, 5.0), min_size=2, max_size=20).map(sorted))
def test_words_in_order_stay_in_order(edges: list[float]) -> None:
    words = list(itertools.pairwise(edges))
    starts = [WINDOW.times(*word)[0] for word in words]
    assert starts == sorted(starts)


def test_it_gives_the_sound_of_its_pieces() -> None:
    channel = np.arange(200_000, dtype=np.float32)
    assert WINDOW.of(channel).tolist() == [*range(16_000, 48_000), *range(160_000, 192_000)]


def test_few_windows_are_shared_out_over_those_who_hear_them() -> None:
    windows = [window for party in range(5) for window in windows_in(party, [(0, 5 * SAMPLE_RATE_HZ)], 100_000)]
    assert [len(batch) for batch in batches_of(windows, at_once=2)] == [2, 2, 1]
    assert [len(batch) for batch in batches_of(windows[:2], at_once=2)] == [1, 1]
    assert [len(batch) for batch in batches_of(windows[:2], at_once=1)] == [2]
