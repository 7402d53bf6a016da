"""What was read and what is other by now, as values."""

from __future__ import annotations

from sapa.consultations.readings import changed_since, is_asked_alike, part_digest
from sapa.scorecards.tests.cards import card, criterion


def test_a_digest_is_of_its_part_alone() -> None:
    before, now = card(criterion("a"), criterion("b")), card(criterion("a"), criterion("b", critical=True))
    assert part_digest(before, "a") == part_digest(now, "a")
    assert part_digest(before, "b") != part_digest(now, "b")
    assert part_digest(before, "") != part_digest(now, "")
    assert part_digest(now, "c") == ""


def test_a_digest_does_not_hang_on_how_the_draft_was_stored() -> None:
    assert part_digest(card(criterion("a")), "a") == part_digest(card(criterion("a", critical=False, help={})), "a")


def test_changes_are_told_of_the_part() -> None:
    before = card(criterion("a"), criterion("b"))
    now = card(criterion("a", title={"en": "Other"}), criterion("b"))
    assert [(one.code, one.where) for one in changed_since(before, now, "a")] == [("title_changed", "criterion:a")]
    assert changed_since(before, now, "b") == []
    assert [one.where for one in changed_since(before, now, "")] == ["criterion:a"]
    assert [one.code for one in changed_since(before, card(criterion("b")), "a")] == ["removed"]


def test_another_weight_asks_the_same() -> None:
    before = card(criterion("a"))
    assert is_asked_alike(before, card(criterion("a", weights={"service": 7})), "a")
    assert not is_asked_alike(before, card(criterion("a", critical=True)), "a")
    assert not is_asked_alike(before, card(criterion("b")), "a")
