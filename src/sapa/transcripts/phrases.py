"""Finding phrases in heard words: by word, by word form, with gaps.

A pattern is written as people would say it. Tokens: `word` matches every form of the word (Snowball stem),
`word*` a beginning, `a|b` either, `...` zero to four words, `{company}` a company name of this installation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import snowballstemmer

from sapa.transcripts.types import Turn, Word

MAX_GAP_WORDS = 4
SHORTEST_STEM = 3
BREAK_S = 3.0  # a phrase does not go on across a longer pause
GAP = "..."
COMPANY = "{company}"
STEMMED = {"en": "english", "ru": "russian", "pl": "polish"}
_APOSTROPHES = re.compile(r"['’ʼ`]")
_TOKEN = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Token:
    """One normalised word and the heard word it comes from."""

    stem: str
    plain: str
    word: Word


@dataclass(frozen=True)
class Hit:
    """The words that matched, in order."""

    words: tuple[Word, ...]

    @property
    def start_s(self) -> float:
        return self.words[0].start_s

    @property
    def end_s(self) -> float:
        return self.words[-1].end_s

    @property
    def confidence(self) -> float:
        return sum(word.confidence for word in self.words) / len(self.words)


def normalised(text: str) -> list[str]:
    """Casefolded words without punctuation; apostrophes vanish inside a word, ё is е."""
    return _TOKEN.findall(_APOSTROPHES.sub("", text.casefold()).replace("ё", "е"))


@lru_cache(maxsize=100_000)
def stem(word: str, language: str) -> str:
    """The stem all forms of a word share; a word that would shrink to almost nothing stays whole.

    (Polish "czym", "czy" and "czego" would all become "cz".)
    """
    name = STEMMED.get(language)
    if name is None:
        return word
    stemmed = str(_stemmer(name).stemWord(word))
    return stemmed if len(stemmed) >= SHORTEST_STEM else word


@lru_cache(maxsize=8)
def _stemmer(name: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(name)


def tokens_of(turns: Iterable[Turn], language: str) -> list[Token]:
    return [
        Token(stem(plain, language), plain, word)
        for turn in turns
        for word in turn.words
        for plain in normalised(word.text)
    ]


@dataclass(frozen=True)
class Pattern:
    """Alternatives of token sequences; each step is a set of `(kind, text)`, or a gap."""

    sequences: tuple[tuple[frozenset[tuple[str, str]] | None, ...], ...]

    def find(self, tokens: Sequence[Token]) -> Hit | None:
        """The first place where the pattern stands, else None."""
        for first in range(len(tokens)):
            for sequence in self.sequences:
                matched = _match(sequence, tokens, first)
                if matched:
                    return Hit(tuple(dict.fromkeys(token.word for token in matched)))
        return None


@lru_cache(maxsize=20_000)
def pattern(written: str, language: str, company_names: tuple[str, ...] = ()) -> Pattern:
    return Pattern(
        tuple(
            tuple(None if part == GAP else _step(part, language) for part in parts)
            for parts in _expanded(written, company_names)
        )
    )


def _expanded(written: str, company_names: tuple[str, ...]) -> Iterator[list[str]]:
    """The pattern once per company name; without any name a pattern that needs one matches nothing."""
    parts = written.split()
    while parts and parts[0] == GAP:
        parts.pop(0)
    while parts and parts[-1] == GAP:
        parts.pop()
    for picked in product(*(_readings(part, company_names) for part in parts)):
        yield [step for reading in picked for step in reading]


def _readings(part: str, company_names: tuple[str, ...]) -> list[list[str]]:
    """The ways to read one part, each a list of steps: words of several pieces ("e-mail", "Coca-Cola Kazakhstan")
    are heard as several tokens; alternatives of one piece stay together in one step."""
    if part == GAP:
        return [[GAP]]
    single: list[str] = []
    several: list[list[str]] = []
    for option in part.split("|"):
        for name in company_names if option == COMPANY else (option,):
            pieces = normalised(name)
            if name.endswith("*") and pieces:
                pieces[-1] += "*"
            if len(pieces) == 1:
                single.append(pieces[0])
            elif pieces:
                several.append(pieces)
    return [["|".join(single)], *several] if single else several


def _step(part: str, language: str) -> frozenset[tuple[str, str]]:
    options: set[tuple[str, str]] = set()
    for option in part.split("|"):
        plain = "".join(normalised(option))
        if option.endswith("*"):
            options.add(("prefix", plain))
        else:
            options.add(("stem", stem(plain, language)))
            options.add(("plain", plain))
    return frozenset(options)


def _match(
    sequence: Sequence[frozenset[tuple[str, str]] | None], tokens: Sequence[Token], at: int
) -> list[Token] | None:
    if not sequence:
        return []
    step, rest = sequence[0], sequence[1:]
    if step is None:
        for skipped in range(MAX_GAP_WORDS + 1):
            if at + skipped >= len(tokens):
                return None
            found = _match(rest, tokens, at + skipped)
            if found is not None and _together(tokens, at - 1, at + skipped):
                return list(tokens[at : at + skipped]) + found
        return None
    if at >= len(tokens) or not _fits(step, tokens[at]):
        return None
    found = _match(rest, tokens, at + 1)
    if found is None or (found and not _together(tokens, at, at + 1)):
        return None
    return [tokens[at], *found]


def _fits(step: frozenset[tuple[str, str]], token: Token) -> bool:
    if ("stem", token.stem) in step or ("plain", token.plain) in step:
        return True
    return any(kind == "prefix" and token.plain.startswith(text) for kind, text in step)


def _together(tokens: Sequence[Token], first: int, last: int) -> bool:
    pairs = zip(tokens[max(first, 0) : last], tokens[max(first, 0) + 1 : last + 1], strict=False)
    return all(after.word.start_s - before.word.end_s <= BREAK_S for before, after in pairs)
