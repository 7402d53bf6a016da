"""A Whisper model in CTranslate2, asked for the words of windows that are as long as the talk in them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sapa.recordings.types import Samples
from sapa.transcripts.engines import SAMPLE_RATE_HZ
from sapa.transcripts.made_up import repeats_in, without
from sapa.transcripts.types import LeftOutReason, Word

BEAM = 2  # five give no better words and take a third longer (ADR 20)
HOP = 160  # samples of a frame of the spectrogram, two of which make one of the encoder
FRAME_S = 2 * HOP / SAMPLE_RATE_HZ
MOST_SAID = 224  # tokens, half of what the model holds …
MOST_HINT_TOKENS = MOST_SAID - 10  # … and the other half is for what stands before
TOKENS_PER_S = 12  # nobody speaks faster; a model that repeats itself is stopped
TOKENS_AT_LEAST = 24
LOOPING_RATIO = 2.4  # text that compresses better than this repeats itself (Whisper paper, section 4.5)
NOBODY_SPEAKS = 0.6  # the same paper's limits: no speech is likelier than this and the words unlikely
UNLIKELY_LOGPROB = -1.0


@dataclass(frozen=True)
class Encoded:
    """Windows of one length behind the encoder. `frames`: how many of each are talk, not padding."""

    features: Any
    frames: tuple[int, ...]
    padded: int


@dataclass(frozen=True)
class Heard:
    """The words of one window, timed from its start. `logprob`: mean log probability of a token. `is_finished`: the
    model came to its end by itself."""

    words: tuple[Word, ...]
    text: str
    logprob: float
    no_speech: float
    is_finished: bool = True

    @property
    def is_looping(self) -> bool:
        """People repeat themselves, too ("press one if …, press two if …"), but a model that does finds no end."""
        return not self.is_finished and repetition(self.text) > LOOPING_RATIO

    @property
    def left_out_as(self) -> LeftOutReason | None:
        """A loop that can be taken out of what else was said is not the window's fault (`made_up.py` does so)."""
        once = without(self.words, list(repeats_in(self.words))) if self.is_looping else self.words
        if self.is_looping and repetition("".join(word.text for word in once)) > LOOPING_RATIO:
            return LeftOutReason.REPEATS
        is_made_up = self.no_speech > NOBODY_SPEAKS and self.logprob < UNLIKELY_LOGPROB
        return LeftOutReason.NOISE if is_made_up else None


class Whisper:
    """`model` is faster-whisper's: CTranslate2's model with its tokenizer and its spectrogram."""

    def __init__(self, model: Any) -> None:
        self._model = model.model
        self._tokenizer = model.hf_tokenizer
        self._spectrogram = model.feature_extractor

    def encode(self, windows: Sequence[Samples], padded: int) -> Encoded:
        """Windows at 16 kHz, all heard as `padded` samples, of which there is an even number of frames."""
        import ctranslate2

        rows = np.zeros((len(windows), padded), dtype=np.float32)
        for row, window in zip(rows, windows, strict=True):
            row[: len(window)] = window
        mel = np.stack([self._spectrogram(row, padding=0) for row in rows]).astype(np.float32)
        features = self._model.encode(ctranslate2.StorageView.from_array(np.ascontiguousarray(mel)))
        return Encoded(features, tuple(max(2, len(window) // HOP) for window in windows), padded)

    def languages(self, encoded: Encoded) -> list[dict[str, float]]:
        """For each window how likely it is in each language; a model of English alone knows no other."""
        if not self._model.is_multilingual:
            return [{"en": 1.0} for _ in encoded.frames]
        found = self._model.detect_language(encoded.features)
        return [{token[2:-2]: float(probability) for token, probability in window} for window in found]

    def heard(self, encoded: Encoded, language: str, hints: Sequence[str] = ()) -> list[Heard]:
        """`hints` stand before the window as if they had been said: words that are near to one become it."""
        tokens = self._tokens(language)
        start = list(tokens.sot_sequence)
        prompt = [*said_before(tokens, hints), *start, tokens.no_timestamps]
        limit = min(MOST_SAID, TOKENS_AT_LEAST + round(TOKENS_PER_S * encoded.padded / SAMPLE_RATE_HZ))
        results = self._model.generate(
            encoded.features,
            [prompt] * len(encoded.frames),
            beam_size=BEAM,
            max_length=max(2 * limit, len(prompt) + limit),  # of which it gives half, or what the prompt leaves
            suppress_blank=True,
            suppress_tokens=self._suppressed(tokens),
            return_scores=True,
            return_no_speech_prob=True,
        )
        said = [[token for token in result.sequences_ids[0] if token < tokens.eot] for result in results]
        aligned = self._model.align(encoded.features, start, said, list(encoded.frames)) if any(said) else said
        return [
            _heard(tokens, result, spoken, alignment, limit)
            for result, spoken, alignment in zip(results, said, aligned, strict=True)
        ]

    def _tokens(self, language: str) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        return Tokenizer(self._tokenizer, self._model.is_multilingual, task="transcribe", language=language)

    @staticmethod
    def _suppressed(tokens: Any) -> list[int]:
        """Marks like [music] and ♪, and what would begin another task."""
        others = (tokens.transcribe, tokens.translate, tokens.sot, tokens.sot_prev, tokens.sot_lm, tokens.no_speech)
        return sorted({*tokens.non_speech_tokens, *others})


def said_before(tokens: Any, hints: Sequence[str]) -> list[int]:
    if not hints:
        return []
    written = tokens.encode(f" {', '.join(hints)}.")
    words = [token for token in written if token < tokens.eot]  # a hint like "<|endoftext|>" would steer the model
    return [tokens.sot_prev, *words[:MOST_HINT_TOKENS]]


def repetition(text: str) -> float:
    """How much shorter a text becomes by compression. Each letter is one byte, or what is written in Cyrillic would
    repeat itself in every second one."""
    number_of = {letter: number for number, letter in enumerate(sorted(set(text.strip())))}
    raw = bytes(min(number_of[letter], 255) for letter in text.strip())
    return len(raw) / len(zlib.compress(raw)) if raw else 0.0


def _heard(tokens: Any, result: Any, said: list[int], alignment: Any, limit: int) -> Heard:
    length = len(result.sequences_ids[0])
    logprob = float(result.scores[0]) * length / (length + 1)
    words = tuple(_words(tokens, said, alignment)) if said else ()
    return Heard(words, tokens.decode(said).strip(), logprob, float(result.no_speech_prob), is_finished=length < limit)


def _words(tokens: Any, said: list[int], alignment: Any) -> Iterator[Word]:
    """A token begins at the first frame that it is aligned to; a word lasts until the next one begins."""
    begins: dict[int, float] = {}
    for token, frame in alignment.alignments:
        begins.setdefault(token, frame * FRAME_S)
    texts, parts = tokens.split_to_word_tokens([*said, tokens.eot])
    first = 0
    for text, part in zip(texts[:-1], parts[:-1], strict=True):
        last = first + len(part)
        start_s = begins.get(first)
        if text.strip() and start_s is not None:
            probability = float(np.mean(alignment.text_token_probs[first:last]))
            yield Word(text, start_s, max(start_s, begins.get(last, start_s)), probability)
        first = last
