"""What a server answers, read with distrust: phrases of words with times, whatever of them it gives.

Servers differ. OpenAI's own gives bare words in one list, others words with the space before them and pieces without
one, some put them into their segments, some time only segments, some nothing at all.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sapa.transcripts.types import LeftOutReason, Span, Word

UNTOLD_CONFIDENCE = 0.8  # of a word whose server tells none: nearer to sure than to the 0.5 under which marks abstain
NOBODY_SPEAKS = 0.6  # Whisper paper, section 4.5: no speech is likelier than this and the words are unlikely
UNLIKELY_LOGPROB = -1.0
LOOPING_RATIO = 2.4  # text that compresses better than this repeats itself (the same section)


class AnswerUnreadable(ValueError):
    """Says in words what is wrong with an answer."""


@dataclass(frozen=True)
class Phrase:
    """Seconds from the start of what was sent. `span` is None where the server tells no times; `words` are empty where
    it times the whole phrase only. `reason`: why it is better left out, by what the server itself thinks of it."""

    text: str
    span: Span | None
    words: tuple[Word, ...]
    confidence: float
    reason: LeftOutReason | None = None


@dataclass(frozen=True)
class Answer:
    """`language` as the server wrote it, "" where it tells none."""

    language: str
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True)
class _Said:
    """A word as it was told; `sure` is None where the server does not say how sure it is."""

    text: str
    start_s: float
    end_s: float
    sure: float | None

    def as_word(self, untold: float) -> Word:
        sure = untold if self.sure is None else self.sure
        return Word(self.text, self.start_s, self.end_s, min(max(sure, 0.0), 1.0))


def answer_read(raw: bytes) -> Answer:
    """Raises `AnswerUnreadable`."""
    told = _json(raw)
    text, language = told.get("text"), told.get("language") or ""
    if not isinstance(text, str):
        raise AnswerUnreadable("it has no text")
    if not isinstance(language, str):
        raise AnswerUnreadable("its language is no text")
    phrases = sorted((_segment(item) for item in _list(told, "segments")), key=_start_s)
    said = _said(_list(told, "words"))
    if said and not any(phrase.words for phrase in phrases):
        phrases = sorted(_with_words(phrases, said), key=_start_s)
    if not phrases and text.strip():
        phrases = [Phrase(text.strip(), None, (), UNTOLD_CONFIDENCE)]
    return Answer(language, tuple(phrases))


def _json(raw: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError) as exc:
        if raw.lstrip()[:1] == b"<":
            raise AnswerUnreadable("it is a web page. Check SAPA_ASR_SERVER_URL") from exc
        raise AnswerUnreadable("it is no JSON") from exc
    if not isinstance(told, dict):
        raise AnswerUnreadable("it is no JSON object")
    return told


def _list(told: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = told.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise AnswerUnreadable(f"its {name} are no list of objects")
    return found


def _number(item: Mapping[str, Any], name: str, default: float | None = None) -> float:
    value = item.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise AnswerUnreadable(f"{name} is no number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise AnswerUnreadable(f"{name} is no number")
    return number


def _text(item: Mapping[str, Any], *names: str) -> str:
    found = next((item[name] for name in names if name in item), None)
    if not isinstance(found, str):
        raise AnswerUnreadable(f"{names[0]} is no text")
    return found


def _segment(item: Mapping[str, Any]) -> Phrase:
    """With the words that some servers put into their segments."""
    span = Span(_number(item, "start"), _number(item, "end"))
    logprob = _number(item, "avg_logprob", 0.0)
    confidence = math.exp(logprob) if logprob < 0 else UNTOLD_CONFIDENCE  # 0 is what some send for "not known"
    words = tuple(said.as_word(confidence) for said in _said(_list(item, "words")))
    return Phrase(_text(item, "text").strip(), span, words, confidence, _doubt(item, logprob))


def _doubt(item: Mapping[str, Any], logprob: float) -> LeftOutReason | None:
    if _number(item, "compression_ratio", 0.0) > LOOPING_RATIO:
        return LeftOutReason.REPEATS
    if _number(item, "no_speech_prob", 0.0) > NOBODY_SPEAKS and logprob < UNLIKELY_LOGPROB:
        return LeftOutReason.NOISE
    return None


def _said(items: Sequence[Mapping[str, Any]]) -> list[_Said]:
    """Where words come with the space before them, those without one are the rest of the last one."""
    spaced = any(_text(item, "word", "text").startswith(" ") for item in items)
    said: list[_Said] = []
    for item in items:
        text, start_s, end_s = _text(item, "word", "text"), _number(item, "start"), _number(item, "end")
        sure = None if item.get("probability") is None else _number(item, "probability")
        if said and spaced and not text.startswith(" "):
            said[-1] = replace(said[-1], text=said[-1].text + text.strip(), end_s=max(end_s, said[-1].end_s))
        elif text.strip():
            said.append(_Said(text.strip(), start_s, end_s, sure))
    return said


def _with_words(phrases: Sequence[Phrase], said: Sequence[_Said]) -> Iterator[Phrase]:
    """Each word goes to the phrase in which its middle lies, and stands alone where there is none. `phrases` are in
    order; what has no words then was said twice."""
    starts = [_start_s(phrase) for phrase in phrases]
    given: list[list[Word]] = [[] for _ in phrases]
    for one in said:
        middle_s = (one.start_s + one.end_s) / 2
        at = bisect_right(starts, middle_s) - 1
        span = phrases[at].span if at >= 0 else None
        if span is not None and middle_s <= span.end_s:
            given[at].append(one.as_word(phrases[at].confidence))
        else:
            word = one.as_word(UNTOLD_CONFIDENCE)
            yield Phrase(word.text, Span(word.start_s, word.end_s), (word,), word.confidence)
    for phrase, words in zip(phrases, given, strict=True):
        if words:
            yield replace(phrase, words=tuple(words))


def _start_s(phrase: Phrase) -> float:
    return phrase.span.start_s if phrase.span else 0.0
