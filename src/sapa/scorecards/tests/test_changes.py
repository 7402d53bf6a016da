from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.utils.translation import override

from sapa.scorecards.changes import SENTENCES, changes_between
from sapa.scorecards.editing import criterion_delete, criterion_move
from sapa.scorecards.tests.cards import ANCHORS, card, criterion
from sapa.scorecards.tests.test_editing import two_sections
from sapa.scorecards.tests.test_findings import PHRASE, on_answer

SALE = {"key": "sale", "title": {"en": "Sale"}}
SERVICE = {"key": "service", "title": {"en": "Service"}}


def told(before: dict[str, Any], now: dict[str, Any]) -> list[tuple[str, str]]:
    types = {"call_types": [SERVICE, SALE]}
    changes = changes_between(card(criterion(**before), **types), card(criterion(**now), **types))
    return [(change.code, change.where) for change in changes]


@pytest.mark.parametrize(
    ("before", "now", "code"),
    [
        ({}, {"title": {"en": "Hello"}}, "title_changed"),
        ({}, {"help": {"en": "Hello"}}, "help_changed"),
        ({}, {"anchors": ANCHORS | {"1": {"en": "every word"}}}, "anchors_changed"),
        ({}, {"weights": {"service": 2}}, "weight_changed"),
        ({}, {"weights": {"service": 1, "sale": 1}}, "weight_added"),
        ({"weights": {"service": 1, "sale": 1}}, {}, "weight_removed"),
        ({}, {"critical": True}, "critical_now"),
        ({"critical": True}, {}, "critical_no_more"),
        ({}, {"na_allowed": False}, "na_no_more"),
        ({"na_allowed": False}, {}, "na_now"),
        ({}, {"conditions": [on_answer("x")]}, "conditions_changed"),
        ({}, {"only_if": PHRASE}, "conditions_changed"),
        ({}, {"markers": [PHRASE]}, "markers_changed"),
    ],
)
def test_a_change_of_a_criterion_is_told_once(before: dict[str, Any], now: dict[str, Any], code: str) -> None:
    assert told(before, now) == [(code, "criterion:greeting")]


@pytest.mark.parametrize(
    ("now", "code"),
    [
        ({"title": {"en": "Other"}}, "title_changed"),
        ({"purpose": {"en": "Other"}}, "purpose_changed"),
        ({"directions": ["inbound"]}, "directions_changed"),
        ({"mode": "points"}, "mode_changed"),
        ({"band_pct": 70}, "band_changed"),
    ],
)
def test_a_change_of_the_form_is_told(now: dict[str, Any], code: str) -> None:
    assert [(one.code, one.where) for one in changes_between(card(), card(**now))] == [(code, "form")]


def test_what_came_went_and_moved_is_told() -> None:
    form = two_sections()
    places = [(one.code, one.where) for one in changes_between(form, criterion_delete(form, "a"))]
    assert places == [("removed", "criterion:a")]
    assert [(one.code, one.where) for one in changes_between(criterion_delete(form, "a"), form)] == [
        ("added", "criterion:a")
    ]
    assert [(one.code, one.where) for one in changes_between(form, criterion_move(form, "a", 1))] == [
        ("order_changed", "section:first")
    ]
    assert [(one.code, one.where) for one in changes_between(form, criterion_move(form, "b", 1))] == [
        ("moved", "criterion:b")
    ]
    assert changes_between(form, form) == []


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_every_change_can_be_said_in_every_language(language: str) -> None:
    facts = {"before": "1", "now": "2", "type": "sale"}
    with override(language):
        assert not [code for code, sentence in SENTENCES.items() if "%(" in str(sentence) % facts]
