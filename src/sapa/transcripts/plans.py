"""With what a call is heard: rules by queue and language, the most specific first, field by field. Functions of values.

A rule for a queue and a language goes before one for the queue, that before one for the language, and the general one
comes last. A blank field is filled by the next rule that fits, and where none fills it by the settings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

MOST_HINTS = 60  # of a rule
LONGEST_HINT = 40


@dataclass(frozen=True)
class Rule:
    """`queue` and `language_heard` say for which calls it is, "" being any. A blank `language_told`, `engine` or
    `model` says nothing about that."""

    queue: str = ""
    language_heard: str = ""
    language_told: str = ""
    engine: str = ""
    model: str = ""
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class HearingPlan:
    """A blank engine or model is that of the settings; a blank language is found by listening."""

    engine: str = ""
    model: str = ""
    language: str = ""
    hints: tuple[str, ...] = ()


def plan_for(rules: Iterable[Rule], *, queue: str, language: str) -> HearingPlan:
    """`language` is what came with the call, and no rule overrules it; "" when nothing was told."""
    rules = tuple(rules)
    if not language:
        language = next((rule.language_told for rule in _fitting(rules, queue, "") if rule.language_told), "")
    return _plan(_fitting(rules, queue, language), language)


def plan_when_found(rules: Iterable[Rule], *, queue: str, found: str) -> HearingPlan:
    """After `found` was heard in a call that came without a language.

    A rule for calls in it may tell another: what one model takes for Tatar may be Kazakh in this house. The rules for
    the language told so then fill what is blank in those for the one that was found.
    """
    rules = tuple(rules)
    fitting = _fitting(rules, queue, found)
    told = next((rule.language_told for rule in fitting if rule.language_heard and rule.language_told), found)
    if told != found:
        fitting = (*(rule for rule in fitting if rule.language_heard), *_fitting(rules, queue, told))
    return _plan(fitting, told)


def depends_on_language(rules: Iterable[Rule], *, queue: str) -> bool:
    """Whether calls of this queue can be heard in more than one way, so that their language must be found first."""
    return any(rule.language_heard and rule.queue in ("", queue) for rule in rules)


def _fitting(rules: Iterable[Rule], queue: str, language: str) -> tuple[Rule, ...]:
    """The most specific first."""
    fit = (rule for rule in rules if rule.queue in ("", queue) and rule.language_heard in ("", language))
    return tuple(sorted(fit, key=lambda rule: (not rule.queue, not rule.language_heard)))


def _plan(fitting: Sequence[Rule], language: str) -> HearingPlan:
    """A model belongs to its engine: below the rule that names the engine no model is looked for."""
    names_engine = next((place for place, rule in enumerate(fitting) if rule.engine), len(fitting))
    models = (rule.model for rule in fitting[: names_engine + 1])
    return HearingPlan(
        engine=fitting[names_engine].engine if names_engine < len(fitting) else "",
        model=next((model for model in models if model), ""),
        language=language,
        hints=without_doubles(hint for rule in fitting for hint in rule.hints),
    )


def hints_cleaned(lines: Iterable[str]) -> tuple[str, ...]:
    """As they are kept: without blanks around, and no word twice."""
    return without_doubles(" ".join(line.split()) for line in lines)


def without_doubles(words: Iterable[str]) -> tuple[str, ...]:
    """The first spelling stays."""
    first: dict[str, str] = {}
    for word in words:
        if word:
            first.setdefault(word.casefold(), word)
    return tuple(first.values())


def is_in_share(call_id: UUID, share_pct: int) -> bool:
    """Whether a call is of that share of all, the same at every try, and of every larger share too."""
    digest = hashlib.sha256(call_id.bytes).digest()
    return int.from_bytes(digest[:8], "big") % 100 < share_pct
