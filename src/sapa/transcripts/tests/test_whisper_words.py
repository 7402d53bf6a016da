"""How the pieces that Whisper gives become words; the model itself is tested in tests/engines."""

from __future__ import annotations

from dataclasses import dataclass

from sapa.transcripts.engines.faster_whisper import LOOPING_RATIO, _heard_words


@dataclass(frozen=True)
class Piece:
    """What faster-whisper calls a word."""

    word: str
    start: float
    end: float
    probability: float = 0.9


@dataclass(frozen=True)
class Segment:
    words: list[Piece] | None
    end: float = 1.0
    compression_ratio: float = 1.2


def heard(*segments: Segment, duration_s: float = 10.0) -> list[tuple[str, float, float]]:
    words = _heard_words(segments, duration_s, lambda share: None)
    return [(word.text, word.start_s, word.end_s) for word in words]


def test_pieces_without_a_space_before_them_are_one_word() -> None:
    pieces = [
        Piece(" at", 0.0, 0.2),
        Piece(" 9", 0.2, 0.4, 1.0),
        Piece(".30", 0.4, 0.6, 0.5),
        Piece("am.", 0.6, 0.9, 0.9),
    ]
    (at, time) = _heard_words([Segment(pieces)], 10.0, lambda share: None)
    assert (at.text, time.text, time.start_s, time.end_s) == ("at", "9.30am.", 0.2, 0.9)
    assert time.confidence == 0.8


def test_words_that_overlap_are_put_in_order() -> None:
    segment = Segment([Piece(" one", 0.0, 1.0), Piece(" two", 0.8, 1.5), Piece(" three", 0.2, 0.3)])
    assert heard(segment) == [("one", 0.0, 1.0), ("two", 1.0, 1.5), ("three", 1.5, 1.5)]


def test_no_word_ends_after_the_sound() -> None:
    """The sound ends at 6.997 s: rounded to hundredths that would be 7.0."""
    words = heard(Segment([Piece(" good", 6.5, 6.996), Piece(" bye", 6.996, 9.0)]), duration_s=6.997)
    assert words == [("good", 6.5, 6.99), ("bye", 6.99, 6.99)]


def test_text_that_repeats_itself_is_left_out() -> None:
    looping = Segment([Piece(" thanks", 0.0, 0.5)], compression_ratio=LOOPING_RATIO + 0.1)
    assert heard(looping, Segment([Piece(" bye", 1.0, 1.5)])) == [("bye", 1.0, 1.5)]


def test_a_segment_without_words_and_a_blank_piece_give_none() -> None:
    assert heard(Segment(None), Segment([]), Segment([Piece(" ", 0.0, 0.1), Piece("  ", 0.1, 0.2)])) == []


def test_progress_is_a_share_though_a_segment_ends_late() -> None:
    shares: list[float] = []
    list(_heard_words([Segment([], end=5.0), Segment([], end=12.0)], 10.0, shares.append))
    assert shares == [0.5, 1.0]
