"""Finding phrases in heard words: by word, by word form, with gaps.

A pattern is written as people would say it. Tokens: `word` matches every form of the word (Snowball stem),
`word*` a beginning, `a|b` either, `...` zero to four words, `{company}` a company name of this installation.

What is denied was not said: "you will not receive" is no "you will receive". A pattern that spells no negator itself
is not found across one, close after one, or (three words or more) right before one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from threading import Lock

import snowballstemmer

from sapa.transcripts.types import Turn, Word

MAX_GAP_WORDS = 4
SHORTEST_STEM = 3
BREAK_S = 3.0  # a phrase does not go on across a longer pause
GAP = "..."
COMPANY = "{company}"
STEMMED = {"en": "english", "ru": "russian", "pl": "polish"}
NEGATED_AFTER_WORDS = 2  # so many words after a negator are denied by it, in one breath
WHOLE_WORDS = 3  # a shorter hit ("sorry") is whole before a negator, a longer one goes on ("you will receive no …")
CONTRACTED = (
    *("aint", "arent", "cant", "couldnt", "didnt", "doesnt", "dont", "hadnt", "hasnt", "havent", "isnt"),
    *("mustnt", "neednt", "shouldnt", "wasnt", "werent", "wont", "wouldnt"),
)
NEGATORS = {
    "en": frozenset(["not", "never", "no", "cannot", "none", "nothing", "nobody", "neither", "nor", *CONTRACTED]),
    "ru": frozenset(["не", "нет", "нету", "никогда", "ни", "нельзя"]),
    "pl": frozenset(["nie", "nigdy", "ani", "żaden", "żadna", "żadne", "żadnego", "żadnej", "żadną", "żadnych"]),
}
# Wordings in which the negator denies nothing of what follows; longer sayings are served by their beginnings.
NOT_DENYING = {
    "en": (
        *["no problem", "no worries", "no doubt", "no charge", "no cost", "not a problem", "not only", "why not"],
        *["dont hesitate", "not hesitate", "dont worry", "dont forget", "dont mind", "cant wait", "or not"],
        *(f"{verb} {who}" for verb in CONTRACTED for who in ["i", "we", "you", "it", "they"]),  # "why don't we …"
    ),
    "ru": (
        *["нет проблем", "не проблема", "не за что", "не только", "не беспокойтесь", "не волнуйтесь", "не переживайте"],
        *["не стесняйтесь", "не забудьте", "не могли бы", "не хотите ли", "не подскажете", "почему бы не"],
    ),
    "pl": (
        *["nie ma problemu", "nie ma sprawy", "nie ma za co", "nie tylko", "nie martwić", "nie wahać", "nie zapomnieć"],
        *["żaden problem", "czy nie"],
    ),
}
_BREATH_END = re.compile(r"[.,;:!?…–—]$")
_APOSTROPHES = re.compile(r"['’ʼ`]")
_TOKEN = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Token:
    """One normalised word and the heard word it comes from; `closes` when a clause or a turn ends with it."""

    stem: str
    plain: str
    word: Word
    negates: bool = False
    closes: bool = False


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


_ONE_AT_A_TIME = Lock()
"""A stemmer keeps the word it works at in itself; two threads in it give each other's stems, or none."""


@lru_cache(maxsize=100_000)
def stem(word: str, language: str) -> str:
    """The stem all forms of a word share; a word that would shrink to almost nothing stays whole.

    (Polish "czym", "czy" and "czego" would all become "cz".)
    """
    name = STEMMED.get(language)
    if name is None:
        return word
    with _ONE_AT_A_TIME:
        stemmed = str(_stemmer(name).stemWord(word))
    return stemmed if len(stemmed) >= SHORTEST_STEM else word


