"""Whisper through faster-whisper (CTranslate2, int8 on the processor)."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings

from sapa.core.storage import data_dir
from sapa.recordings.sound import let_go
from sapa.recordings.types import Samples
from sapa.transcripts.engines import SAMPLE_RATE_HZ
from sapa.transcripts.engines.faster_whisper.whisper import Encoded, Heard, Whisper
from sapa.transcripts.engines.faster_whisper.windows import (
    LONGEST_S,
    MARGIN_S,
    TRAINED_ON,
    Window,
    batches_of,
    windows_in,
)
from sapa.transcripts.engines.faster_whisper.word_times import words_of
from sapa.transcripts.errors import EngineFailed, LanguageUnknown, ModelMissing
from sapa.transcripts.model_files import model_folder
from sapa.transcripts.pieces import PIECE_S, Stretch, cut_in_silence
from sapa.transcripts.timing import spans_of
from sapa.transcripts.types import HeardSpeech
from sapa.transcripts.voice import voice_in

SHORTEST_SPEECH = round((0.2 + 2 * MARGIN_S) * SAMPLE_RATE_HZ)  # samples of a window; less is a click
LONGEST_PIECE = round(PIECE_S * SAMPLE_RATE_HZ)
LOOKING_SHARE = 0.1  # of the work on a long call, spent on finding voice and pauses
HUB_IS_OFF = "fetching from a hub is off. Set SAPA_ASR_HUB=yes, or give a folder."
LONGEST_VOICE_S = LONGEST_S - 2 * MARGIN_S - 0.5


class FasterWhisper:
    """Silence is cut away first, so that nothing is made up in it; the talk of all channels goes through the model
    together, in windows of its own length (ADR 20)."""

    name = "faster_whisper"

    def __init__(self, model: str, *, models_dir: Path, threads: int = 0, hub: bool = False) -> None:
        self._asked = model
        self._models_dir = models_dir
        self._threads = threads
        self._hub = hub

    @property
    def model(self) -> str:
        return self._asked

    @cached_property
    def _whisper(self) -> Any:
        from faster_whisper import WhisperModel

        folder = model_folder(self._asked, models_dir=self._models_dir)
        if folder is None and not self._hub:
            raise ModelMissing(self._asked, HUB_IS_OFF)
        try:
            return WhisperModel(
                str(folder or self._asked),
                device="auto",
                compute_type="int8",
                cpu_threads=self._threads or os.cpu_count() or 1,
                download_root=str(self._models_dir),
            )
        except (RuntimeError, ValueError, OSError) as exc:
            raise ModelMissing(self._asked, str(exc)) from exc

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(self._whisper.supported_languages)

    def transcribe(
        self,
        samples: Samples,
        *,
        language: str | None = None,
        hints: Sequence[str] = (),
        progress: Callable[[float], None] | None = None,
    ) -> HeardSpeech:
        told = progress or (lambda _share: None)
        looking_share = LOOKING_SHARE if samples.shape[1] > LONGEST_PIECE else 0.0
        cuts = [
            cut_in_silence(
                channel,
                _voice_in,
                longest=LONGEST_PIECE,
                progress=_part(_part(told, 0.0, looking_share), number / len(samples), (number + 1) / len(samples)),
            )
            for number, channel in enumerate(samples)
        ]
        windows = [
            window
            for number, (channel, cut) in enumerate(zip(samples, cuts, strict=True))
            for window in windows_in(number, cut.voice, len(channel))
        ]
        try:
            hearing = self._hearing(samples, windows, language)
            heard = self._heard(samples, windows, hearing, _part(told, looking_share, 1.0))
        except (RuntimeError, ValueError) as exc:
            raise EngineFailed(self.name, str(exc)) from exc
        duration_s = samples.shape[1] / SAMPLE_RATE_HZ
        channels = tuple(
            tuple(words_of(_said(heard, windows, number), cut.voice, duration_s=duration_s))
            for number, cut in enumerate(cuts)
        )
        told(1.0)
        voice = tuple(spans_of(cut.voice) for cut in cuts)
        return HeardSpeech(hearing.language, hearing.confidence, channels, self.name, self.model, voice)

    def _hearing(self, samples: Samples, windows: Sequence[Window], language: str | None) -> _Hearing:
        """In which language; not told, it is the likeliest of what the parties say first, by how much that is."""
        if language is not None:
            if language not in self.languages:
                raise LanguageUnknown(language)
            return _Hearing(language, 1.0, {})
        whisper = Whisper(self._whisper)
        encoded = {
            window: whisper.encode([_sound(samples, window)], window.padded)
            for window in _openings(windows, len(samples))
        }
        likelihood: dict[str, float] = {}
        for window, one in encoded.items():
            for code, probability in whisper.languages(one)[0].items():
                likelihood[code] = likelihood.get(code, 0.0) + probability * window.length
        if not likelihood:
            return _Hearing("", 0.0, {})
        code = max(likelihood, key=lambda code: likelihood[code])
        return _Hearing(code, likelihood[code] / sum(window.length for window in encoded), encoded)

    def _heard(
        self, samples: Samples, windows: Sequence[Window], hearing: _Hearing, progress: Callable[[float], None]
    ) -> dict[Window, Heard]:
        """What each window says; what was encoded to find the language is not encoded again."""
        if not hearing.language:
            return {}
        whisper = Whisper(self._whisper)
        heard: dict[Window, Heard] = {}
        batches: list[list[Window]] = [[window] for window in hearing.encoded]
        batches += batches_of(window for window in windows if window not in hearing.encoded)
        whole, done = sum(window.padded for window in windows), 0
        for batch in batches:
            encoded = hearing.encoded.get(batch[0]) or whisper.encode(
                [_sound(samples, window) for window in batch], batch[0].padded
            )
            for window, said in zip(batch, whisper.heard(encoded, hearing.language), strict=True):
                heard[window] = self._once_more(samples, window, hearing.language) if said.is_looping else said
                done += window.padded
            progress(done / whole)
        return heard

    def _once_more(self, samples: Samples, window: Window, language: str) -> Heard:
        """Who began to repeat themselves in a short window get one as in their training."""
        whisper = Whisper(self._whisper)
        return whisper.heard(whisper.encode([_sound(samples, window)], TRAINED_ON), language)[0]


@dataclass(frozen=True)
class _Hearing:
    language: str
    confidence: float
    encoded: Mapping[Window, Encoded]


def _openings(windows: Sequence[Window], channels: int) -> list[Window]:
    """The first window of each channel in which more than a click is heard."""
    first = (next((window for window in windows if window.channel == number), None) for number in range(channels))
    return [window for window in first if window is not None and window.length >= SHORTEST_SPEECH]


def _said(heard: Mapping[Window, Heard], windows: Sequence[Window], channel: int) -> list[tuple[Window, Any]]:
    """Windows of a channel with their words; what repeats itself or was made up of noise is left out."""
    return [
        (window, heard[window].words)
        for window in windows
        if window.channel == channel and window in heard and heard[window].is_speech
    ]


def _sound(samples: Samples, window: Window) -> Samples:
    """In memory; what was read of a mapped file for it is let go."""
    sound = window.of(samples[window.channel])
    let_go(samples)
    return sound


def _voice_in(piece: Samples) -> list[Stretch]:
    """Where somebody is heard in this piece of a channel."""
    return voice_in(piece, longest_s=LONGEST_VOICE_S)


def _part(progress: Callable[[float], None], low: float, high: float) -> Callable[[float], None]:
    """The progress of a part of the work that goes from one share of the whole to another."""
    return lambda share: progress(low + (high - low) * share)


def engine_from_settings(model: str = "") -> FasterWhisper:
    return FasterWhisper(
        model or settings.SAPA_ASR_MODEL,
        models_dir=data_dir() / "models",
        threads=settings.SAPA_ASR_THREADS,
        hub=settings.SAPA_ASR_HUB,
    )


def state_from_settings() -> str:
    """One sentence for who looks after the installation. Raises what a call would fail with."""
    folder = model_folder(settings.SAPA_ASR_MODEL, models_dir=data_dir() / "models")
    if folder is None and not settings.SAPA_ASR_HUB:
        raise ModelMissing(settings.SAPA_ASR_MODEL, HUB_IS_OFF)
    return f"{settings.SAPA_ASR_MODEL} in {folder}" if folder else f"{settings.SAPA_ASR_MODEL} on a hub"
