"""What a model gives although nobody said it, and what people do say that looks like it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sapa.transcripts.made_up import PHANTOMS_DIR, cleaned, repeats_in, without
from sapa.transcripts.types import LeftOutReason, Word


def said(text: str, *, confidence: float = 0.9, start_s: float = 0.0) -> tuple[Word, ...]:
    """Two words a second."""
    return tuple(
        Word(word, start_s + at / 2, start_s + at / 2 + 0.4, confidence) for at, word in enumerate(text.split())
    )


def text_of(words: tuple[Word, ...]) -> str:
    return " ".join(word.text for word in words)


def test_a_loop_is_said_once_and_kept_with_its_reason() -> None:
    words = said("My card is lost. " + "I want to go to the bank. " * 6 + "Goodbye.")
    (kept,), (loop,) = cleaned([words], "en")
    assert text_of(kept) == "My card is lost. I want to go to the bank. Goodbye."
    assert (loop.channel, loop.reason) == (0, LeftOutReason.REPEATS)
    assert loop.text == " ".join(["I want to go to the bank."] * 5)
    assert (loop.start_s, loop.end_s) == (words[11].start_s, words[-2].end_s)


@pytest.mark.parametrize(
    "text", ["No no no no no no no no.", "Can you hear me? " * 4, "Hello? " * 6, "", "Yes.", "one one one one"]
)
def test_what_people_do_say_again_stays(text: str) -> None:
    words = said(text)
    assert cleaned([words], "en") == ((words,), ())


def test_capitals_and_punctuation_do_not_hide_a_loop() -> None:
    (kept,), (loop,) = cleaned([said("Okay, okay. Okay okay! " * 10)], "en")
    assert text_of(kept) == "Okay,"
    assert len(loop.text.split()) == 39


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Thank you for watching!"),
        ("en", "Subtitles by the Amara.org community"),
        ("ru", "Субтитры сделал Какой-то Человек."),
        ("ru", "Продолжение следует..."),
        ("pl", "Napisy stworzone przez społeczność Amara.org"),
    ],
)
def test_a_sentence_that_nobody_says_on_the_telephone_is_left_out(language: str, text: str) -> None:
    before, after = said("Hello."), said("Goodbye.", start_s=30.0)
    (kept,), (phantom,) = cleaned([(*before, *said(text, start_s=10.0), *after)], language)
    assert kept == (*before, *after)
    assert (phantom.text, phantom.reason, phantom.start_s) == (text, LeftOutReason.PHANTOM, 10.0)


def test_one_that_somebody_might_say_is_left_out_only_where_the_model_is_unsure() -> None:
    sure, unsure = said("Спасибо за просмотр."), said("Спасибо за просмотр.", confidence=0.3)
    assert cleaned([sure], "ru") == ((sure,), ())
    assert cleaned([unsure], "ru")[0] == ((),)


def test_a_part_of_a_sentence_stays() -> None:
    words = said("He said thank you for watching over my dog.")
    assert cleaned([words], "en") == ((words,), ())


def test_a_pause_ends_a_sentence_that_has_no_full_stop() -> None:
    words = (*said("yes please"), *said("thank you for watching", start_s=5.0))
    assert text_of(cleaned([words], "en")[0][0]) == "yes please"


@pytest.mark.parametrize("language", ["", "kk", "../en", "xx"])
def test_a_language_without_a_list_has_no_phantoms(language: str) -> None:
    words = said("Thank you for watching!")
    assert cleaned([words], language) == ((words,), ())


@pytest.mark.parametrize("path", sorted(PHANTOMS_DIR.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_list_leaves_out_what_it_says(path: Path) -> None:
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    for name, confidence in (("always", 1.0), ("unsure", 0.1)):
        for entry in raw[name]:
            words = said(entry.replace("…", " somebody"), confidence=confidence)
            assert cleaned([words], path.stem)[0] == ((),), entry


@given(st.lists(st.sampled_from("abc"), max_size=60), st.integers(0, 2))
def test_nothing_is_lost_between_what_is_kept_and_what_is_left_out(letters: list[str], channel: int) -> None:
    channels = [() for _ in range(channel)] + [said(" ".join(letters))]
    kept, left_out = cleaned(channels, "en")
    together = sorted([*text_of(kept[channel]).split(), *(word for one in left_out for word in one.text.split())])
    assert together == sorted(letters)
    assert all(one.channel == channel for one in left_out)


@given(st.lists(st.sampled_from("ab"), max_size=4), st.integers(20, 40), st.lists(st.sampled_from("cd"), max_size=4))
def test_a_loop_is_found_wherever_it_stands(before: list[str], times: int, after: list[str]) -> None:
    words = said(" ".join([*before, *["x", "y"] * times, *after]))
    once = without(words, list(repeats_in(words)))
    assert [word.text for word in once] == [*before, "x", "y", *after]
