from __future__ import annotations

import pytest

from sapa.transcripts.types import Word
from tests.bench.word_times import SpokenTurn, difference, turn_times

GREETING = SpokenTurn(1.0, 2.0, ("how", "can", "i", "help"))
GOODBYE = SpokenTurn(5.0, 6.0, ("bye", "now"))


def heard(*words: tuple[str, float, float]) -> list[Word]:
    return [Word(text, start_s, end_s, 0.9) for text, start_s, end_s in words]


def test_first_and_last_words_are_set_against_their_turns() -> None:
    said = heard(
        ("How", 1.1, 1.3),
        ("can", 1.3, 1.5),
        ("I", 1.5, 1.6),
        ("help?", 1.6, 1.9),
        ("Bye", 4.9, 5.2),
        ("now.", 5.2, 6.3),
    )
    times = turn_times([GREETING, GOODBYE], said)
    assert times.starts == pytest.approx((0.1, -0.1))
    assert times.ends == pytest.approx((-0.1, 0.3))
    assert times.turns == 2


def test_an_edge_that_was_not_heard_right_is_left_out() -> None:
    times = turn_times(
        [GREETING, GOODBYE], heard(("Now", 1.1, 1.3), ("can", 1.3, 1.5), ("bye", 5.0, 5.4), ("then", 5.4, 5.9))
    )
    assert times.starts == pytest.approx((0.0,))
    assert times.ends == ()
    assert times.turns == 2


def test_a_word_of_two_pieces_has_one_start_and_one_end() -> None:
    """Of "twenty-three" the end is no end of "twenty"."""
    turns = [SpokenTurn(1.0, 1.5, ("twenty",)), SpokenTurn(1.5, 2.0, ("three",))]
    times = turn_times(turns, heard(("twenty-three", 1.0, 2.0)))
    assert (times.starts, times.ends) == ((0.0,), (0.0,))


def test_a_turn_without_words_has_no_edges() -> None:
    times = turn_times([SpokenTurn(0.0, 1.0, ()), GOODBYE], heard(("bye", 5.0, 5.5), ("now", 5.5, 6.0)))
    assert (times.starts, times.ends, times.turns) == ((0.0,), (0.0,), 1)


def test_the_difference_tells_size_and_direction() -> None:
    away = difference([0.1, 0.1, -0.1, 0.4, 0.1])
    assert away is not None
    assert (away.count, away.median_s, away.bias_s) == (5, 0.1, 0.1)
    assert away.p90_s == pytest.approx(0.28)
    assert difference([]) is None
