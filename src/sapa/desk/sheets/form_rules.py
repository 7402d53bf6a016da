"""The rules that choose the form, as their page shows them, with what the last calls would get and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from sapa.accounts.models import Person
from sapa.calls.models import Call, Queue
from sapa.calls.selectors import calls_visible_to
from sapa.desk.sheets.form_draft import DIRECTIONS
from sapa.desk.sheets.people import team_names
from sapa.desk.wording.figures import language_name
from sapa.desk.wording.form_parts import FACT_NAMES, fact_values, in_words
from sapa.scorecards.choosing import FACTS, FormChoice, form_choices
from sapa.scorecards.errors import ScorecardsUnpublished
from sapa.scorecards.models import FormRule, ScorecardRecord
from sapa.scorecards.selectors import scorecard_of

MOST_CALLS = 10


@dataclass(frozen=True)
class Choice:
    """One fact that a rule may name: the values on offer, and those that are chosen."""

    fact: str
    title: str
    values: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True)
class RuleRow:
    pk: int
    number: int
    form: str
    title: str
    conditions: tuple[tuple[str, str], ...]
    choices: tuple[Choice, ...]
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class CallChoice:
    call: Call
    title: str
    form: str
    why: str


@dataclass(frozen=True)
class RulesSheet:
    rules: tuple[RuleRow, ...]
    forms: tuple[tuple[str, str], ...]
    blank: tuple[Choice, ...]
    calls: tuple[CallChoice, ...]


def rules_sheet(person: Person, *, given: Mapping[str, Sequence[str]] | None = None) -> RulesSheet:
    """`given`: what was chosen for a new rule that could not be saved."""
    records = ScorecardRecord.objects.prefetch_related("revisions").order_by("key")
    cards = {record.key: scorecard_of(record.revisions.all()[0]) for record in records if record.revisions.all()}
    titles = {key: in_words(card.title, key) for key, card in cards.items()}
    types = {one.key: in_words(one.title, one.key) for card in cards.values() for one in card.call_types}
    offered = {
        "direction": [(key, str(words)) for key, words in DIRECTIONS],
        "queue": [(name, name) for name in Queue.objects.order_by("name").values_list("name", flat=True)],
        "call_type": sorted(types.items(), key=lambda one: one[1]),
        "team": [(name, name) for name in team_names()],
        "language": [(code, language_name(code) or code) for code, _title in settings.LANGUAGES],
    }
    rules = list(FormRule.objects.select_related("scorecard"))
    rows = tuple(
        RuleRow(
            pk=rule.pk,
            number=place + 1,
            form=rule.scorecard.key,
            title=titles.get(rule.scorecard.key, rule.scorecard.key),
            conditions=tuple(_words(fact, rule.conditions[fact], types) for fact in FACTS if rule.conditions.get(fact)),
            choices=_choices(offered, rule.conditions),
            is_first=place == 0,
            is_last=place == len(rules) - 1,
        )
        for place, rule in enumerate(rules)
    )
    return RulesSheet(rows, tuple(titles.items()), _choices(offered, given or {}), _calls(person, titles))


def _words(fact: str, values: list[str], types: Mapping[str, str]) -> tuple[str, str]:
    if fact == "call_type":
        values = [types.get(one, one) for one in values]
    return str(FACT_NAMES[fact]), fact_values(fact, values)


def _choices(offered: Mapping[str, list[tuple[str, str]]], chosen: Mapping[str, Sequence[str]]) -> tuple[Choice, ...]:
    """What a rule names and nobody offers any more stays on offer, or saving would drop it unseen."""
    choices = []
    for fact in FACTS:
        named = list(chosen.get(fact, ()))
        known = [*offered[fact], *((one, one) for one in named if one not in dict(offered[fact]))]
        if known:
            values = tuple((key, words, key in named) for key, words in known)
            choices.append(Choice(fact, str(FACT_NAMES[fact]), values))
    return tuple(choices)


def _calls(person: Person, titles: Mapping[str, str]) -> tuple[CallChoice, ...]:
    calls = list(calls_visible_to(person).select_related("queue").order_by("-started_at")[:MOST_CALLS])
    try:
        chosen = form_choices(calls)
    except ScorecardsUnpublished:
        return ()
    return tuple(
        CallChoice(call, _title(call), titles.get(choice.revision.scorecard.key, ""), why_words(choice))
        for call, choice in zip(calls, chosen, strict=True)
    )


def _title(call: Call) -> str:
    return call.customer_name or call.customer_number or call.file_name or str(call.pk)


def why_words(choice: FormChoice) -> str:
    return {
        "rule": _("by rule %(number)s") % {"number": choice.rule},
        "call_type": _("no rule fits; by its call type"),
        "direction": _("no rule fits; by its direction"),
        "default": _("no rule fits; the form for everything"),
    }[choice.why]
