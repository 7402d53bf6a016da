"""The HTTP engine with a real server behind it, which runs the packaged Whisper base."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sapa.recordings.decoders import decode
from sapa.recordings.types import Samples
from sapa.transcripts.engines import SAMPLE_RATE_HZ, Engine, engine_state
from sapa.transcripts.engines.openai_http import OpenAiHttp
from sapa.transcripts.engines.openai_http.client import ServerPlace
from sapa.transcripts.errors import SpeechServerRefused
from sapa.transcripts.model_files import PACKAGED, model_folder
from tests import early
from tests.engines.contract import CALL, SAMPLES, EngineContract
from tests.engines.speech_server import KEY, RunningServer, speech_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = model_folder(PACKAGED, models_dir=Path(early.DATA_DIR) / "models")
    assert folder is not None
    with speech_server(folder, tmp_path_factory.mktemp("server") / "log") as running:
        yield running


class TestOpenAiHttp(EngineContract):
    wer_limit_pct = 26.0

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls, server: RunningServer) -> Engine:
        return OpenAiHttp(server.model, ServerPlace(server.url, KEY))

    def test_names_it_is_told_do_no_harm(self, engine: Engine, samples: Samples) -> None:
        opening = samples[:, : 12 * SAMPLE_RATE_HZ]
        heard = engine.transcribe(opening, language="en", hints=("Harper Valley", "Robert Johnson"))
        assert "robert johnson" in " ".join(word.text for word in heard.channels[0]).lower()


@pytest.fixture
def talk() -> Samples:
    with (SAMPLES / f"{CALL}.wav").open("rb") as source:
        return decode(source, sample_rate_hz=SAMPLE_RATE_HZ).samples[:, : 8 * SAMPLE_RATE_HZ]


def test_a_wrong_key_is_refused_and_not_told(server: RunningServer, talk: Samples) -> None:
    place = ServerPlace(server.url, "another-key")
    with pytest.raises(SpeechServerRefused, match="SAPA_ASR_SERVER_KEY") as caught:
        OpenAiHttp(server.model, place).transcribe(talk)
    assert "another-key" not in caught.value.message


def test_an_unknown_model_is_refused(server: RunningServer, talk: Samples, refused: Callable[..., Any]) -> None:
    with refused("speech_server_refused"):
        OpenAiHttp("whisper-huge", ServerPlace(server.url, KEY)).transcribe(talk)


def test_a_wrong_path_is_refused(server: RunningServer, talk: Samples, refused: Callable[..., Any]) -> None:
    place = ServerPlace(server.url, KEY)
    with refused("speech_server_refused"):
        OpenAiHttp(server.model, replace(place, url=server.url + "/v2")).transcribe(talk)


def test_the_administrator_is_told_that_it_answers(server: RunningServer, settings: Any) -> None:
    settings.SAPA_ASR_SERVER_URL, settings.SAPA_ASR_SERVER_KEY = server.url, KEY
    settings.SAPA_ASR_SERVER_MODEL = server.model
    assert engine_state("openai_http").endswith(f"answers, model {server.model}")
