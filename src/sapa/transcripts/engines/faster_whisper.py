"""Whisper through faster-whisper (CTranslate2, int8 on the processor)."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings

from sapa.core.storage import data_dir
from sapa.recordings.types import Samples
from sapa.transcripts.engines import SAMPLE_RATE_HZ
from sapa.transcripts.errors import EngineFailed, LanguageUnknown, ModelMissing
from sapa.transcripts.model_files import model_folder
from sapa.transcripts.pieces import PIECE_S, Cut, Stretch, cut_in_silence, held
from sapa.transcripts.types import HeardSpeech, Span, Word

BEAM = 5
SHORTEST_SPEECH_S = 0.2
LANGUAGE_SAMPLE_S = 30  # one encoder window is enough to know the language
LONGEST_PIECE = round(PIECE_S * SAMPLE_RATE_HZ)
LOOKING_SHARE = 0.1  # of the work on a long call, spent on finding voice and pauses
LOOPING_RATIO = 2.4  # text that compresses better than this repeats itself (Whisper paper, section 4.5)
VOICE = {"min_silence_duration_ms": 300, "speech_pad_ms": 50}
VAD = {"min_silence_duration_ms": 700, "speech_pad_ms": 250}


class FasterWhisper:
    """Channels are heard one by one, long ones piece by piece; silence is cut away first, so that nothing is made up
    in it."""

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
            raise ModelMissing(self._asked, "fetching from a hub is off. Set SAPA_ASR_HUB=yes, or give a folder.")
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
        self, samples: Samples, *, language: str | None = None, progress: Callable[[float], None] | None = None
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
        voice = tuple(_spans(cut) for cut in cuts)
        if language is None:
            language, confidence = self._language(
                [_opening(channel, spans) for channel, spans in zip(samples, voice, strict=True)]
            )
        else:
            confidence = 1.0
        if language and language not in self.languages:
            raise LanguageUnknown(language)
        channels = tuple(
            self._words(
                channel,
                cut,
                language,
                _part(_part(told, looking_share, 1.0), number / len(samples), (number + 1) / len(samples)),
            )
            if language
            else ()
            for number, (channel, cut) in enumerate(zip(samples, cuts, strict=True))
        )
        told(1.0)
        return HeardSpeech(language, confidence, channels, self.name, self.model, voice)

    def _language(self, openings: list[Samples]) -> tuple[str, float]:
        """The likeliest language of the call: probabilities of both parties, weighed by how much each spoke."""
        total: dict[str, float] = {}
        weights = 0.0
        for sample in openings:
            if len(sample) < SHORTEST_SPEECH_S * SAMPLE_RATE_HZ:
                continue
            try:
                _, _, probabilities = self._whisper.detect_language(sample)
            except (RuntimeError, ValueError) as exc:
                raise EngineFailed(self.name, str(exc)) from exc
            weights += len(sample)
            for code, probability in probabilities:
                total[code] = total.get(code, 0.0) + probability * len(sample)
        if not weights:
            return "", 0.0
        code = max(total, key=lambda code: total[code])
        return code, total[code] / weights

    def _words(self, channel: Samples, cut: Cut, language: str, progress: Callable[[float], None]) -> tuple[Word, ...]:
        """Piece by piece; one in which nobody is heard is passed over."""
        words: list[Word] = []
        for first, last in cut.pieces:
            told = _part(progress, first / max(1, len(channel)), last / max(1, len(channel)))
            if any(start < last and end > first for start, end in cut.voice):
                words += _later(self._words_in(held(channel, first, last), language, told), first / SAMPLE_RATE_HZ)
            told(1.0)
        return tuple(words)

    def _words_in(self, piece: Samples, language: str, progress: Callable[[float], None]) -> Iterable[Word]:
        duration_s = len(piece) / SAMPLE_RATE_HZ
        try:
            segments, _ = self._whisper.transcribe(
                piece,
                language=language,
                beam_size=BEAM,
                temperature=0.0,
                condition_on_previous_text=False,
                word_timestamps=True,
                vad_filter=True,
                vad_parameters=VAD,
            )
            return tuple(_heard_words(segments, duration_s, progress))
        except (RuntimeError, ValueError) as exc:
            raise EngineFailed(self.name, str(exc)) from exc


def _heard_words(segments: Iterable[Any], duration_s: float, progress: Callable[[float], None]) -> Iterable[Word]:
    last_end_s = 0.0
    limit_s = _whole_hundredths(duration_s)
    for segment in segments:
        progress(min(1.0, segment.end / duration_s))
        if segment.compression_ratio > LOOPING_RATIO:
            continue
        for word in _whole_words(segment.words or []):
            start_s = min(max(word.start_s, last_end_s), limit_s)
            last_end_s = min(max(word.end_s, start_s), limit_s)
            yield Word(word.text, round(start_s, 2), round(last_end_s, 2), round(word.confidence, 3))


def _whole_words(pieces: Iterable[Any]) -> Iterable[Word]:
    """Whisper cuts "9.30am" and "bye-bye" into pieces; a piece without a space before it belongs to the last one."""
    whole: list[Any] = []
    for piece in pieces:
        if whole and piece.word.startswith(" "):
            yield from _joined(whole)
            whole = []
        whole.append(piece)
    yield from _joined(whole)


def _joined(pieces: list[Any]) -> Iterable[Word]:
    text = "".join(piece.word for piece in pieces).strip()
    if text:
        confidence = sum(piece.probability for piece in pieces) / len(pieces)
        yield Word(text, float(pieces[0].start), float(pieces[-1].end), float(confidence))


def _later(words: Iterable[Word], offset_s: float) -> Iterable[Word]:
    """From the time of a piece to that of the channel; pieces begin at whole hundredths of a second."""
    if not offset_s:
        return words
    return [
        replace(word, start_s=round(word.start_s + offset_s, 2), end_s=round(word.end_s + offset_s, 2))
        for word in words
    ]


def _voice_in(piece: Samples) -> list[Stretch]:
    """Where somebody is heard in this piece of a channel."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    found = get_speech_timestamps(piece, VadOptions(**VOICE), sampling_rate=SAMPLE_RATE_HZ)
    return [(stretch["start"], stretch["end"]) for stretch in found]


