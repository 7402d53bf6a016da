"""Whisper through faster-whisper (CTranslate2, int8 on the processor)."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

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
from sapa.transcripts.pieces import PIECE_S, Cut, Stretch, cut_in_silence
from sapa.transcripts.timing import spans_of, whole_hundredths
from sapa.transcripts.types import HeardSpeech, LeftOut, Word
from sapa.transcripts.voice import voice_in

SHORTEST_SPEECH = round((0.2 + 2 * MARGIN_S) * SAMPLE_RATE_HZ)  # samples of a window; less is a click
LONGEST_PIECE = round(PIECE_S * SAMPLE_RATE_HZ)
LOOKING_SHARE = 0.1  # of the work on a long call, spent on finding voice and pauses
AT_ONCE = 2  # windows, each on its share of the threads: less is lost than on one with all of them (ADR 20)
HUB_IS_OFF = "fetching from a hub is off. Set SAPA_ASR_HUB=yes, or give a folder."
LONGEST_VOICE_S = LONGEST_S - 2 * MARGIN_S - 0.5

Job = TypeVar("Job")
Done = TypeVar("Done")


class FasterWhisper:
    """Silence is cut away first, so that nothing is made up in it; the talk of all channels goes through the model
    together, in windows of its own length (ADR 20)."""

    name = "faster_whisper"

    def __init__(self, model: str, *, models_dir: Path, threads: int = 0, hub: bool = False) -> None:
        self._asked = model
        self._models_dir = models_dir
        self._threads = threads or os.cpu_count() or 1
        self._hub = hub
        self._loading = Lock()

    @property
    def model(self) -> str:
        return self._asked

    @cached_property
    def _whisper(self) -> Any:
        with self._loading:  # calls may be heard side by side, and the model is loaded by the first
            return self._loaded

    @cached_property
    def _loaded(self) -> Any:
        from faster_whisper import WhisperModel

        folder = model_folder(self._asked, models_dir=self._models_dir)
        if folder is None and not self._hub:
            raise ModelMissing(self._asked, HUB_IS_OFF)
        try:
            return WhisperModel(
                str(folder or self._asked),
                device="auto",
                compute_type="int8",
                cpu_threads=max(1, self._threads // self._at_once),
                num_workers=self._at_once,
                download_root=str(self._models_dir),
            )
        except (RuntimeError, ValueError, OSError) as exc:
            raise ModelMissing(self._asked, str(exc)) from exc

    @property
    def _at_once(self) -> int:
        return min(AT_ONCE, self._threads)

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
        cuts = self._cuts(samples, _part(told, 0.0, looking_share))
        windows = [
            window
            for number, (channel, cut) in enumerate(zip(samples, cuts, strict=True))
            for window in windows_in(number, cut.voice, len(channel))
        ]
        try:
            hearing = replace(self._hearing(samples, windows, language), hints=tuple(hints))
            heard = self._heard(samples, windows, hearing, _part(told, looking_share, 1.0))
        except (RuntimeError, ValueError) as exc:
            raise EngineFailed(self.name, str(exc)) from exc
        duration_s = samples.shape[1] / SAMPLE_RATE_HZ
        said = [_said(heard, windows, number) for number in range(len(samples))]
        channels = tuple(
            tuple(words_of(pairs, cut.voice, duration_s=duration_s)) for pairs, cut in zip(said, cuts, strict=True)
        )
        told(1.0)
        return HeardSpeech(
            hearing.language,
            hearing.confidence,
            channels,
            self.name,
            self.model,
            voice=tuple(spans_of(cut.voice) for cut in cuts),
            left_out=tuple(_left_out(heard)),
        )

    def _cuts(self, samples: Samples, progress: Callable[[float], None]) -> list[Cut]:
        """The channels of a short call side by side; those of a long one in turn, which can be told and broken off."""

        def cut(number: int) -> Cut:
            told = _part(progress, number / len(samples), (number + 1) / len(samples))
            return cut_in_silence(
                samples[number], _voice_in, longest=LONGEST_PIECE, progress=told if is_long else _quiet
            )

        is_long = samples.shape[1] > LONGEST_PIECE
        return list(each(cut, range(len(samples)), at_once=1 if is_long else self._at_once))

    def _hearing(self, samples: Samples, windows: Sequence[Window], language: str | None) -> _Hearing:
        """In which language; not told, it is the likeliest of what the parties say first, by how much that is."""
        if language is not None:
            if language not in self.languages:
                raise LanguageUnknown(language)
            return _Hearing(language, 1.0, {})
        whisper = Whisper(self._whisper)
        openings = _openings(windows, len(samples))

        def listen(window: Window) -> tuple[Encoded, dict[str, float]]:
            encoded = whisper.encode([_sound(samples, window)], window.padded)
            return encoded, whisper.languages(encoded)[0] if window in openings else {}

        # A party alone leaves threads with nothing to do until its language is known: they hear what comes next.
        rest = (window for window in windows if window not in openings)
        first = [*openings, *islice(rest, max(0, self._at_once - len(openings)))] if openings else []
        listened = dict(zip(first, each(listen, first, at_once=self._at_once), strict=True))
        likelihood: dict[str, float] = {}
        for window in openings:
            for code, probability in listened[window][1].items():
                likelihood[code] = likelihood.get(code, 0.0) + probability * window.length
        if not likelihood:
            return _Hearing("", 0.0, {})
        code = max(likelihood, key=lambda code: likelihood[code])
        encoded = {window: one for window, (one, _) in listened.items()}
        return _Hearing(code, likelihood[code] / sum(window.length for window in openings), encoded)

    def _heard(
        self, samples: Samples, windows: Sequence[Window], hearing: _Hearing, progress: Callable[[float], None]
    ) -> dict[Window, Heard]:
        """What each window says; what was encoded to find the language is not encoded again."""
        if not hearing.language:
            return {}
        whisper = Whisper(self._whisper)

        def said_in(batch: list[Window]) -> list[Heard]:
            encoded = hearing.encoded.get(batch[0]) or whisper.encode(
                [_sound(samples, window) for window in batch], batch[0].padded
            )
            return [
                self._once_more(samples, window, hearing) if said.is_looping else said
                for window, said in zip(batch, whisper.heard(encoded, hearing.language, hearing.hints), strict=True)
            ]

        heard: dict[Window, Heard] = {}
        batches: list[list[Window]] = [[window] for window in hearing.encoded]
        batches += batches_of((window for window in windows if window not in hearing.encoded), at_once=self._at_once)
        whole, done = sum(window.padded for window in windows), 0
        with closing(each(said_in, batches, at_once=self._at_once)) as hearings:
            for batch, said in zip(batches, hearings, strict=True):
                heard.update(zip(batch, said, strict=True))
                done += sum(window.padded for window in batch)
                progress(done / whole)
        return heard

    def _once_more(self, samples: Samples, window: Window, hearing: _Hearing) -> Heard:
        """Who began to repeat themselves in a short window get one as in their training."""
        whisper = Whisper(self._whisper)
        encoded = whisper.encode([_sound(samples, window)], TRAINED_ON)
        return whisper.heard(encoded, hearing.language)[0]  # without hints, which may be what it repeats


@dataclass(frozen=True)
class _Hearing:
    """`encoded`: the windows that were encoded before the language was known."""

    language: str
    confidence: float
    encoded: Mapping[Window, Encoded]
    hints: tuple[str, ...] = ()


def each(act: Callable[[Job], Done], jobs: Iterable[Job], *, at_once: int) -> Generator[Done, None, None]:
    """What comes of each job, in their order; who stops asking waits only for what was begun."""
    pool = ThreadPoolExecutor(at_once)
    try:
        yield from pool.map(act, jobs)
    finally:
        pool.shutdown(cancel_futures=True)


def _openings(windows: Sequence[Window], channels: int) -> list[Window]:
    """The first window of each channel in which more than a click is heard."""
    first = (next((window for window in windows if window.channel == number), None) for number in range(channels))
    return [window for window in first if window is not None and window.length >= SHORTEST_SPEECH]


def _said(
    heard: Mapping[Window, Heard], windows: Sequence[Window], channel: int
) -> list[tuple[Window, Sequence[Word]]]:
    """Windows of a channel with their words; what repeats itself or was made up of noise is left out."""
    mine = (window for window in windows if window.channel == channel and window in heard)
    return [(window, heard[window].words) for window in mine if heard[window].left_out_as is None]


def _left_out(heard: Mapping[Window, Heard]) -> Iterator[LeftOut]:
    for window, one in heard.items():
        if one.left_out_as is not None and one.text:
            start_s, end_s = (
                whole_hundredths(edge / SAMPLE_RATE_HZ) for edge in (window.pieces[0][0], window.pieces[-1][1])
            )
            yield LeftOut(window.channel, start_s, end_s, one.text, one.left_out_as)


def _sound(samples: Samples, window: Window) -> Samples:
    """In memory; what was read of a mapped file for it is let go."""
    sound = window.of(samples[window.channel])
    let_go(samples)
    return sound


def _voice_in(piece: Samples) -> list[Stretch]:
    """Where somebody is heard in this piece of a channel."""
    return voice_in(piece, longest_s=LONGEST_VOICE_S)


def _quiet(_share: float) -> None:
    """A short look is not worth telling of, and progress is told by the thread that asked."""


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
