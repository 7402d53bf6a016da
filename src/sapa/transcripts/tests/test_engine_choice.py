from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from sapa.config import env
from sapa.pipeline.tests.processes import sapa
from sapa.transcripts.engines import ENGINES
from sapa.transcripts.services import ENGINE


def test_the_setting_offers_every_engine() -> None:
    offered = re.search(r"one of: ([^)]*)\)", env.VARIABLES["SAPA_ASR_ENGINE"].help)
    assert offered
    assert offered[1].split(", ") == list(ENGINES)
    assert env.VARIABLES["SAPA_ASR_ENGINE"].default == ENGINE


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_is_made_of_the_settings_and_can_be_looked_at(name: str) -> None:
    module = import_module(ENGINES[name].split(":")[0])
    assert callable(module.engine_from_settings)
    assert callable(module.state_from_settings)


@pytest.mark.parametrize(
    ("engine", "lacking"), [("openai_http", "SAPA_ASR_SERVER_URL"), ("onnx_asr", "SAPA_ASR_ONNX_MODEL")]
)
def test_an_engine_without_what_it_needs_stops_the_start(tmp_path: Path, engine: str, lacking: str) -> None:
    ended = sapa("doctor", data_dir=tmp_path, SAPA_ASR_ENGINE=engine)
    assert ended.returncode == 2
    assert f"SAPA_ASR_ENGINE: {lacking} is needed" in ended.stderr
