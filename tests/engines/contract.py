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
        errors = Errors(0, 0)
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

    def test_silence_has_no_words(self, engine: Engine) -> None:
        silence = np.zeros((2, 5 * SAMPLE_RATE_HZ), dtype=np.float32)
        assert engine.transcribe(silence).channels == ((), ())

    def test_a_silent_channel_leaves_the_other_alone(self, engine: Engine, samples: Samples) -> None:
        one_sided = samples[:, : 8 * SAMPLE_RATE_HZ].copy()
        one_sided[0] = 0.0
        nobody, agent = engine.transcribe(one_sided, language="en").channels
        assert nobody == ()
        assert agent
