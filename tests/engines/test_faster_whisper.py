"""faster-whisper with the packaged Whisper base, int8."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sapa.transcripts.engines import SAMPLE_RATE_HZ, Engine
from sapa.transcripts.engines.faster_whisper import FasterWhisper
from sapa.transcripts.languages import LANGUAGES
from sapa.transcripts.model_files import PACKAGED
from tests import early
from tests.engines.contract import EngineContract


class TestFasterWhisper(EngineContract):
    # 22 % when written; near half of it are sums that people wrote out and the model gives in digits.
    wer_limit_pct = 26.0

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls) -> Engine:
        return FasterWhisper(PACKAGED, models_dir=Path(early.DATA_DIR) / "models")

    def test_it_knows_the_languages_that_calls_are_taken_with(self, engine: Engine) -> None:
        assert engine.languages == LANGUAGES

    def test_an_unknown_language_is_refused(self, engine: Engine, refused: Callable[..., Any]) -> None:
        noise = np.zeros((2, SAMPLE_RATE_HZ), dtype=np.float32)
        with refused("language_unknown"):
            engine.transcribe(noise, language="xx")
