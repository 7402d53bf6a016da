"""Models in ONNX form through onnx-asr: GigaAM, T-one, Parakeet, Canary, Whisper and their like, on the processor.

Such models hear about twenty seconds at once, so each run of talk goes through by itself, the silence around it cut
away. Most know one language; which of several was spoken none of them tells.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property

from django.conf import settings

from sapa.recordings.types import Samples
from sapa.transcripts.engines import SAMPLE_RATE_HZ
from sapa.transcripts.engines.onnx_asr.families import FAMILIES
from sapa.transcripts.engines.onnx_asr.model import FoundModel, OnnxModel, model_found
from sapa.transcripts.engines.onnx_asr.tokens import UNTOLD_CONFIDENCE, words_in
from sapa.transcripts.errors import LanguageUnknown
from sapa.transcripts.pieces import PIECE_S, Cut, Stretch, cut_in_silence, held, talk_in
from sapa.transcripts.timing import spans_of, words_in_order, words_spread
from sapa.transcripts.types import HeardSpeech, Span, Word
from sapa.transcripts.voice import voice_in

LONGEST_PIECE = round(PIECE_S * SAMPLE_RATE_HZ)
LONGEST_S = 20.0  # onnx-asr: "the maximum audio length for most models is 20–30 seconds"
JOIN_S = 1.5  # a shorter pause stays: models hear better with what was said before
MARGIN_S = 0.25
SHORTEST_TALK = round(0.3 * SAMPLE_RATE_HZ)  # of a channel; less is a click


class OnnxAsr:
    name = "onnx_asr"

    def __init__(self, model: str, *, threads: int = 0) -> None:
        self.model = model
        self._threads = threads

    @cached_property
    def _found(self) -> FoundModel:
        return model_found(self.model)

    @cached_property
    def _onnx(self) -> OnnxModel:
        return OnnxModel(self._found, threads=self._threads)

    @property
    def languages(self) -> frozenset[str]:
        return FAMILIES[self._found.family]

    def transcribe(
        self,
        samples: Samples,
        *,
        language: str | None = None,
        hints: Sequence[str] = (),
        progress: Callable[[float], None] | None = None,
    ) -> HeardSpeech:
        """These models take no hints. Not told, the language is that of a model of one; of several it is not known,
        and "" is given for it."""
        known = self.languages
        if language is not None and language not in known:
            raise LanguageUnknown(language)
        cuts = [_cut(channel) for channel in samples]
        talks = [(number, talk) for number, cut in enumerate(cuts) for talk in _talks(cut, samples.shape[1])]
        code = language or (min(known) if len(known) == 1 and talks else "")
        said: list[list[Word]] = [[] for _ in cuts]
        whole, done = sum(end - start for _, (start, end) in talks), 0
        for number, (start, end) in talks:
            said[number] += self._words(held(samples[number], start, end), (start, end), cuts[number].voice, code)
            done += end - start
            if progress:
                progress(done / whole)
        if progress:
            progress(1.0)
        duration_s = samples.shape[1] / SAMPLE_RATE_HZ
        return HeardSpeech(
            code,
            1.0 if code else 0.0,
            tuple(
                tuple(words_in_order(words, cut.voice, duration_s=duration_s))
                for words, cut in zip(said, cuts, strict=True)
            ),
            self.name,
            self.model,
            tuple(spans_of(cut.voice) for cut in cuts),
        )

    def _words(self, sound: Samples, talk: Stretch, voice: Sequence[Stretch], language: str) -> list[Word]:
        """Of one run of talk, in seconds of its channel."""
        said = self._onnx.heard(sound, language)
        start_s, end_s = (sample / SAMPLE_RATE_HZ for sample in talk)
        words = words_in(said)
        if words is None:
            return words_spread(said.text, Span(start_s, end_s), voice, confidence=UNTOLD_CONFIDENCE)
        return [replace(word, start_s=word.start_s + start_s, end_s=min(word.end_s + start_s, end_s)) for word in words]


def _cut(channel: Samples) -> Cut:
    return cut_in_silence(channel, _voice_in, longest=LONGEST_PIECE, progress=lambda _share: None)


def _voice_in(piece: Samples) -> list[Stretch]:
    return voice_in(piece, longest_s=LONGEST_S - 2 * MARGIN_S - 0.5)


def _talks(cut: Cut, length: int) -> list[Stretch]:
    if sum(end - start for start, end in cut.voice) < SHORTEST_TALK:
        return []
    longest, join, margin = (round(seconds * SAMPLE_RATE_HZ) for seconds in (LONGEST_S, JOIN_S, MARGIN_S))
    return talk_in(cut.voice, length, longest=longest, join=join, margin=margin)


def engine_from_settings(model: str = "") -> OnnxAsr:
    return OnnxAsr(model or settings.SAPA_ASR_ONNX_MODEL, threads=settings.SAPA_ASR_THREADS)


def state_from_settings() -> str:
    """One sentence for who looks after the installation. Raises what a call would fail with."""
    found = model_found(settings.SAPA_ASR_ONNX_MODEL)
    return f"{found.family} in {found.folder}"