@lru_cache(maxsize=8)
def _stemmer(name: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(name)


def tokens_of(turns: Iterable[Turn], language: str) -> list[Token]:
    return [token for turn in turns for token in _turn_tokens(turn, language)]


def _turn_tokens(turn: Turn, language: str) -> Iterator[Token]:
    heard = [
        (plain, word, piece == len(pieces) and (word is turn.words[-1] or bool(_BREATH_END.search(word.text))))
        for word in turn.words
        for pieces in [normalised(word.text)]
        for piece, plain in enumerate(pieces, start=1)
    ]
    denying = _denying(tuple(plain for plain, _, _ in heard), language)
    for place, (plain, word, closes) in enumerate(heard):
        yield Token(stem(plain, language), plain, word, place in denying, closes)


def is_denied(text: str, language: str) -> bool:
    """Whether a sentence denies something."""
    return bool(_denying(tuple(normalised(text)), language))


@lru_cache(maxsize=20_000)  # one turn is read again for each criterion
def _denying(plain: tuple[str, ...], language: str) -> frozenset[int]:
    """The places of negators, without those that deny nothing."""
    negators = NEGATORS.get(language, frozenset())
    places = {place for place, word in enumerate(plain) if word in negators}
    if not places:
        return frozenset()
    for saying in NOT_DENYING.get(language, ()):
        said = tuple(saying.split())
        for first in range(len(plain) - len(said) + 1):
            if plain[first : first + len(said)] == said:
                places -= set(range(first, first + len(said)))
    return frozenset(places)


Step = frozenset[tuple[str, str]] | None


@dataclass(frozen=True)
class Wording:
    """One sequence of steps; each is a set of `(kind, text)`, or a gap."""

    steps: tuple[Step, ...]
    spells_negator: bool

    def may_stand_in(self, said: set[tuple[str, str]]) -> bool:
        """Whether each step has a word among these at all; a beginning may always have."""
        return not any(
            step is not None and step.isdisjoint(said) and all(kind != "prefix" for kind, _ in step)
            for step in self.steps
        )


@dataclass(frozen=True)
class Pattern:
    """Alternative wordings."""

    wordings: tuple[Wording, ...]

    def find(self, tokens: Sequence[Token], *, denied_too: bool = False) -> Hit | None:
        """The first place where the pattern stands, else None; what is denied only if asked for."""
        said = {("stem", token.stem) for token in tokens} | {("plain", token.plain) for token in tokens}
        possible = [wording for wording in self.wordings if wording.may_stand_in(said)]
        for first in range(len(tokens)) if possible else ():
            for wording in possible:
                affirmed = not (denied_too or wording.spells_negator)
                matched = _match(wording.steps, tokens, first, affirmed)
                if matched and not (affirmed and _denied(tokens, first, first + len(matched))):
                    return Hit(tuple(dict.fromkeys(token.word for token in matched)))
        return None


def _denied(tokens: Sequence[Token], first: int, end: int) -> bool:
    """Whether a negator of the same breath stands close before the stretch or right after it."""
    for place in range(first - 1, max(0, first - NEGATED_AFTER_WORDS) - 1, -1):
        if tokens[place].closes or not _together(tokens, place, place + 1):
            break
        if tokens[place].negates:
            return True
    if end - first < WHOLE_WORDS or end >= len(tokens) or tokens[end - 1].closes:
        return False
    return tokens[end].negates and not tokens[end].closes  # one that closes is an answer: "anything else, no?"


@lru_cache(maxsize=20_000)
def pattern(written: str, language: str, company_names: tuple[str, ...] = ()) -> Pattern:
    return Pattern(tuple(_wording(parts, language) for parts in _expanded(written, company_names)))


def _wording(parts: Sequence[str], language: str) -> Wording:
    negators = NEGATORS.get(language, frozenset())
    spelled = {plain for part in parts if part != GAP for option in part.split("|") for plain in normalised(option)}
    steps = tuple(None if part == GAP else _step(part, language) for part in parts)
    return Wording(steps, not negators.isdisjoint(spelled))


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


def _match(steps: Sequence[Step], tokens: Sequence[Token], at: int, affirmed: bool) -> list[Token] | None:
    """The matched tokens from `at`; when `affirmed`, a gap holds no negator."""
    if not steps:
        return []
    step, rest = steps[0], steps[1:]
    if step is None:
        return _match_after_gap(rest, tokens, at, affirmed)
    if at >= len(tokens) or not _fits(step, tokens[at]):
        return None
    found = _match(rest, tokens, at + 1, affirmed)
    if found is None or (found and not _together(tokens, at, at + 1)):
        return None
    return [tokens[at], *found]


def _match_after_gap(rest: Sequence[Step], tokens: Sequence[Token], at: int, affirmed: bool) -> list[Token] | None:
    for skipped in range(MAX_GAP_WORDS + 1):
        if at + skipped >= len(tokens) or (affirmed and skipped and tokens[at + skipped - 1].negates):
            return None
        found = _match(rest, tokens, at + skipped, affirmed)
        if found is not None and _together(tokens, at - 1, at + skipped):
            return list(tokens[at : at + skipped]) + found
    return None


def _fits(step: frozenset[tuple[str, str]], token: Token) -> bool:
    if ("stem", token.stem) in step or ("plain", token.plain) in step:
        return True
    return any(kind == "prefix" and token.plain.startswith(text) for kind, text in step)


def _together(tokens: Sequence[Token], first: int, last: int) -> bool:
    pairs = zip(tokens[max(first, 0) : last], tokens[max(first, 0) + 1 : last + 1], strict=False)
    return all(after.word.start_s - before.word.end_s <= BREAK_S for before, after in pairs)
