"""What every speech engine owes, asked of the real thing on a real call. A new engine is one class more.

The call is a minute of role-play over the telephone, the customer on channel 0 and the agent on channel 1, with the
words that people wrote down for it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sapa.recordings.decoders import decode
from sapa.recordings.types import Samples
from sapa.transcripts.engines import SAMPLE_RATE_HZ, Engine
from sapa.transcripts.phrases import normalised
from sapa.transcripts.types import HeardSpeech
from tests.bench.words import Errors, reference_words, word_errors

SAMPLES = Path(__file__).parents[2] / "samples"
CALL = "harper-valley-00d676d7058c49bb"
PARTIES = ("customer", "agent")


class EngineContract:
    """Subclasses give an `engine` fixture and the share of words it may get wrong on a telephone line."""

    wer_limit_pct: float

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls) -> Engine:
        raise NotImplementedError

    @pytest.fixture(scope="class")
    @classmethod
    def samples(cls) -> Samples:
        with (SAMPLES / f"{CALL}.wav").open("rb") as source:
            return decode(source, sample_rate_hz=SAMPLE_RATE_HZ).samples

    @pytest.fixture(scope="class")
    @classmethod
    def shares(cls) -> list[float]:
        """The progress that the engine told while it heard the call."""
        return []

    @pytest.fixture(scope="class")
    @classmethod
    def heard(cls, engine: Engine, samples: Samples, shares: list[float]) -> HeardSpeech:
        return engine.transcribe(samples, progress=shares.append)

    def test_it_hears_which_language_it_is(self, heard: HeardSpeech) -> None:
        assert heard.language == "en"
        assert 0.5 < heard.language_confidence <= 1.0

    def test_it_says_who_heard_it(self, heard: HeardSpeech, engine: Engine) -> None:
        assert heard.engine == engine.name
        assert heard.model

    def test_words_stand_in_order_within_the_call(self, heard: HeardSpeech, samples: Samples) -> None:
        duration_s = samples.shape[1] / SAMPLE_RATE_HZ
        for words in heard.channels:
            times = [time for word in words for time in (word.start_s, word.end_s)]
            assert times == sorted(times)
            assert times[0] >= 0.0
            assert times[-1] <= duration_s
            assert all(word.text.strip() == word.text != "" for word in words)
            assert all(0.0 <= word.confidence <= 1.0 for word in words)

    def test_no_number_type_of_a_vendor_comes_through(self, heard: HeardSpeech) -> None:
        numbers = [n for words in heard.channels for word in words for n in (word.start_s, word.end_s, word.confidence)]
        assert {type(number) for number in numbers} == {float}

    def test_it_gets_most_words_right(self, heard: HeardSpeech) -> None:
        spoken = reference_words(SAMPLES / "reference" / f"{CALL}.json")
        errors = Errors()
        for party, words in zip(PARTIES, heard.channels, strict=True):
            errors += word_errors(spoken[party], normalised(" ".join(word.text for word in words)))
        assert errors.wer_pct <= self.wer_limit_pct, f"{errors.wer_pct:.0f} %"

    def test_each_channel_has_its_own_party(self, heard: HeardSpeech) -> None:
        customer, agent = (" ".join(word.text for word in words).lower() for words in heard.channels)
        assert "robert johnson" in customer
        assert "robert johnson" not in agent
        assert "how can i help you" in agent

    def test_progress_goes_up_to_the_end(self, heard: HeardSpeech, shares: list[float]) -> None:
        assert shares == sorted(shares)
        assert shares[0] >= 0.0
        assert shares[-1] == pytest.approx(1.0)

    def test_words_stand_where_they_are_said(self, heard: HeardSpeech) -> None:
        """By the reference the agent speaks from 1.69 s and the customer from 7.82 s."""
        customer, agent = heard.channels
        assert agent[0].start_s == pytest.approx(1.69, abs=0.6)
        assert customer[0].start_s == pytest.approx(7.82, abs=0.6)

    def test_voice_lies_within_the_call_and_where_the_words_are(self, heard: HeardSpeech, samples: Samples) -> None:
        duration_s = samples.shape[1] / SAMPLE_RATE_HZ
        for words, voice in zip(heard.channels, heard.voice, strict=True):
            assert all(0.0 <= piece.start_s < piece.end_s <= duration_s for piece in voice)
            spoken = [
                any(piece.start_s < word.end_s and word.start_s < piece.end_s for piece in voice) for word in words
            ]
            assert sum(spoken) >= 0.9 * len(words)

    def test_the_same_sound_gives_the_same_words(self, engine: Engine, samples: Samples) -> None:
        opening = samples[:, : 8 * SAMPLE_RATE_HZ]
        first, second = (engine.transcribe(opening, language="en") for _ in range(2))
        assert first == second

    @pytest.mark.parametrize("duration_s", [0.0, 0.01, 5.0])
    def test_silence_has_no_words_and_no_language(self, engine: Engine, duration_s: float) -> None:
        heard = engine.transcribe(np.zeros((2, round(duration_s * SAMPLE_RATE_HZ)), dtype=np.float32))
        assert heard.channels == ((), ())
        assert (heard.language, heard.language_confidence) == ("", 0.0)

    def test_a_line_that_only_hisses_is_not_made_into_talk(self, engine: Engine) -> None:
        hiss = np.random.default_rng(1).normal(0, 0.01, (2, 10 * SAMPLE_RATE_HZ)).astype(np.float32)
        assert sum(len(words) for words in engine.transcribe(hiss).channels) <= 2

    def test_a_click_alone_is_no_talk(self, engine: Engine, samples: Samples) -> None:
        """Long enough to be noticed, too short to know a language by."""
        click = np.zeros((2, 2 * SAMPLE_RATE_HZ), dtype=np.float32)
        click[1, 8000:9280] = 3 * samples[1, 38_400:39_680]
        heard = engine.transcribe(click)
        assert (heard.language, heard.channels) == ("", ((), ()))

    def test_a_language_it_is_told_is_believed(self, engine: Engine) -> None:
        heard = engine.transcribe(np.zeros((2, SAMPLE_RATE_HZ), dtype=np.float32), language="pl")
        assert (heard.language, heard.language_confidence) == ("pl", 1.0)

    def test_a_silent_channel_leaves_the_other_alone(self, engine: Engine, samples: Samples) -> None:
        one_sided = samples[:, : 8 * SAMPLE_RATE_HZ].copy()
        one_sided[0] = 0.0
        nobody, agent = engine.transcribe(one_sided, language="en").channels
        assert nobody == ()
        assert agent
