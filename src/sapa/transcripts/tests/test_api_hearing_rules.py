"""Over the REST API: the rules by which calls are heard."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from sapa.accounts.models import Person
from sapa.audit.models import AuditEntry
from sapa.pipeline.tests.test_api_call_post import refusal
from sapa.transcripts.models import HearingRule
from tests.fixtures.cast import SignedIn

pytestmark = pytest.mark.django_db
RULES = "/api/v1/hearing-rules"
JSON: dict[str, Any] = {"content_type": "application/json"}
BLANK = {"queue": "", "language_heard": "", "language_told": "", "engine": "", "model": "", "hints": []}


@pytest.fixture
def office(api_of: SignedIn, administrator: Person) -> Client:
    return api_of(administrator)


def test_rules_are_set_listed_and_removed(office: Client, administrator: Person) -> None:
    queue = "Local/1@x & 100%"
    cards = {**BLANK, "queue": queue, "language_told": "ru", "hints": ["Visa", "Қаржы"]}
    assert office.put(RULES, cards, **JSON).json() == cards
    assert office.put(RULES, {"model": "large"}, **JSON).json() == {**BLANK, "model": "large"}
    assert office.get(RULES).json() == [{**BLANK, "model": "large"}, cards]
    assert office.delete(RULES, query_params={"queue": queue}).status_code == 204
    assert office.get(RULES).json() == [{**BLANK, "model": "large"}]
    assert AuditEntry.objects.filter(verb="hearing_rule.removed", person=administrator).count() == 1


def test_a_rule_is_put_whole_in_place_of_what_it_was(office: Client) -> None:
    office.put(RULES, {"model": "large", "hints": ["Visa"]}, **JSON)
    assert office.put(RULES, {"engine": "faster_whisper"}, **JSON).json() == {**BLANK, "engine": "faster_whisper"}
    assert HearingRule.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "hearing_rule_empty"),
        ({"language_told": "Kazakh"}, "hearing_rule_invalid"),
        ({"hints": ["x" * 41]}, "hearing_hints_invalid"),
        ({"engine": "by_magic"}, "engine_unknown"),
        ({"queue": "x" * 101, "model": "large"}, "queue_invalid"),
        ({"model": "x" * 201}, "input_invalid"),
        ({"model": "\0"}, "input_invalid"),
        ({"hints": "Visa"}, "input_invalid"),
        ({"que": "cards", "model": "large"}, "input_invalid"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(office: Client, given: dict[str, Any], code: str) -> None:
    assert refusal(office.put(RULES, given, **JSON)) == (400, code)
    assert not HearingRule.objects.exists()


def test_a_rule_that_is_not_there_is_told(office: Client) -> None:
    assert refusal(office.delete(RULES, query_params={"queue": "cards"})) == (404, "hearing_rule_missing")


def test_it_is_for_administrators(api_of: SignedIn, bogdan: Person) -> None:
    client = api_of(bogdan)
    assert refusal(client.get(RULES)) == (403, "not_administrator")
    assert refusal(client.put(RULES, {"model": "large"}, **JSON)) == (403, "not_administrator")
    assert refusal(client.delete(RULES)) == (403, "not_administrator")
