"""Which words of a reference were heard, and which were not.

Words are compared as `sapa.transcripts.phrases.normalised` gives them. That is strict: "134" is not "one hundred
thirty four", and is counted as wrong; how much of what is wrong stands in or beside figures is counted too, so that one
sees what this costs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from sapa.transcripts.phrases import normalised

_NOT_WORDS = re.compile(r"\[[^\]]*\]|<[^>]*>")


@dataclass(frozen=True)
class Errors:
    """`figures`: what figures written another way cost at most; the wrong words of every run of them in which something
    else was heard than was said, with a figure on either side."""

    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0
    figures: int = 0
    words: int = 0

    def __add__(self, other: Errors) -> Errors:
        return Errors(
            self.substitutions + other.substitutions,
            self.deletions + other.deletions,
            self.insertions + other.insertions,
            self.figures + other.figures,
            self.words + other.words,
        )

    @property
    def wrong(self) -> int:
        return self.substitutions + self.deletions + self.insertions

    @property
    def wer_pct(self) -> float:
        return self.pct(self.wrong)

    def pct(self, wrong: int) -> float:
        """By what was said; over 100 when more was made up than was said."""
        return 100.0 * wrong / self.words if self.words else 0.0


def spoken_words(text: str) -> list[str]:
    """The words of a reference, marks like [noise] left out."""
    return normalised(_NOT_WORDS.sub(" ", text))


def reference_words(path: Path) -> dict[str, list[str]]:
    """Speaker → the words written down by people."""
    turns = json.loads(path.read_text(encoding="utf-8"))["turns"]
    spoken: dict[str, list[str]] = {"agent": [], "customer": []}
    for turn in turns:
        spoken[turn["speaker"]] += spoken_words(turn["text"])
    return spoken


def word_errors(reference: Sequence[str], heard: Sequence[str]) -> Errors:
    """The fewest changes that make the one the other (Levenshtein on words)."""
    counts = {"replace": 0, "delete": 0, "insert": 0}
    figures = 0
    for run in _wrong_runs(reference, heard):
        for kind, _, _ in run:
            counts[kind] += 1
        said = [reference[at] for kind, at, _ in run if kind != "insert"]
        found = [heard[at] for kind, _, at in run if kind != "delete"]
        figures += len(run) if said and found and any(map(_is_figure, said + found)) else 0
    return Errors(counts["replace"], counts["delete"], counts["insert"], figures, len(reference))


def words_in_common(reference: Sequence[str], heard: Sequence[str]) -> dict[int, int]:
    """Place in the reference → place among the heard, of the words that were heard right."""
    return {
        block.a + number: block.b + number
        for block in Levenshtein.editops(reference, heard).as_matching_blocks()
        for number in range(block.size)
    }


def _is_figure(word: str) -> bool:
    return any(map(str.isdigit, word))


def _wrong_runs(reference: Sequence[str], heard: Sequence[str]) -> Iterator[list[tuple[str, int, int]]]:
    """Changes with no word heard right between them."""
    run: list[tuple[str, int, int]] = []
    end = (0, 0)
    for change in Levenshtein.editops(reference, heard):
        kind, at, found = change.tag, change.src_pos, change.dest_pos
        if run and (at, found) != end:
            yield run
            run = []
        run.append((kind, at, found))
        end = (at + (kind != "insert"), found + (kind != "delete"))
    if run:
        yield run
