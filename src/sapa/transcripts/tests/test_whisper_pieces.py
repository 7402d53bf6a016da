"""A long call is heard piece by piece; the model and the voice detector are stood in for, everything else is real."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sapa.recordings.types import Samples
from sapa.transcripts.engines import SAMPLE_RATE_HZ, faster_whisper
from sapa.transcripts.engines.faster_whisper import FasterWhisper
from sapa.transcripts.tests.test_pieces import loud_in
from sapa.transcripts.tests.test_whisper_words import Piece, Segment

PIECE_S = 10


@dataclass
class Model:
    """Hears one word wherever it is loud."""

    supported_languages: tuple[str, ...] = ("en", "pl")
    heard_s: list[float] = field(default_factory=list)
    asked_languages: int = 0

    def detect_language(self, sample: Samples) -> tuple[str, float, list[tuple[str, float]]]:
        self.asked_languages += 1
        return "en", 0.9, [("en", 0.9), ("pl", 0.1)]

    def transcribe(self, piece: Samples, **_: Any) -> tuple[Iterator[Segment], None]:
        self.heard_s.append(len(piece) / SAMPLE_RATE_HZ)
        assert piece.flags.c_contiguous
        spoken = [Piece(" word", start / SAMPLE_RATE_HZ, end / SAMPLE_RATE_HZ) for start, end in loud_in(piece)]
        return iter([Segment([word], end=word.end) for word in spoken]), None


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Model:
    monkeypatch.setattr(faster_whisper, "LONGEST_PIECE", PIECE_S * SAMPLE_RATE_HZ)
    monkeypatch.setattr(faster_whisper, "_voice_in", loud_in)
    return Model()


@pytest.fixture
def engine(model: Model) -> FasterWhisper:
    engine = FasterWhisper("stand-in", models_dir=Path())
    engine.__dict__["_whisper"] = model
    return engine


def call(duration_s: int, *loud_s: tuple[float, float]) -> Samples:
    """Two channels that say the same, the second one second later."""
    samples = np.zeros((2, duration_s * SAMPLE_RATE_HZ), dtype=np.float32)
    for start_s, end_s in loud_s:
        for channel in range(2):
            samples[
                channel, round((start_s + channel) * SAMPLE_RATE_HZ) : round((end_s + channel) * SAMPLE_RATE_HZ)
            ] = 0.5
    return samples


SPOKEN_S = [(1.0, 2.0), (8.2, 8.7), (12.5, 13.0), (33.25, 34.0)]


def test_words_stand_where_they_are_said_in_the_call(engine: FasterWhisper) -> None:
    heard = engine.transcribe(call(40, *SPOKEN_S))
    assert [(word.start_s, word.end_s) for word in heard.channels[0]] == SPOKEN_S
    assert [(word.start_s, word.end_s) for word in heard.channels[1]] == [(a + 1, b + 1) for a, b in SPOKEN_S]
    voice = [time for span in heard.voice[0] for time in (span.start_s, span.end_s)]
    assert voice == pytest.approx([time for spoken in SPOKEN_S for time in spoken], abs=0.011)


def test_no_piece_is_longer_than_the_engine_can_hold_and_silent_ones_are_passed_over(
    engine: FasterWhisper, model: Model
) -> None:
    engine.transcribe(call(40, *SPOKEN_S))
    assert max(model.heard_s) <= PIECE_S
    assert len(model.heard_s) == 6


def test_a_short_call_is_heard_whole(engine: FasterWhisper, model: Model) -> None:
    engine.transcribe(call(PIECE_S, (1.0, 2.0)))
    assert model.heard_s == [PIECE_S, PIECE_S]


def test_the_language_is_found_once_for_each_party(engine: FasterWhisper, model: Model) -> None:
    heard = engine.transcribe(call(40, *SPOKEN_S))
    assert (heard.language, model.asked_languages) == ("en", 2)


@pytest.mark.parametrize("duration_s", [5, 40])
def test_progress_never_goes_back(engine: FasterWhisper, duration_s: int) -> None:
    shares: list[float] = []
    engine.transcribe(
        call(duration_s, *[spoken for spoken in SPOKEN_S if spoken[1] < duration_s]), progress=shares.append
    )
    assert shares == sorted(shares)
    assert shares[0] >= 0.0
    assert shares[-1] == 1.0


def test_the_opening_leaves_pauses_out_and_is_no_longer_than_half_a_minute(engine: FasterWhisper) -> None:
    channel = call(60, (1.0, 21.0), (30.0, 50.0))[0]
    spans = engine.transcribe(call(60, (1.0, 21.0), (30.0, 50.0))).voice[0]
    opening = faster_whisper._opening(channel, spans)
    assert len(opening) == 30 * SAMPLE_RATE_HZ
    assert opening.all()
