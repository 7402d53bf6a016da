"""The whole way through onnx-asr and its runtime, with a model of our own that says "go" wherever it is loud."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sapa.recordings.types import Samples
from sapa.transcripts.engines import SAMPLE_RATE_HZ, engine_state, onnx_asr
from sapa.transcripts.engines.onnx_asr import OnnxAsr
from sapa.transcripts.engines.onnx_asr.families import FAMILIES
from sapa.transcripts.engines.onnx_asr.model import model_found
from sapa.transcripts.engines.onnx_asr.tokens import Said, words_in
from sapa.transcripts.errors import ModelMissing
from sapa.transcripts.pieces import Stretch
from sapa.transcripts.tests.onnx_models import ctc_model
from sapa.transcripts.types import HeardSpeech

LOUD_AT_S = (2.0, 2.5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ctc_model(tmp_path_factory.mktemp("models") / "ctc")


@pytest.fixture(autouse=True)
def loud_is_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for the voice detector: half a second around what is loud."""

    def voice_in(piece: Samples) -> list[Stretch]:
        loud = np.flatnonzero(np.abs(piece) > 0.1)
        if not len(loud):
            return []
        half = SAMPLE_RATE_HZ // 2
        return [(max(0, int(loud[0]) - half), min(len(piece), int(loud[-1]) + half))]

    monkeypatch.setattr(onnx_asr, "_voice_in", voice_in)


@pytest.fixture
def no_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever imports the client of the hub fails."""
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)


def line(*loud_s: tuple[float, float], length_s: float = 5.0) -> Samples:
    """One channel of hiss that is loud at these seconds."""
    dice = np.random.default_rng(1)
    channel = dice.normal(0, 0.0005, round(length_s * SAMPLE_RATE_HZ)).astype(np.float32)
    for start_s, end_s in loud_s:
        first, last = round(start_s * SAMPLE_RATE_HZ), round(end_s * SAMPLE_RATE_HZ)
        channel[first:last] = dice.normal(0, 0.3, last - first)
    return channel[np.newaxis]


def test_words_stand_where_it_is_loud(folder: Path) -> None:
    heard = OnnxAsr(str(folder)).transcribe(line(LOUD_AT_S, (3.2, 3.6)), language="en")
    assert [word.text for word in heard.channels[0]] == ["go", "go"]
    assert [word.start_s for word in heard.channels[0]] == [pytest.approx(2.0, abs=0.05), pytest.approx(3.2, abs=0.05)]
    assert all(word.start_s < word.end_s <= 5.0 and 0.0 < word.confidence <= 1.0 for word in heard.channels[0])
    assert {type(word.confidence) for word in heard.channels[0]} == {float}
    assert (heard.engine, heard.model) == ("onnx_asr", str(folder))


def test_each_channel_is_heard_by_itself_and_silence_is_not_heard_at_all(folder: Path) -> None:
    shares: list[float] = []
    two = np.concatenate([np.zeros((1, 5 * SAMPLE_RATE_HZ), dtype=np.float32), line(LOUD_AT_S)])
    heard = OnnxAsr(str(folder)).transcribe(two, language="en", hints=("Aigerim",), progress=shares.append)
    assert [len(words) for words in heard.channels] == [0, 1]
    assert heard.voice[0] == ()
    assert shares == [1.0, 1.0]


@pytest.mark.parametrize("length_s", [0.0, 0.01, 5.0])
def test_silence_has_no_words_and_no_language(folder: Path, length_s: float) -> None:
    silence = np.zeros((2, round(length_s * SAMPLE_RATE_HZ)), dtype=np.float32)
    heard = OnnxAsr(f"gigaam-v3-ctc:{_gigaam(folder)}").transcribe(silence)
    assert (heard.channels, heard.language) == (((), ()), "")


def _gigaam(folder: Path) -> Path:
    """Files with the names of that type; they are looked for, and loaded only for talk."""
    gigaam = folder.parent / "gigaam"
    gigaam.mkdir(exist_ok=True)
    for name in ("v3_ctc.int8.onnx", "v3_vocab.txt"):
        (gigaam / name).touch()
    return gigaam


class Stubbed(OnnxAsr):
    """Its model gives text without times, as Whisper's does."""

    class _Whisper:
        def __init__(self) -> None:
            self.told: list[tuple[float, str]] = []

        def heard(self, sound: Samples, language: str) -> Said:
            self.told.append((len(sound) / SAMPLE_RATE_HZ, language))
            return Said("one two")

    _onnx = _Whisper()  # type: ignore[assignment]


def heard_of(asked: str, samples: Samples, **told: Any) -> HeardSpeech:
    return Stubbed(asked).transcribe(samples, **told)


def test_a_model_of_one_language_hears_that_one(folder: Path) -> None:
    heard = heard_of(f"gigaam-v3-ctc:{_gigaam(folder)}", line(LOUD_AT_S))
    assert (heard.language, heard.language_confidence) == ("ru", 1.0)


def test_a_model_of_several_does_not_tell_which(folder: Path) -> None:
    assert heard_of(str(folder), line(LOUD_AT_S)).language == ""
    assert heard_of(str(folder), line(LOUD_AT_S), language="kk").language == "kk"


