from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sapa.accounts.models import Person
from sapa.audit.models import AuditEntry
from sapa.calls.models import Queue
from sapa.transcripts.models import HearingRule
from sapa.transcripts.plans import LONGEST_HINT, MOST_HINTS, Rule
from sapa.transcripts.rules import Replaced, hearing_rule_remove, hearing_rule_set, hearing_rules_replace
from sapa.transcripts.selectors import hearing_rules

pytestmark = pytest.mark.django_db
KAZAKH = Rule(language_heard="kk", model="/models/kazakh", hints=("Дала",))
CARDS = Rule("cards", language_told="ru")


def kept() -> list[Rule]:
    return [rule.as_rule() for rule in hearing_rules()]


def acts() -> list[tuple[str, str]]:
    entries = AuditEntry.objects.filter(verb__startswith="hearing_rule").order_by("pk")
    return [(entry.verb, entry.details["queue"]) for entry in entries]


def test_a_rule_is_made_changed_and_removed(administrator: Person) -> None:
    hearing_rule_set(administrator, CARDS)
    hearing_rule_set(administrator, KAZAKH)
    changed = replace(CARDS, language_told="pl", engine="faster_whisper")
    hearing_rule_set(administrator, changed)
    assert kept() == [KAZAKH, changed]
    hearing_rule_remove(administrator, queue="cards", language_heard="")
    assert kept() == [KAZAKH]
    assert acts() == [
        ("hearing_rule.set", "cards"), ("hearing_rule.set", ""), ("hearing_rule.set", "cards"),
        ("hearing_rule.removed", "cards"),
    ]  # fmt: skip


def test_the_trail_tells_who_did_it_and_what_the_rule_says(administrator: Person) -> None:
    rule = hearing_rule_set(administrator, KAZAKH)
    entry = AuditEntry.objects.get(verb="hearing_rule.set")
    assert (entry.person_id, entry.subject) == (administrator.pk, f"hearing_rule {rule.pk}")
    assert (entry.details["model"], entry.details["hints"]) == ("/models/kazakh", ["Дала"])


def test_the_same_again_changes_nothing(administrator: Person) -> None:
    assert hearing_rule_set(administrator, KAZAKH) == hearing_rule_set(administrator, KAZAKH)
    assert len(acts()) == 1


def test_a_queue_without_calls_is_made_known(administrator: Person) -> None:
    hearing_rule_set(administrator, Rule("brand new", model="large"))
    assert Queue.objects.filter(name="brand new").exists()


def test_hints_are_cleaned(administrator: Person) -> None:
    hearing_rule_set(administrator, Rule(hints=("  Kaspi  Gold ", "kaspi gold", "", "Дала")))
    assert HearingRule.objects.get().hints == ["Kaspi Gold", "Дала"]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (Rule(), "hearing_rule_empty"),
        (Rule("cards", "kk"), "hearing_rule_empty"),
        (Rule(hints=("  ",)), "hearing_rule_empty"),
        (Rule(language_heard="Kazakh", model="large"), "hearing_rule_invalid"),
        (Rule(language_told="xx"), "hearing_rule_invalid"),
        (Rule(model="x" * 201), "hearing_rule_invalid"),
        (Rule(model="a\0b"), "hearing_rule_invalid"),
        (Rule(hints=("x" * (LONGEST_HINT + 1),)), "hearing_hints_invalid"),
        (Rule(hints=tuple(map(str, range(MOST_HINTS + 1)))), "hearing_hints_invalid"),
        (Rule(engine="by_magic"), "engine_unknown"),
        (Rule(" ", model="large"), "queue_invalid"),
        (Rule("x" * 101, model="large"), "queue_invalid"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(
    administrator: Person, refused: Callable[..., Any], rule: Rule, code: str
) -> None:
    with refused(code):
        hearing_rule_set(administrator, rule)
    assert (kept(), acts()) == ([], [])


def test_a_rule_that_is_not_there_cannot_be_removed(administrator: Person, refused: Callable[..., Any]) -> None:
    hearing_rule_set(administrator, KAZAKH)
    for queue, language in (("", ""), ("cards", "kk"), ("cards", "")):
        with refused("hearing_rule_missing"):
            hearing_rule_remove(administrator, queue=queue, language_heard=language)


def test_all_rules_are_replaced_by_those_of_a_file(administrator: Person) -> None:
    general = Rule(model="large")
    for rule in (general, CARDS, KAZAKH):
        hearing_rule_set(administrator, rule)
    louder = replace(CARDS, language_told="pl")
    assert hearing_rules_replace(administrator, [KAZAKH, louder]) == Replaced(set=1, removed=1, unchanged=1)
    assert kept() == [KAZAKH, louder]
    assert acts()[-2:] == [("hearing_rule.removed", ""), ("hearing_rule.set", "cards")]


def test_one_bad_rule_of_a_file_leaves_all_as_it_was(administrator: Person, refused: Callable[..., Any]) -> None:
    hearing_rule_set(administrator, CARDS)
    for rules in ([KAZAKH, Rule(engine="by_magic")], [KAZAKH, replace(KAZAKH, model="large")]):
        with refused("engine_unknown" if len({rule.engine for rule in rules}) > 1 else "hearing_rule_invalid"):
            hearing_rules_replace(administrator, rules)
    assert kept() == [CARDS]


def test_only_administrators_change_rules(bogdan: Person, celina: Person, refused: Callable[..., Any]) -> None:
    hearing_rule_set(None, CARDS)  # the command line
    for person in (bogdan, celina):
        with refused("not_administrator"):
            hearing_rule_set(person, KAZAKH)
        with refused("not_administrator"):
            hearing_rule_remove(person, queue="cards", language_heard="")
        with refused("not_administrator"):
            hearing_rules_replace(person, [])
    assert kept() == [CARDS]
