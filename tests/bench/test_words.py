from __future__ import annotations

import pytest

from tests.bench.words import Errors, spoken_words, word_errors, words_in_common


@pytest.mark.parametrize(
    ("spoken", "heard", "split"),
    [
        ("how can i help you", "how can i help you", (0, 0, 0)),
        ("how can i help you", "how could i help", (1, 1, 0)),
        ("thank you", "thank you very much", (0, 0, 2)),
        ("", "hello", (0, 0, 1)),
        ("hello", "", (0, 1, 0)),
    ],
)
def test_wrong_words_are_told_apart(spoken: str, heard: str, split: tuple[int, int, int]) -> None:
    errors = word_errors(spoken.split(), heard.split())
    assert (errors.substitutions, errors.deletions, errors.insertions) == split
    assert (errors.wrong, errors.words) == (sum(split), len(spoken.split()))


def test_what_stands_beside_a_figure_is_counted_apart() -> None:
    spoken = "you have one hundred thirty four dollars in checking"
    errors = word_errors(spoken.split(), ["you", "have", "134", "dollars", "in", "chequing"])
    assert (errors.wrong, errors.figures) == (5, 4)


def test_what_was_lost_altogether_is_not_about_figures() -> None:
    assert word_errors(["press", "1", "to", "stay", "press", "2"], ["press", "2"]).figures == 0


def test_a_figure_that_is_heard_right_is_not_wrong() -> None:
    assert word_errors(["press", "7", "now"], ["press", "7", "then"]) == Errors(substitutions=1, words=3)


def test_more_can_be_wrong_than_was_said() -> None:
    assert word_errors(["жүр"], ["žir", "ir", "eik"]).wer_pct == 300.0


def test_errors_add_up() -> None:
    assert Errors(1, 2, 3, 4, 5) + Errors(1, 1, 1, 1, 5) == Errors(2, 3, 4, 5, 10)
    assert Errors().wer_pct == 0.0


def test_marks_of_a_reference_are_no_words() -> None:
    assert spoken_words("Hi [noise] I'm <unk> Ann") == ["hi", "im", "ann"]


def test_words_in_common_keep_their_order() -> None:
    assert words_in_common(["a", "yes", "b", "yes"], ["yes", "b", "no", "yes"]) == {1: 0, 2: 1, 3: 3}
