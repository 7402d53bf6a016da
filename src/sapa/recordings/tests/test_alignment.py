"""By how much one leg starts later, found in real speech where it can be heard, and nowhere else."""

from __future__ import annotations

import itertools
import tracemalloc

import numpy as np
import pytest

from sapa.recordings.alignment import BLOCK_SAMPLES, PROBE_S, _best_place, _evened, _Leg, offset_by_sound
from sapa.recordings.tests.legs import NAMES, RATE_HZ, leaky, legs_of

LATER_S = 3.37
CUT = round(LATER_S * RATE_HZ)
MOST_SEARCHING_BYTES = 24 << 20
SHORT = [name for name in NAMES if name.startswith("harper")]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("leak_db", "echo_s"), [(-20, 0.0), (-36, 0.06)])
def test_it_is_found_where_each_voice_leaks_into_the_others_leg(name: str, leak_db: float, echo_s: float) -> None:
    customer, agent = leaky(legs_of(name), leak_db=leak_db, echo_s=echo_s)
    assert offset_by_sound(customer, agent[CUT:], RATE_HZ) == pytest.approx(LATER_S, abs=0.02)
    assert offset_by_sound(customer[CUT:], agent, RATE_HZ) == pytest.approx(-LATER_S, abs=0.02)


@pytest.mark.parametrize("name", NAMES)
def test_clean_legs_show_nothing(name: str) -> None:
    """In two of them one voice comes back a second late: half an answer, which is none."""
    customer, agent = legs_of(name)
    assert offset_by_sound(customer, agent, RATE_HZ) is None
    assert offset_by_sound(customer, agent[CUT:], RATE_HZ) is None


@pytest.mark.parametrize(("one", "other"), list(itertools.pairwise(SHORT)))
def test_legs_of_different_calls_show_nothing(one: str, other: str) -> None:
    for first, second in itertools.product(leaky(legs_of(one), leak_db=-30), leaky(legs_of(other), leak_db=-30)):
        assert offset_by_sound(first, second, RATE_HZ) is None


def test_a_voice_that_comes_back_from_one_side_alone_shows_nothing() -> None:
    customer, agent = leaky(legs_of(SHORT[0]), leak_db=-20, echo_s=0.4, one_way=True)
    assert offset_by_sound(customer, agent, RATE_HZ) is None


@pytest.mark.parametrize("seconds", [0, 1, 7.9])
def test_a_leg_that_is_too_short_shows_nothing(seconds: float) -> None:
    customer, agent = leaky(legs_of(SHORT[0]), leak_db=-20)
    assert offset_by_sound(customer, agent[: round(seconds * RATE_HZ)], RATE_HZ) is None


def test_digital_silence_and_a_tone_show_nothing() -> None:
    silence = np.zeros(60 * RATE_HZ, dtype=np.float32)
    tone = np.sin(np.arange(60 * RATE_HZ) * 0.35).astype(np.float32)
    for customer, agent in ((silence, silence), (tone, silence), (tone, tone[CUT:])):
        assert offset_by_sound(customer, agent, RATE_HZ) is None


def test_a_higher_rate_finds_the_same() -> None:
    customer, agent = (np.repeat(leg, 2) for leg in leaky(legs_of(SHORT[0]), leak_db=-30))
    assert offset_by_sound(customer, agent[2 * CUT :], 2 * RATE_HZ) == pytest.approx(LATER_S, abs=0.02)


@pytest.mark.parametrize("from_seam_ms", [-60, -30, -10, 0, 10, 60])
def test_an_echo_across_the_seam_of_two_blocks_is_no_second_place(from_seam_ms: int) -> None:
    voice = np.random.default_rng(3).standard_normal(round(PROBE_S * RATE_HZ)).astype(np.float32)
    probe, hiss = _evened(voice), np.random.default_rng(4).standard_normal(2 * BLOCK_SAMPLES).astype(np.float32)
    place = BLOCK_SAMPLES - len(probe) + from_seam_ms * RATE_HZ // 1000
    for late, level in ((0, 1.0), (RATE_HZ // 50, 0.9)):
        hiss[place + late : place + late + len(voice)] += np.float32(level) * voice
    loud = np.full(len(probe), 100.0, dtype=np.float32)
    target = _Leg(np.concatenate([hiss, loud]), RATE_HZ)
    assert _best_place(probe, target, 0, 2 * BLOCK_SAMPLES) == place


def test_looking_takes_the_same_memory_however_long_the_other_leg_is() -> None:
    """A file of 33 kB may hold hours of silence: every place of them at once took the working process 2.5 GB."""
    half_an_hour = np.broadcast_to(np.float32(0), (1800 * RATE_HZ,))
    short = 0.1 * np.random.default_rng(0).standard_normal(10 * RATE_HZ).astype(np.float32)
    tracemalloc.start()
    try:
        assert offset_by_sound(half_an_hour, short, RATE_HZ) is None
        assert tracemalloc.get_traced_memory()[1] <= MOST_SEARCHING_BYTES
    finally:
        tracemalloc.stop()