def _spans(cut: Cut) -> tuple[Span, ...]:
    return tuple(
        Span(_whole_hundredths(start / SAMPLE_RATE_HZ), _whole_hundredths(end / SAMPLE_RATE_HZ))
        for start, end in cut.voice
    )


def _whole_hundredths(seconds: float) -> float:
    """Times are given in hundredths; rounded up, the last one would lie past the end of the sound."""
    return math.floor(seconds * 100) / 100


def _opening(channel: Samples, spans: tuple[Span, ...]) -> Samples:
    """The first half-minute in which somebody is heard, pauses left out; empty when nobody is."""
    pieces = [np.zeros(0, dtype=np.float32)]
    lacking = LANGUAGE_SAMPLE_S * SAMPLE_RATE_HZ
    for span in spans:
        piece = channel[int(span.start_s * SAMPLE_RATE_HZ) : int(span.end_s * SAMPLE_RATE_HZ)][:lacking]
        pieces.append(piece)
        lacking -= len(piece)
        if lacking <= 0:
            break
    return np.concatenate(pieces)


def _part(progress: Callable[[float], None], low: float, high: float) -> Callable[[float], None]:
    """The progress of a part of the work that goes from one share of the whole to another."""
    return lambda share: progress(low + (high - low) * share)


def engine_from_settings() -> FasterWhisper:
    return FasterWhisper(
        settings.SAPA_ASR_MODEL,
        models_dir=data_dir() / "models",
        threads=settings.SAPA_ASR_THREADS,
        hub=settings.SAPA_ASR_HUB,
    )
