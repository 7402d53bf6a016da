"""Word error rate of a transcript against the reference of the same party."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from sapa.transcripts.phrases import normalised

_NOT_WORDS = re.compile(r"\[[^\]]*\]|<[^>]*>")


@dataclass(frozen=True)
class Errors:
    """`wrong` is substitutions + deletions + insertions (Levenshtein on words)."""

    wrong: int
    words: int

    def __add__(self, other: Errors) -> Errors:
        return Errors(self.wrong + other.wrong, self.words + other.words)

    @property
    def wer_pct(self) -> float:
        return 100.0 * self.wrong / self.words if self.words else 0.0


def reference_words(path: Path) -> dict[str, list[str]]:
    """Speaker → the words written down by people, marks like [noise] left out."""
    turns = json.loads(path.read_text(encoding="utf-8"))["turns"]
    spoken: dict[str, list[str]] = {"agent": [], "customer": []}
    for turn in turns:
        spoken[turn["speaker"]] += normalised(_NOT_WORDS.sub(" ", turn["text"]))
    return spoken


def word_errors(reference: list[str], heard: list[str]) -> Errors:
    previous = list(range(len(heard) + 1))
    for row, expected in enumerate(reference, start=1):
        current = [row]
        for column, found in enumerate(heard, start=1):
            substituted = previous[column - 1] + (expected != found)
            current.append(min(previous[column] + 1, current[-1] + 1, substituted))
        previous = current
    return Errors(previous[-1], len(reference))
