"""What the shape of another system cannot carry over: a code with its sentence, and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from sapa.scorecards.types import AnswerIs, Scorecard, Text

SENTENCES = {
    "languages": _("Wordings in other languages are left out: one form there speaks one language."),
    "call_types": _("Only the weights of one call type are kept: %(type)s."),
    "markers": _("Machine rules are left out."),
    "conditions": _("Conditions on facts of the call, measures or phrases are left out: %(titles)s."),
    "answer_conditions": _("Conditions on other answers are left out: %(titles)s."),
    "critical": _("That a 0 fails the whole call is left out: %(titles)s."),
    "band": _("From where on a call is good is left out."),
    "mode": _("The way to judge is left out: there it is always a share."),
    "question_kind": _("Questions that are not answered by one choice are left out: %(titles)s."),
    "answers_merged": _("Answers other than the best, the middle and the worst one are left out: %(titles)s."),
    "automation": _("Automatic answers are left out: %(titles)s."),
    "excluded": _("Questions that do not count there count here: %(titles)s."),
}


@dataclass(frozen=True)
class Loss:
    code: str
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """In the language that is active."""
        return str(SENTENCES[self.code]) % self.facts


@dataclass(frozen=True)
class Written:
    """`content` is JSON; `losses` what of the form is not in it."""

    content: dict[str, Any]
    losses: list[Loss]


def titled(code: str, titles: Sequence[str]) -> Iterator[Loss]:
    """One loss for all the places where it is met, none where there are none."""
    if titles:
        yield Loss(code, {"titles": ", ".join(titles)})


def losses_of(card: Scorecard, language: str, call_type: str) -> Iterator[Loss]:
    """What no other system takes from us."""
    texts: list[Text] = [card.title, *(one.title for one in card.criteria)]
    if any(set(text) - {language} for text in texts):
        yield Loss("languages")
    if len(card.call_types) > 1:
        yield Loss("call_types", {"type": call_type})
    if any(one.markers for one in card.criteria):
        yield Loss("markers")
    if card.mode == "plain":
        yield Loss("mode")
    yield from titled(
        "conditions",
        [
            one.key
            for one in card.criteria
            if one.only_if is not None or any(not isinstance(condition, AnswerIs) for condition in one.conditions)
        ],
    )