def test_a_language_it_does_not_hear_is_refused(folder: Path, refused: Callable[..., Any]) -> None:
    with refused("language_unknown"):
        heard_of(f"gigaam-v3-ctc:{_gigaam(folder)}", line(LOUD_AT_S), language="pl")


def test_words_without_times_are_spread_over_the_voice(folder: Path) -> None:
    heard = heard_of(str(folder), line(LOUD_AT_S))
    assert [(word.text, word.start_s, word.end_s) for word in heard.channels[0]] == [
        ("one", 1.5, 2.25),
        ("two", 2.25, 3.0),
    ]


def test_no_more_goes_through_at_once_than_a_model_holds(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    voice = [(second * SAMPLE_RATE_HZ, (second + 9) * SAMPLE_RATE_HZ) for second in range(0, 100, 10)]
    monkeypatch.setattr(onnx_asr, "_voice_in", lambda piece: voice)
    engine = Stubbed(str(folder))
    engine.transcribe(np.zeros((1, 100 * SAMPLE_RATE_HZ), dtype=np.float32), language="en")
    told = engine._onnx.told[-5:]
    assert [length_s for length_s, _ in told] == [pytest.approx(19.5, abs=0.3)] * 5
    assert {language for _, language in told} == {"en"}


def test_tokens_become_words_as_the_model_writes_them() -> None:
    said = Said("9.30am, bye", (" 9", ".30", "am", ",", " by", "e"), (0.0, 0.1, 0.2, 0.3, 1.0, 1.1), (0.0,) * 6)
    words = words_in(said)
    assert words is not None
    assert [(word.text, word.start_s, word.end_s) for word in words] == [
        ("9.30am,", 0.0, 0.5),
        ("bye", 1.0, pytest.approx(1.3)),
    ]


def test_letters_with_a_space_of_their_own_become_words() -> None:
    words = words_in(Said("да я", ("д", "а", " ", "я"), (0.0, 0.04, 0.08, 0.12)))
    assert words is not None
    assert [(word.text, word.end_s) for word in words] == [("да", 0.12), ("я", pytest.approx(0.32))]


@pytest.mark.parametrize(
    "said",
    [
        Said("one"),
        Said(""),
        Said("one", (" one",), ()),
        Said("two", (" one",), (0.0,)),
    ],
)
def test_tokens_that_do_not_make_up_the_text_are_not_believed(said: Said) -> None:
    assert words_in(said) is None


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "SAPA_ASR_ONNX_MODEL"),
        ("/no/such/folder", "no such folder"),
        ("gigaam-v3-ctc:/no/such/folder", "no such folder"),
        ("nemo-parakeet-tdt-0.6b-v3", "no such folder"),
        ("onnx-community/whisper-base", "no such folder"),
        ("parakeet:{empty}", "'parakeet' is not one of"),
        ("{empty}", "does not tell its type"),
        ("gigaam-v3-ctc:{empty}", "v?_ctc.onnx"),
    ],
)
def test_a_model_that_is_not_there_is_missing_and_never_fetched(
    tmp_path: Path, no_hub: None, name: str, problem: str
) -> None:
    with pytest.raises(ModelMissing) as caught:
        OnnxAsr(name.format(empty=tmp_path)).transcribe(line(LOUD_AT_S))
    assert problem in caught.value.message


@pytest.mark.parametrize(
    "config", ['{"model_type": "onnx-community/whisper-base"}', '{"model_type": null}', "[]", "{}", "no JSON"]
)
def test_a_config_that_tells_no_type_is_said_to(tmp_path: Path, refused: Callable[..., Any], config: str) -> None:
    (tmp_path / "config.json").write_text(config)
    with refused("model_missing"):
        model_found(str(tmp_path))


def test_a_file_that_is_no_model_is_missing(folder: Path, refused: Callable[..., Any]) -> None:
    with refused("model_missing"):
        OnnxAsr(f"gigaam-v3-ctc:{_gigaam(folder)}").transcribe(line(LOUD_AT_S))


def test_a_model_that_is_not_what_its_type_says_fails_as_an_engine(folder: Path, refused: Callable[..., Any]) -> None:
    """The files have the right names, but the graph has other inputs than this type's."""
    gigaam = folder.parent / "disguised"
    gigaam.mkdir()
    (gigaam / "v3_ctc.onnx").symlink_to(folder / "model.onnx")
    (gigaam / "v3_vocab.txt").symlink_to(folder / "vocab.txt")
    with refused("engine_failed"):
        OnnxAsr(f"gigaam-v3-ctc:{gigaam}").transcribe(line(LOUD_AT_S))


def test_a_model_of_whole_numbers_is_found_where_there_is_no_other(folder: Path) -> None:
    assert model_found(f"gigaam-v3-ctc:{_gigaam(folder)}").precision == "int8"
    assert model_found(str(folder)).precision is None


def test_the_types_are_those_of_the_library(folder: Path) -> None:
    from onnx_asr.loader import create_asr_resolver

    assert all(create_asr_resolver(family, folder, offline=True).model_type for family in FAMILIES)


def test_the_administrator_is_told_which_model_it_is(folder: Path, settings: Any) -> None:
    settings.SAPA_ASR_ONNX_MODEL = str(folder)
    assert engine_state("onnx_asr") == f"nemo-conformer-ctc in {folder}"
