"""faster-whisper with the packaged Whisper base, int8."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sapa.recordings.types import Samples
from sapa.transcripts.engines import SAMPLE_RATE_HZ, Engine
from sapa.transcripts.engines.faster_whisper import FasterWhisper
from sapa.transcripts.languages import LANGUAGES
from sapa.transcripts.model_files import PACKAGED
from tests import early
from tests.engines.contract import EngineContract
from tests.engines.lines import HOURS


class TestFasterWhisper(EngineContract):
    # 22 % when written; near half of it are sums that people wrote out and the model gives in digits.
    wer_limit_pct = 26.0

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls) -> Engine:
        return FasterWhisper(PACKAGED, models_dir=Path(early.DATA_DIR) / "models")

    def test_it_knows_the_languages_that_calls_are_taken_with(self, engine: Engine) -> None:
        assert engine.languages == LANGUAGES

    @pytest.mark.parametrize("kind", sorted(HOURS))
    def test_an_hour_in_which_nobody_speaks_has_no_words(self, engine: Engine, kind: str) -> None:
        heard = engine.transcribe(HOURS[kind](3600)[np.newaxis])
        assert (heard.channels, heard.language) == (((),), "")

    def test_music_between_two_sentences_has_no_words(self, engine: Engine, samples: Samples) -> None:
        said = samples[1:, round(1.5 * SAMPLE_RATE_HZ) : 7 * SAMPLE_RATE_HZ]
        waiting = HOURS["hold music"](300)[np.newaxis]
        heard = engine.transcribe(np.concatenate([said, waiting, said], axis=1), language="en")
        (words,) = heard.channels
        before, after = (
            " ".join(word.text for word in words if at_s < word.end_s <= at_s + 5.6).lower() for at_s in (0.0, 305.5)
        )
        assert "how can i help" in before
        assert "how can i help" in after
        assert len(before.split()) + len(after.split()) == len(words)

    def test_an_unknown_language_is_refused(self, engine: Engine, refused: Callable[..., Any]) -> None:
        noise = np.zeros((2, SAMPLE_RATE_HZ), dtype=np.float32)
        with refused("language_unknown"):
            engine.transcribe(noise, language="xx")
