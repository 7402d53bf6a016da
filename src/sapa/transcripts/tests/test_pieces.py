from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sapa.recordings.types import Samples
from sapa.transcripts.pieces import GRID, Stretch, cut_in_silence, pause_in

LONGEST = 100 * GRID


def loud_in(piece: Samples) -> list[Stretch]:
    """A stand-in for a voice detector: what is not zero."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (piece != 0).astype(np.int8), [0]])))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def channel_of(total: int, *loud: Stretch) -> Samples:
    samples = np.zeros(total, dtype=np.float32)
    for start, end in loud:
        samples[start:end] = 0.5
    return samples


def cut(channel: Samples) -> tuple[tuple[Stretch, ...], tuple[Stretch, ...]]:
    found = cut_in_silence(channel, loud_in, longest=LONGEST, progress=lambda share: None)
    return found.pieces, found.voice


def test_what_fits_is_one_piece() -> None:
    channel = channel_of(LONGEST, (10, 50), (900, 1600))
    assert cut(channel) == (((0, LONGEST),), ((10, 50), (900, 1600)))


def test_nothing_is_one_empty_piece() -> None:
    assert cut(channel_of(0)) == (((0, 0),), ())


def test_it_is_cut_in_the_longest_pause_near_the_end() -> None:
    talk = ((0, 82 * GRID), (84 * GRID, 86 * GRID), (92 * GRID, 150 * GRID))
    pieces, voice = cut(channel_of(150 * GRID, *talk))
    assert pieces == ((0, 89 * GRID), (89 * GRID, 150 * GRID))
    assert voice == talk


def test_a_pause_long_before_the_end_is_not_waited_for() -> None:
    assert pause_in([(0, 10 * GRID), (30 * GRID, 100 * GRID)], 100 * GRID) == 100 * GRID


def test_talk_without_a_pause_is_cut_all_the_same() -> None:
    pieces, voice = cut(channel_of(250 * GRID, (0, 250 * GRID)))
    assert pieces == ((0, 100 * GRID), (100 * GRID, 200 * GRID), (200 * GRID, 250 * GRID))
    assert voice == pieces


def test_progress_goes_up_to_the_whole() -> None:
    shares: list[float] = []
    cut_in_silence(channel_of(5 * LONGEST), loud_in, longest=LONGEST, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) >= 5


@settings(deadline=None)
@given(
    st.integers(0, 4 * LONGEST),
    st.lists(st.tuples(st.integers(0, 4 * LONGEST), st.integers(1, LONGEST)), max_size=12),
)
def test_pieces_cover_all_and_every_voice_stands_in_them(total: int, loud: list[tuple[int, int]]) -> None:
    channel = channel_of(total, *((start, start + length) for start, length in loud))
    pieces, voice = cut(channel)
    edges = [0, *(last for _, last in pieces)]
    assert list(pieces) == list(pairwise(edges))
    assert edges[-1] == total
    assert all(last - first <= LONGEST for first, last in pieces)
    assert all(first % GRID == 0 for first, _ in pieces)
    heard = np.zeros(total, dtype=bool)
    for start, end in voice:
        heard[start:end] = True
    assert (heard == (channel != 0)).all()
