"""Editing the rules that choose the form: added, changed, put in order, deleted. Each is one transaction with its row
of the audit trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction

from sapa.accounts.models import Person
from sapa.audit.services import audit_write
from sapa.core.storable import is_storable
from sapa.scorecards.choosing import FACTS
from sapa.scorecards.errors import FormPartMissing, FormRuleInvalid
from sapa.scorecards.models import FormRule, ScorecardRecord
from sapa.scorecards.selectors import forms_changer_require

MOST_RULES = 100
LONGEST_VALUE = 100


@transaction.atomic
def rule_save(
    actor: Person, form: str, conditions: Mapping[str, Sequence[str]], *, rule_id: int | None = None
) -> FormRule:
    """A new rule comes last. Raises `FormRuleInvalid`, `FormPartMissing`."""
    rules = _rules(actor)
    record = ScorecardRecord.objects.filter(key=form, revisions__isnull=False).first()
    if record is None:
        raise FormRuleInvalid("Choose a form that is published.")
    kept = _checked(conditions)
    if rule_id is None:
        if len(rules) >= MOST_RULES:
            raise FormRuleInvalid(f"There are at most {MOST_RULES} rules.")
        rule = FormRule.objects.create(position=len(rules), scorecard=record, conditions=kept)
    else:
        rule = _one(rules, rule_id)
        rule.scorecard, rule.conditions = record, kept
        rule.save(update_fields=["scorecard", "conditions"])
    audit_write("form_rule.saved", subject=_subject(rule), person=actor, form=form, conditions=kept)
    return rule


@transaction.atomic
def rule_move(actor: Person, rule_id: int, by: int) -> None:
    rules = _rules(actor)
    rule = _one(rules, rule_id)
    _place(actor, rules, rule, rules.index(rule) + by)


@transaction.atomic
def rule_place(actor: Person, rule_id: int, place: int) -> None:
    """1 is asked first; beyond the end is last."""
    rules = _rules(actor)
    _place(actor, rules, _one(rules, rule_id), place - 1)


@transaction.atomic
def rule_delete(actor: Person, rule_id: int) -> None:
    rules = _rules(actor)
    rule = _one(rules, rule_id)
    told = {"form": rule.scorecard.key, "conditions": rule.conditions}
    audit_write("form_rule.deleted", subject=_subject(rule), person=actor, **told)
    rules.remove(rule)
    rule.delete()
    _number(rules)


def _rules(actor: Person) -> list[FormRule]:
    forms_changer_require(actor)
    return list(FormRule.objects.select_for_update().order_by("position", "pk"))


def _one(rules: Sequence[FormRule], rule_id: int) -> FormRule:
    found = next((rule for rule in rules if rule.pk == rule_id), None)
    if found is None:
        raise FormPartMissing(f"rule {rule_id}")
    return found


def _checked(conditions: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    kept = {fact: sorted({value for value in conditions.get(fact, ()) if value}) for fact in FACTS}
    named = [value for values in kept.values() for value in values]
    if any(len(value) > LONGEST_VALUE or not is_storable(value) for value in named):
        raise FormRuleInvalid(f"A name has at most {LONGEST_VALUE} characters, none of them zero.")
    return {fact: values for fact, values in kept.items() if values}


def _place(actor: Person, rules: list[FormRule], rule: FormRule, wanted: int) -> None:
    place = min(max(0, wanted), len(rules) - 1)
    rules.remove(rule)
    rules.insert(place, rule)
    _number(rules)
    audit_write("form_rule.moved", subject=_subject(rule), person=actor, place=place + 1)


def _number(rules: Sequence[FormRule]) -> None:
    for position, rule in enumerate(rules):
        rule.position = position
    FormRule.objects.bulk_update(rules, ["position"])


def _subject(rule: FormRule) -> str:
    return f"form_rule {rule.pk}"
