"""A call is heard window by window; the model and the voice detector are stood in for, everything else is real."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from sapa.recordings.types import Samples
from sapa.transcripts.engines import SAMPLE_RATE_HZ, faster_whisper
from sapa.transcripts.engines.faster_whisper import FasterWhisper
from sapa.transcripts.engines.faster_whisper.whisper import (
    LOOPING_RATIO,
    MOST_SAID,
    Encoded,
    Heard,
    repetition,
    said_before,
)
from sapa.transcripts.engines.faster_whisper.windows import SHORTEST_S, TRAINED_ON
from sapa.transcripts.tests.test_pieces import loud_in
from sapa.transcripts.types import LeftOutReason, Word

PIECE_S = 10
SHORTEST = round(SHORTEST_S * SAMPLE_RATE_HZ)
LOUD = 0.5


@dataclass
class Library:
    supported_languages: tuple[str, ...] = ("en", "pl")


@dataclass
class Model:
    """Hears one word wherever it is loud; nine of ten times it is English, but Polish where it is very loud."""

    encoded: list[tuple[int, int]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    hints: list[tuple[str, ...]] = field(default_factory=list)
    loops_in: set[int] = field(default_factory=set)
    babble: Sequence[str] = ("aa", "bb") * 100

    def encode(self, windows: Sequence[Samples], padded: int) -> Encoded:
        assert all(len(window) <= padded for window in windows)
        self.encoded.append((len(windows), padded))
        return Encoded(list(windows), tuple(len(window) // 160 for window in windows), padded)

    def languages(self, encoded: Encoded) -> list[dict[str, float]]:
        return [
            {"en": 0.1, "pl": 0.9} if float(window.max()) > LOUD else {"en": 0.9, "pl": 0.1}
            for window in encoded.features
        ]

    def heard(self, encoded: Encoded, language: str, hints: Sequence[str] = ()) -> list[Heard]:
        self.told.append(language)
        self.hints.append(tuple(hints))
        return [self._one(window, encoded.padded) for window in encoded.features]

    def _one(self, window: Samples, padded: int) -> Heard:
        words = tuple(
            Word(" word", start / SAMPLE_RATE_HZ, end / SAMPLE_RATE_HZ, 0.9) for start, end in loud_in(window)
        )
        if padded in self.loops_in:
            words = (words[0], *(Word(f" {sound}", 1.0, 1.5, 0.9) for sound in self.babble))
        return Heard(
            words, "".join(word.text for word in words).strip(), -0.1, 0.0, is_finished=padded not in self.loops_in
        )


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Model:
    model = Model()
    monkeypatch.setattr(faster_whisper, "LONGEST_PIECE", PIECE_S * SAMPLE_RATE_HZ)
    monkeypatch.setattr(faster_whisper, "_voice_in", loud_in)
    monkeypatch.setattr(faster_whisper, "Whisper", lambda library: model)
    return model


@pytest.fixture
def engine(model: Model) -> FasterWhisper:
    engine = FasterWhisper("stand-in", models_dir=Path(), threads=2)
    engine.__dict__["_whisper"] = Library()
    return engine


def call(duration_s: int, *loud_s: tuple[float, float], levels: tuple[float, float] = (LOUD, LOUD)) -> Samples:
    """Two channels that say the same, the second one second later."""
    samples = np.zeros((2, duration_s * SAMPLE_RATE_HZ), dtype=np.float32)
    for start_s, end_s in loud_s:
        for channel, level in enumerate(levels):
            samples[
                channel, round((start_s + channel) * SAMPLE_RATE_HZ) : round((end_s + channel) * SAMPLE_RATE_HZ)
            ] = level
    return samples


SPOKEN_S = [(1.0, 2.0), (8.2, 8.7), (12.5, 13.0), (33.25, 34.0)]


def test_words_stand_where_they_are_said_in_the_call(engine: FasterWhisper) -> None:
    heard = engine.transcribe(call(40, *SPOKEN_S))
    for channel in range(2):
        said = [time for word in heard.channels[channel] for time in (word.start_s, word.end_s)]
        assert said == pytest.approx([time + channel for spoken in SPOKEN_S for time in spoken], abs=0.011)
    voice = [time for span in heard.voice[0] for time in (span.start_s, span.end_s)]
    assert voice == pytest.approx([time for spoken in SPOKEN_S for time in spoken], abs=0.011)


def test_the_model_gets_the_talk_of_a_party_and_not_its_silences(engine: FasterWhisper, model: Model) -> None:
    engine.transcribe(call(40, *SPOKEN_S), language="en")
    assert model.encoded == [(1, SHORTEST)] * 2  # a party each, side by side


def test_on_one_thread_both_parties_are_heard_together(engine: FasterWhisper, model: Model) -> None:
    engine._threads = 1
    engine.transcribe(call(40, *SPOKEN_S), language="en")
    assert model.encoded == [(2, SHORTEST)]


def test_who_breaks_off_does_not_wait_for_what_was_not_begun(engine: FasterWhisper, model: Model) -> None:
    def enough(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.transcribe(call(400, *[(at, at + 0.9) for at in range(398)]), language="en", progress=enough)
    assert sum(count for count, _padded in model.encoded) <= 16 < 2 * 398 * 0.9 / 28


def test_a_lot_of_talk_is_shared_out_over_windows(engine: FasterWhisper, model: Model) -> None:
    engine.transcribe(call(100, *[(at, at + 0.9) for at in range(98)]), language="en")
    assert sum(count for count, _padded in model.encoded) >= 2 * 98 * 0.9 / 28
    assert max(padded for _count, padded in model.encoded) <= TRAINED_ON


def test_the_language_is_found_from_what_each_party_says_first(engine: FasterWhisper, model: Model) -> None:
    heard = engine.transcribe(call(40, *SPOKEN_S))
    assert heard.language == "en"
    assert heard.language_confidence == pytest.approx(0.9)
    assert model.encoded == [(1, SHORTEST)] * 2  # and not once more for the words
    assert set(model.told) == {"en"}


def test_who_says_more_decides_about_the_language(engine: FasterWhisper, model: Model) -> None:
    samples = call(40, *SPOKEN_S, levels=(LOUD, 1.0))
    samples[1, 20 * SAMPLE_RATE_HZ : 24 * SAMPLE_RATE_HZ] = 1.0
    assert engine.transcribe(samples).language == "pl"


def test_a_window_that_repeats_itself_is_heard_as_in_training(engine: FasterWhisper, model: Model) -> None:
    model.loops_in = {SHORTEST}
    heard = engine.transcribe(call(20, (1.0, 2.0)), language="en")
    assert model.encoded[-1] == (1, TRAINED_ON)
    assert [len(words) for words in heard.channels] == [1, 1]


def test_what_repeats_itself_there_too_is_left_out(engine: FasterWhisper, model: Model) -> None:
    model.loops_in = {SHORTEST, TRAINED_ON}
    model.babble = Random(1).choices(("aa", "bb", "ab"), k=200)
    heard = engine.transcribe(call(20, (1.0, 2.0)), language="en")
    assert heard.channels == ((), ())
    assert all(heard.voice)
    assert [(one.channel, one.reason) for one in heard.left_out] == [(0, "repeats"), (1, "repeats")]
    assert heard.left_out[0].start_s <= 1.0 < 2.0 <= heard.left_out[0].end_s


def test_a_loop_that_can_be_taken_out_does_not_cost_what_was_said_before_it(
    engine: FasterWhisper, model: Model
) -> None:
    model.loops_in = {SHORTEST, TRAINED_ON}
    heard = engine.transcribe(call(20, (1.0, 2.0)), language="en")
    assert [words[0].text for words in heard.channels] == ["word", "word"]
    assert heard.left_out == ()  # whoever cleans the words of all engines says so


def test_hints_go_to_the_model_but_not_where_it_repeats_itself(engine: FasterWhisper, model: Model) -> None:
    model.loops_in = {SHORTEST}
    engine.transcribe(call(20, (1.0, 2.0))[:1], language="en", hints=["Sapa", "Almaty"])
    assert model.hints == [("Sapa", "Almaty"), ()]


@pytest.mark.parametrize("duration_s", [5, 40])
def test_progress_never_goes_back(engine: FasterWhisper, duration_s: int) -> None:
    shares: list[float] = []
    engine.transcribe(
        call(duration_s, *[spoken for spoken in SPOKEN_S if spoken[1] < duration_s]), progress=shares.append
    )
    assert shares == sorted(shares)
    assert shares[0] >= 0.0
    assert shares[-1] == 1.0


@pytest.mark.parametrize(
    ("no_speech", "logprob", "reason"), [(0.9, -1.5, LeftOutReason.NOISE), (0.9, -0.3, None), (0.1, -2, None)]
)
def test_what_is_made_up_of_noise_is_told_from_speech(
    no_speech: float, logprob: float, reason: LeftOutReason | None
) -> None:
    assert Heard((), "thanks for watching", logprob, no_speech).left_out_as is reason


def test_a_failure_of_the_model_has_a_code(engine: FasterWhisper, model: Any, refused: Any) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("out of memory")

    model.encode = broken
    with refused("engine_failed"):
        engine.transcribe(call(20, (1.0, 2.0)), language="en")


MENU = "Нажмите {}, если вы хотите, чтобы этот звонящий абонент был переключён на почту прямо сейчас и всегда потом. "


def test_a_menu_that_repeats_its_words_is_no_loop() -> None:
    text = "".join(MENU.format(number) for number in ("один", "два", "три", "четыре", "пять"))
    assert Heard((), text, -0.2, 0.0).left_out_as is None


def test_a_letter_counts_once_in_any_script() -> None:
    russian = MENU.format("один") + "А потом говорите с оператором, который занят, или ждите, пока он освободится."
    assert repetition(russian) < LOOPING_RATIO / 1.5
    assert repetition("спасибо " * 30) > LOOPING_RATIO
    assert repetition(" ") == 0.0


class Tokens:
    """One token a letter; those of the model's own marks begin at 1000."""

    eot, sot_prev = 1000, 1001

    def encode(self, text: str) -> list[int]:
        return [1002 if letter == "|" else ord(letter) for letter in text]


def test_a_hint_cannot_steer_the_model() -> None:
    said = said_before(Tokens(), ["a|b"])
    assert said == [Tokens.sot_prev, *map(ord, " ab.")]
    assert said_before(Tokens(), []) == []


def test_too_many_hints_leave_room_for_what_is_said() -> None:
    assert len(said_before(Tokens(), ["word"] * 200)) <= MOST_SAID
