"""How the pieces that Whisper gives become words of the call; the model itself is tested in tests/engines."""

from __future__ import annotations

import pytest

from sapa.transcripts.engines import SAMPLE_RATE_HZ
from sapa.transcripts.engines.faster_whisper.windows import Window
from sapa.transcripts.engines.faster_whisper.word_times import whole_words, words_of
from sapa.transcripts.timing import within_voice
from sapa.transcripts.types import Word

ALL = Window(0, ((0, 10 * SAMPLE_RATE_HZ),))


def piece(text: str, start_s: float, end_s: float, confidence: float = 0.9) -> Word:
    return Word(text, start_s, end_s, confidence)


def heard(*pieces: Word, duration_s: float = 10.0) -> list[tuple[str, float, float]]:
    return [(word.text, word.start_s, word.end_s) for word in words_of([(ALL, pieces)], [], duration_s=duration_s)]


def test_pieces_without_a_space_before_them_are_one_word() -> None:
    pieces = [piece(" at", 0.0, 0.2), piece(" 9", 0.2, 0.4, 1.0), piece(".30", 0.4, 0.6, 0.5), piece("am.", 0.6, 0.9)]
    (at, time) = whole_words(pieces)
    assert (at.text, time.text, time.start_s, time.end_s) == ("at", "9.30am.", 0.2, 0.9)
    assert time.confidence == pytest.approx(0.8)


def test_words_that_overlap_are_put_in_order() -> None:
    words = heard(piece(" one", 0.0, 1.0), piece(" two", 0.8, 1.5), piece(" three", 0.2, 0.3))
    assert words == [("one", 0.0, 1.0), ("two", 1.0, 1.5), ("three", 1.5, 1.5)]


def test_no_word_ends_after_the_sound() -> None:
    """The sound ends at 6.997 s: rounded to hundredths that would be 7.0."""
    words = heard(piece(" good", 6.5, 6.996), piece(" bye", 6.996, 9.0), duration_s=6.997)
    assert words == [("good", 6.5, 6.99), ("bye", 6.99, 6.99)]


def test_a_blank_piece_gives_no_word() -> None:
    assert heard() == heard(piece(" ", 0.0, 0.1), piece("  ", 0.1, 0.2)) == []


VOICE = [(SAMPLE_RATE_HZ, 2 * SAMPLE_RATE_HZ), (4 * SAMPLE_RATE_HZ, 6 * SAMPLE_RATE_HZ)]  # 1–2 s and 4–6 s


@pytest.mark.parametrize(
    ("said", "cut"),
    [
        ((1.2, 1.8), (1.2, 1.8)),
        ((1.7, 4.1), (1.7, 2.0)),  # the last word before a pause does not last until the next one
        ((1.9, 4.6), (4.0, 4.6)),
        ((0.5, 1.5), (1.0, 1.5)),
        ((5.5, 9.0), (5.5, 6.0)),
        ((2.5, 3.5), (2.5, 3.5)),  # heard where the detector noticed nobody: left as it is
        ((7.0, 7.5), (7.0, 7.5)),
    ],
)
def test_a_word_lasts_no_longer_than_the_voice(said: tuple[float, float], cut: tuple[float, float]) -> None:
    assert within_voice(*said, VOICE) == pytest.approx(cut)
