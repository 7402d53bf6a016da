"""From the tokens of a model, which may be letters, pieces of words or words, to words with times."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from sapa.transcripts.types import Word

LAST_TOKEN_S = 0.2  # a model tells when a token begins; a word lasts so long after its last one, or to the next word
UNTOLD_CONFIDENCE = 0.8  # where the model tells none: nearer to sure than to the 0.5 under which marks abstain


@dataclass(frozen=True)
class Said:
    """`times_s`: when each token begins, in seconds from the first sample; empty where the model does not tell."""

    text: str
    tokens: tuple[str, ...] = ()
    times_s: tuple[float, ...] = ()
    logprobs: tuple[float, ...] = ()


@dataclass
class _Growing:
    text: str
    start_s: float
    last_s: float
    sure: list[float] = field(default_factory=list)


def words_in(said: Said) -> list[Word] | None:
    """None where the tokens have no times, or do not make up the text."""
    if len(said.times_s) != len(said.tokens) or not said.tokens:
        return None
    sure = [min(1.0, math.exp(logprob)) for logprob in said.logprobs] or [UNTOLD_CONFIDENCE] * len(said.tokens)
    growing: list[_Growing] = []
    is_new = True
    for token, time_s, one_sure in zip(said.tokens, said.times_s, sure, strict=False):
        bare = token.strip()
        is_new = is_new or token[:1].isspace()
        if bare:
            if (is_new and (bare[0].isalnum() or bare[0] == "_")) or not growing:
                growing.append(_Growing("", time_s, time_s))
            growing[-1].text += bare
            growing[-1].last_s = time_s
            growing[-1].sure.append(one_sure)
            is_new = token[-1:].isspace()
    if [word.text for word in growing] != said.text.split():
        return None
    return _finished(growing)


def _finished(growing: Sequence[_Growing]) -> list[Word]:
    next_s = [word.start_s for word in growing[1:]] + [math.inf]
    return [
        Word(word.text, word.start_s, max(word.start_s, min(word.last_s + LAST_TOKEN_S, before_s)), _mean(word.sure))
        for word, before_s in zip(growing, next_s, strict=True)
    ]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
