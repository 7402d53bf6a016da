from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sapa.accounts.models import Person
from sapa.accounts.services import team_create
from sapa.audit.models import AuditEntry
from sapa.calls.models import Call, Queue
from sapa.calls.services import queue_grant
from sapa.scorecards.choosing import form_choice, rule_that_fits
from sapa.scorecards.drafts import form_start
from sapa.scorecards.models import FormRule
from sapa.scorecards.rules import rule_delete, rule_move, rule_save
from sapa.scorecards.tests.cards import card

pytestmark = pytest.mark.django_db


def choice(**facts: Any) -> tuple[str, str, int | None]:
    found = form_choice(Call(**facts))
    return found.revision.scorecard.key, found.why, found.rule


@pytest.mark.parametrize(
    ("rules", "place"),
    [
        ([], None),
        ([{}], 0),
        ([{"queue": ["loans"]}, {"queue": ["cards"]}], 1),
        ([{"queue": ["cards", "loans"], "direction": ["inbound"]}], 0),
        ([{"queue": ["cards"], "direction": ["outbound"]}, {"team": []}], 1),
        ([{"language": ["en"]}], None),
    ],
)
def test_the_first_rule_all_of_whose_conditions_fit_counts(
    rules: list[dict[str, list[str]]], place: int | None
) -> None:
    assert rule_that_fits(rules, {"queue": "cards", "direction": "inbound", "team": ""}) == place


def test_without_rules_it_stays_as_it_was(db: None) -> None:
    assert choice(direction="outbound", call_type="objection") == ("cqr", "call_type", None)
    assert choice(direction="inbound") == ("inbound_service", "direction", None)
    assert choice() == ("inbound_service", "default", None)


def test_a_rule_goes_before_all_that_and_says_its_number(bogdan: Person, aigerim: Person) -> None:
    aigerim.team = team_create(None, "Sales")
    aigerim.save(update_fields=["team"])
    queue = Queue.objects.create(name="loans")
    rule_save(bogdan, "cqr", {"team": ["Sales"], "language": ["kk", "ru"]})
    rule_save(bogdan, "outbound_sales", {"queue": ["loans"]})
    assert choice(agent_name="Aigerim", language="ru", direction="inbound") == ("cqr", "rule", 1)
    assert choice(agent_name="Aigerim", language="en", direction="inbound") == ("inbound_service", "direction", None)
    assert choice(queue=queue, call_type="objection") == ("outbound_sales", "rule", 2)


def test_rules_are_changed_put_in_order_and_deleted(bogdan: Person) -> None:
    first = rule_save(bogdan, "cqr", {"direction": ["inbound"]})
    second = rule_save(bogdan, "outbound_sales", {})
    rule_move(bogdan, second.pk, -1)
    assert choice(direction="inbound")[0] == "outbound_sales"
    rule_save(bogdan, "inbound_service", {"direction": ["outbound", "", "outbound"]}, rule_id=second.pk)
    second.refresh_from_db()
    assert (second.conditions, second.position) == ({"direction": ["outbound"]}, 0)
    rule_move(bogdan, second.pk, 9)
    rule_delete(bogdan, first.pk)
    assert [(rule.pk, rule.position) for rule in FormRule.objects.all()] == [(second.pk, 0)]
    verbs = list(AuditEntry.objects.filter(verb__startswith="form_rule").values_list("verb", flat=True))
    assert sorted(verbs) == sorted(["form_rule.saved"] * 3 + ["form_rule.moved"] * 2 + ["form_rule.deleted"])


def test_a_rule_names_a_published_form_and_short_names(bogdan: Person, refused: Callable[..., Any]) -> None:
    form_start(bogdan, card(key="brand_new"))
    for form, conditions in (("brand_new", {}), ("nothing", {}), ("cqr", {"queue": ["x" * 101]})):
        with refused("form_rule_invalid"):
            rule_save(bogdan, form, conditions)
    with refused("form_part_missing"):
        rule_move(bogdan, 99, 1)
    with refused("form_part_missing"):
        rule_delete(bogdan, 99)


def test_rules_are_not_for_others(bogdan: Person, celina: Person, refused: Callable[..., Any]) -> None:
    rule = rule_save(bogdan, "cqr", {})
    queue_grant(None, "bogdan", "cards")
    bogdan.is_scoped = None
    for person in (bogdan, celina):
        with refused("forms_not_yours"):
            rule_save(person, "cqr", {})
        with refused("forms_not_yours"):
            rule_move(person, rule.pk, 1)
        with refused("forms_not_yours"):
            rule_delete(person, rule.pk)


def test_a_form_that_only_is_a_draft_is_chosen_by_nothing(bogdan: Person) -> None:
    form_start(bogdan, card(key="a_new", directions=["internal"]))
    assert choice(direction="internal")[0] != "a_new"
