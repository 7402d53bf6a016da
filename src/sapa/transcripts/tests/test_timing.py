from __future__ import annotations

from sapa.transcripts.engines import SAMPLE_RATE_HZ
from sapa.transcripts.timing import words_spread
from sapa.transcripts.types import Span


def spread(text: str, start_s: float, end_s: float, *voice_s: tuple[float, float]) -> list[tuple[str, float, float]]:
    voice = [(round(first * SAMPLE_RATE_HZ), round(last * SAMPLE_RATE_HZ)) for first, last in voice_s]
    words = words_spread(text, Span(start_s, end_s), voice, confidence=0.8)
    return [(word.text, round(word.start_s, 3), round(word.end_s, 3)) for word in words]


def test_words_are_as_long_as_they_have_letters() -> None:
    assert spread("a abc", 1.0, 4.0) == [("a", 1.0, 2.0), ("abc", 2.0, 4.0)]


def test_words_are_laid_over_the_voice_and_not_over_pauses() -> None:
    assert spread("one two", 0.0, 9.0, (1.0, 2.0), (5.0, 6.0)) == [("one", 1.0, 2.0), ("two", 5.0, 6.0)]


def test_a_word_over_a_pause_is_of_the_side_on_which_it_has_its_middle() -> None:
    assert spread("abc", 0.0, 9.0, (1.0, 2.0), (5.0, 8.0)) == [("abc", 5.0, 8.0)]


def test_voice_outside_the_phrase_does_not_count() -> None:
    assert spread("one", 2.0, 3.0, (0.0, 1.0), (2.5, 9.0)) == [("one", 2.5, 3.0)]


def test_no_text_gives_no_words() -> None:
    assert spread("  ", 0.0, 1.0) == spread("", 0.0, 0.0) == []
