"""Speech engines: sound in, finished words out. One module each; a vendor's package is imported only there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Protocol

from sapa.recordings.types import Samples
from sapa.transcripts.types import HeardSpeech

SAMPLE_RATE_HZ = 16_000

ENGINES: dict[str, str] = {
    "faster_whisper": "sapa.transcripts.engines.faster_whisper:engine_from_settings",
    "openai_http": "sapa.transcripts.engines.openai_http:engine_from_settings",
    "onnx_asr": "sapa.transcripts.engines.onnx_asr:engine_from_settings",
}


class Engine(Protocol):
    name: str

    @property
    def model(self) -> str:
        """Which model it hears with, as kept with every transcript."""
        ...

    @property
    def languages(self) -> frozenset[str]:
        """Codes of the languages this model can be told. Raises `ModelMissing`, `ModelDamaged`."""
        ...

    def transcribe(
        self,
        samples: Samples,
        *,
        language: str | None = None,
        hints: Sequence[str] = (),
        progress: Callable[[float], None] | None = None,
    ) -> HeardSpeech:
        """Hear `(channels, samples)` float32 in −1…1 at 16 kHz.

        `language` is a code the caller is sure of; None finds it. `hints`: names and product words that may be
        said, as they are written; an engine that cannot use them hears without. `progress` is called with the
        done share, 0–1, never going back. A channel without speech gives an empty tuple. Word times are seconds
        from the first sample, start ≤ end ≤ duration, in order. Raises `ModelMissing`, `ModelDamaged`,
        `LanguageUnknown`, `EngineFailed`; over the network `SpeechServerUnreachable`, `SpeechServerFailed`,
        `SpeechServerRefused`, `SpeechAnswerInvalid`.
        """
        ...


@lru_cache(maxsize=2)
def engine_named(name: str, model: str) -> Engine:
    """The engine of this process with this model, "" being the one of the settings; it is loaded at first use and
    stays.

    Two at most, since a model may take a gigabyte in each worker: one to hear most calls, one for a language or the
    second tier. Where rules name more, the one that was not used for longest gives way and costs its loading again.
    """
    module, function = ENGINES[name].split(":")
    engine: Engine = getattr(import_module(module), function)(model)
    return engine


def engine_state(name: str) -> str:
    """One sentence about the engine of the settings, for who looks after the installation. It is not loaded, only
    looked at. Raises what a call would fail with."""
    module = ENGINES[name].split(":")[0]
    state: str = import_module(module).state_from_settings()
    return state
