"""Changing the rules by which calls are heard: set, removed, or all replaced by those of a file. Each is one
transaction with its rows of the audit trail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from sapa.accounts.models import Person
from sapa.accounts.services import administrator_require
from sapa.audit.services import audit_write
from sapa.calls.errors import QueueInvalid
from sapa.calls.models import Queue
from sapa.calls.types import LONGEST_QUEUE
from sapa.core.storable import is_storable
from sapa.transcripts.engines import ENGINES
from sapa.transcripts.errors import (
    EngineUnknown,
    HearingHintsInvalid,
    HearingRuleEmpty,
    HearingRuleInvalid,
    HearingRuleMissing,
)
from sapa.transcripts.languages import LANGUAGES
from sapa.transcripts.models import HearingRule
from sapa.transcripts.plans import LONGEST_HINT, MOST_HINTS, Rule, hints_cleaned
from sapa.transcripts.rules_file import rule_told

MOST_RULES = 500
LONGEST_MODEL = 200


@dataclass(frozen=True)
class Replaced:
    set: int
    removed: int
    unchanged: int


@transaction.atomic
def hearing_rule_set(actor: Person | None, wanted: Rule) -> HearingRule:
    """The rule for this queue and language, made or changed; the calls that were heard stay as they are. A queue that
    had no call yet is made known by it.

    Raises `NotAdministrator`, `EngineUnknown`, `QueueInvalid`, and why the rule cannot be: `HearingRuleInvalid`,
    `HearingRuleEmpty`, `HearingHintsInvalid`.
    """
    administrator_require(actor)
    return _set(actor, _checked(wanted))[0]


@transaction.atomic
def hearing_rule_remove(actor: Person | None, *, queue: str, language_heard: str) -> None:
    """Raises `NotAdministrator`, `HearingRuleMissing`."""
    administrator_require(actor)
    rule = _found(queue, language_heard)
    if rule is None:
        raise HearingRuleMissing
    _remove(actor, rule)


@transaction.atomic
def hearing_rules_replace(actor: Person | None, wanted: Sequence[Rule]) -> Replaced:
    """From now on these are all the rules. Raises as `hearing_rule_set`, and then nothing is changed."""
    administrator_require(actor)
    rules = [_checked(rule) for rule in wanted]
    keys = {(rule.queue, rule.language_heard) for rule in rules}
    if len(keys) < len(rules):
        raise HearingRuleInvalid("Two rules are for the same queue and language. Make one of them.")
    gone = [one for one in _all() if _key(one) not in keys]
    for rule in gone:
        _remove(actor, rule)
    changed = sum(_set(actor, rule)[1] for rule in rules)
    return Replaced(changed, len(gone), len(rules) - changed)


def _set(actor: Person | None, wanted: Rule) -> tuple[HearingRule, bool]:
    rule = _found(wanted.queue, wanted.language_heard)
    if rule is not None and rule.as_rule() == wanted:
        return rule, False
    if rule is None:
        if HearingRule.objects.count() >= MOST_RULES:
            raise HearingRuleInvalid(f"There are at most {MOST_RULES} rules.")
        queue = Queue.objects.get_or_create(name=wanted.queue)[0] if wanted.queue else None
        rule, _ = HearingRule.objects.get_or_create(queue=queue, language_heard=wanted.language_heard)
    rule.language_told, rule.engine, rule.model = wanted.language_told, wanted.engine, wanted.model
    rule.hints = list(wanted.hints)
    rule.save(update_fields=["language_told", "engine", "model", "hints"])
    audit_write("hearing_rule.set", subject=f"hearing_rule {rule.pk}", person=actor, **rule_told(wanted))
    return rule, True


def _remove(actor: Person | None, rule: HearingRule) -> None:
    told = rule_told(rule.as_rule())
    audit_write("hearing_rule.removed", subject=f"hearing_rule {rule.pk}", person=actor, **told)
    rule.delete()


def _all() -> list[HearingRule]:
    return list(HearingRule.objects.select_for_update(of=("self",)).select_related("queue"))


def _found(queue: str, language_heard: str) -> HearingRule | None:
    rules = HearingRule.objects.select_for_update(of=("self",)).select_related("queue")
    rules = rules.filter(queue__name=queue) if queue else rules.filter(queue=None)
    return rules.filter(language_heard=language_heard).first()


def _key(rule: HearingRule) -> tuple[str, str]:
    return (rule.queue.name if rule.queue else "", rule.language_heard)


def _checked(rule: Rule) -> Rule:
    for language in (rule.language_heard, rule.language_told):
        if language and language not in LANGUAGES:
            raise HearingRuleInvalid(f"{language!r} is no code of a language that can be heard. Use one like en or kk.")
    if rule.engine and rule.engine not in ENGINES:
        raise EngineUnknown(rule.engine, list(ENGINES))
    if rule.queue and (not rule.queue.strip() or len(rule.queue) > LONGEST_QUEUE or not is_storable(rule.queue)):
        raise QueueInvalid(LONGEST_QUEUE)
    model = rule.model.strip()
    if len(model) > LONGEST_MODEL or not is_storable(model):
        raise HearingRuleInvalid(f"A model is a name or a folder of at most {LONGEST_MODEL} characters.")
    kept = Rule(rule.queue, rule.language_heard, rule.language_told, rule.engine, model, _hints(rule.hints))
    if not (kept.language_told or kept.engine or kept.model or kept.hints):
        raise HearingRuleEmpty
    return kept


def _hints(lines: Iterable[str]) -> tuple[str, ...]:
    hints = hints_cleaned(lines)
    if len(hints) > MOST_HINTS or any(len(hint) > LONGEST_HINT or not is_storable(hint) for hint in hints):
        raise HearingHintsInvalid(MOST_HINTS, LONGEST_HINT)
    return hints
