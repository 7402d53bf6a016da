"""Any server that speaks OpenAI's HTTP API for transcriptions: one's own with a graphics card, or a service.

A channel goes there by itself, cut in pauses into pieces of at most ten minutes, without the silence at their ends. A
piece without talk is not sent: servers make words up in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.conf import settings

from sapa.recordings.types import Samples
from sapa.transcripts.engines import SAMPLE_RATE_HZ
from sapa.transcripts.engines.openai_http.answer import Answer, AnswerUnreadable, Phrase, answer_read
from sapa.transcripts.engines.openai_http.client import Field, ServerPlace, SpeechServer
from sapa.transcripts.engines.openai_http.languages import language_code
from sapa.transcripts.errors import LanguageUnknown, SpeechAnswerInvalid, SpeechServerRefused
from sapa.transcripts.languages import LANGUAGES
from sapa.transcripts.pieces import PIECE_S, Cut, Stretch, cut_in_silence, held
from sapa.transcripts.timing import spans_of, words_in_order, words_spread
from sapa.transcripts.types import HeardSpeech, LeftOut, LeftOutReason, Span, Word
from sapa.transcripts.voice import voice_in

LONGEST_PIECE = round(PIECE_S * SAMPLE_RATE_HZ)  # 19.2 MB as WAV; OpenAI takes 25, others the same
MARGIN = round(0.5 * SAMPLE_RATE_HZ)  # of the silence around the talk of a piece
SHORTEST_TALK = round(0.3 * SAMPLE_RATE_HZ)  # of a piece that is worth sending; less is a click
FAR_FROM_VOICE_S = 1.0  # a phrase further than that from any voice was made up, or is music
MOST_HINT_LETTERS = 600  # Whisper reads the last 224 tokens of a prompt and forgets the rest


@dataclass(frozen=True)
class Piece:
    """A stretch of a channel that goes to the server; `voice`: where in the channel somebody is heard in it."""

    channel: int
    start: int
    end: int
    voice: tuple[Stretch, ...]

    @property
    def span(self) -> Span:
        return Span(self.start / SAMPLE_RATE_HZ, self.end / SAMPLE_RATE_HZ)

    @property
    def talk(self) -> int:
        return sum(end - start for start, end in self.voice)


@dataclass(frozen=True)
class _Hearing:
    """`answers`: what came while the language was found, and stands."""

    language: str
    confidence: float
    answers: dict[Piece, Answer]


class OpenAiHttp:
    name = "openai_http"

    def __init__(self, model: str, place: ServerPlace) -> None:
        self.model = model
        self._where = place.where
        self._server = SpeechServer(place)

    @property
    def languages(self) -> frozenset[str]:
        """Those of Whisper, by which such servers go; what the model behind it makes of one is not known before."""
        return LANGUAGES

    def transcribe(
        self,
        samples: Samples,
        *,
        language: str | None = None,
        hints: Sequence[str] = (),
        progress: Callable[[float], None] | None = None,
    ) -> HeardSpeech:
        if language is not None and language not in self.languages:
            raise LanguageUnknown(language)
        cuts = [_cut(channel) for channel in samples]
        pieces = [piece for number, cut in enumerate(cuts) for piece in _pieces(number, cut)]
        whole = sum(piece.talk for piece in pieces)
        heard: dict[Piece, Answer] = {}

        def ask(piece: Piece, code: str) -> Answer:
            heard[piece] = self._asked(samples, piece, code, hints)
            if progress:
                progress(sum(one.talk for one in heard) / whole)
            return heard[piece]

        hearing = _Hearing(language, 1.0, {}) if language is not None else self._hearing(pieces, ask)
        for piece in pieces:
            if piece not in hearing.answers:
                ask(piece, hearing.language)
        if progress:
            progress(1.0)
        phrases = [(piece, phrase) for piece in pieces for phrase in _phrases(piece, heard[piece])]
        duration_s = samples.shape[1] / SAMPLE_RATE_HZ
        return HeardSpeech(
            hearing.language,
            hearing.confidence,
            tuple(_words(phrases, number, cut.voice, duration_s) for number, cut in enumerate(cuts)),
            self.name,
            self.model,
            tuple(spans_of(cut.voice) for cut in cuts),
            tuple(_left_out(piece.channel, phrase) for piece, phrase in phrases if phrase.reason is not None),
        )

    def _hearing(self, pieces: Sequence[Piece], ask: Callable[[Piece, str], Answer]) -> _Hearing:
        """The language that the server tells for most of the talk at the beginning of each channel; how sure it is
        it does not tell, so the share of that talk stands for it."""
        first: dict[int, Piece] = {}
        for piece in pieces:
            first.setdefault(piece.channel, piece)
        answers = {piece: ask(piece, "") for piece in first.values()}
        codes = {piece: language_code(answer.language) for piece, answer in answers.items()}
        talk: dict[str, int] = {}
        for piece, code in codes.items():
            if code and answers[piece].phrases:
                talk[code] = talk.get(code, 0) + piece.talk
        if not talk:
            return _Hearing("", 0.0, answers)
        found = max(talk, key=lambda code: talk[code])
        standing = {piece: answer for piece, answer in answers.items() if codes[piece] == found}
        return _Hearing(found, talk[found] / sum(talk.values()), standing)

    def _asked(self, samples: Samples, piece: Piece, language: str, hints: Sequence[str]) -> Answer:
        fields: list[Field] = [
            ("model", self.model),
            ("response_format", "verbose_json"),
            ("timestamp_granularities[]", "word"),
            ("timestamp_granularities[]", "segment"),
        ]
        if language:
            fields.append(("language", language))
        if prompt := _prompt(hints):
            fields.append(("prompt", prompt))
        raw = self._server.transcription(held(samples[piece.channel], piece.start, piece.end), fields)
        try:
            return answer_read(raw)
        except AnswerUnreadable as exc:
            raise SpeechAnswerInvalid(self._where, str(exc)) from exc


def _cut(channel: Samples) -> Cut:
    return cut_in_silence(channel, _voice_in, longest=LONGEST_PIECE, progress=lambda _share: None)


def _voice_in(piece: Samples) -> list[Stretch]:
    return voice_in(piece, longest_s=PIECE_S)


def _pieces(channel: int, cut: Cut) -> Iterator[Piece]:
    """Those in which there is talk."""
    for start, end in cut.pieces:
        voice = tuple((first, last) for first, last in cut.voice if start <= first < end)
        if voice:
            piece = Piece(channel, max(start, voice[0][0] - MARGIN), min(end, voice[-1][1] + MARGIN), voice)
            if piece.talk >= SHORTEST_TALK:
                yield piece


def _prompt(hints: Sequence[str]) -> str:
    """As many hints as are read."""
    kept: list[str] = []
    for hint in hints:
        if len(", ".join([*kept, hint])) > MOST_HINT_LETTERS:
            break
        kept.append(hint)
    return ", ".join(kept)


def _phrases(piece: Piece, answer: Answer) -> Iterator[Phrase]:
    """From seconds in the piece to seconds in the channel; phrases without words get theirs, and where nobody is heard
    they are left out."""
    for phrase in answer.phrases:
        span = piece.span if phrase.span is None else _moved(piece, phrase.span)
        words = tuple(_moved_word(piece, word) for word in phrase.words) or tuple(
            words_spread(phrase.text, span, piece.voice, confidence=phrase.confidence)
        )
        reason = phrase.reason or (LeftOutReason.NO_VOICE if _is_far(span, piece.voice) else None)
        if words:
            yield replace(phrase, span=span, words=words, reason=reason)


def _moved(piece: Piece, span: Span) -> Span:
    """Within the piece, whatever the server says."""
    whole = piece.span
    start_s = min(max(whole.start_s + span.start_s, whole.start_s), whole.end_s)
    return Span(start_s, min(max(whole.start_s + span.end_s, start_s), whole.end_s))


def _moved_word(piece: Piece, word: Word) -> Word:
    span = _moved(piece, Span(word.start_s, word.end_s))
    return replace(word, start_s=span.start_s, end_s=span.end_s)


def _is_far(span: Span, voice: Sequence[Stretch]) -> bool:
    return not any(
        first / SAMPLE_RATE_HZ - FAR_FROM_VOICE_S < span.end_s
        and span.start_s < last / SAMPLE_RATE_HZ + FAR_FROM_VOICE_S
        for first, last in voice
    )


def _words(
    phrases: Sequence[tuple[Piece, Phrase]], channel: int, voice: Sequence[Stretch], duration_s: float
) -> tuple[Word, ...]:
    said = [
        word for piece, phrase in phrases if piece.channel == channel and phrase.reason is None for word in phrase.words
    ]
    ordered = sorted(said, key=lambda word: word.start_s)
    return tuple(words_in_order(ordered, voice, duration_s=duration_s))


def _left_out(channel: int, phrase: Phrase) -> LeftOut:
    words, reason = phrase.words, phrase.reason
    assert reason is not None
    return LeftOut(channel, words[0].start_s, words[-1].end_s, phrase.text, reason)


def _place() -> ServerPlace:
    if not settings.SAPA_ASR_SERVER_URL:
        raise SpeechServerRefused("(nowhere)", "none is set. Set SAPA_ASR_SERVER_URL")
    return ServerPlace(
        settings.SAPA_ASR_SERVER_URL, settings.SAPA_ASR_SERVER_KEY, float(settings.SAPA_ASR_SERVER_TIMEOUT_S)
    )


def engine_from_settings(model: str = "") -> OpenAiHttp:
    return OpenAiHttp(model or settings.SAPA_ASR_SERVER_MODEL, _place())


def state_from_settings() -> str:
    """One sentence for who looks after the installation. Raises what a call would fail with."""
    place, model = _place(), settings.SAPA_ASR_SERVER_MODEL
    SpeechServer(place).knock()
    return f"the server at {place.where} answers, model {model}"
