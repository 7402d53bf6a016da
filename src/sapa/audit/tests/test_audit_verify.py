"""Each way to tamper with the trail, by statements in the database, and what verifying says of it."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from sapa.audit import verifying
from sapa.audit.chain import FIELDS, Anchor, seal_of
from sapa.audit.models import AuditEntry, AuditSeal
from sapa.audit.sealing import audit_seal
from sapa.audit.services import audit_write
from sapa.audit.tests.trail import forge, trail
from sapa.audit.verifying import Verified, chain_verify
from sapa.core.clock import now_at
from tests.fixtures.world import FrozenClock

FORGED = hashlib.sha256(b"forged").hexdigest()


@pytest.fixture(autouse=True)
def _empty(db: None) -> None:
    AuditEntry.objects.all().delete()  # what `sapa migrate` wrote


def told(found: Verified) -> list[tuple[str, int | None]]:
    return [(one.kind, one.number) for one in found.problems]


def anchor() -> Anchor:
    head = AuditSeal.objects.order_by("number").last()
    assert head
    return Anchor(head.number, head.seal)


def test_an_empty_and_an_untouched_trail_are_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chain_verify().is_whole
    trail(7)
    monkeypatch.setattr(verifying, "BATCH", 3)
    found = chain_verify(anchors=[anchor()])
    assert (found.is_whole, found.rows, found.seals, found.signed) == (True, 7, 1, 1)
    assert found.head == anchor()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "2020-01-01 00:00:00+00:00"),
        ("last_at", "2020-01-01 00:00:00+00:00"),
        ("verb", "call.taken"),
        ("subject", "call 99"),
        ("start_s", 1.0),
        ("end_s", 1.0),
        ("details", '{"place": 99}'),
        ("id", 987654),
        ("person_id", None),
        ("seal", FORGED),
    ],
)
def test_a_changed_row_is_told_and_its_neighbours_are_not(column: str, value: Any, bogdan: Any) -> None:
    for place in range(5):
        audit_write("stage.retried", subject=f"call {place}", person=bogdan)
    audit_seal()
    forge(f"UPDATE audit_auditentry SET {column} = %s WHERE number = 3", value)
    assert told(chain_verify()) == [("changed", 3)]


def test_a_deleted_row_is_told() -> None:
    trail(5)
    forge("DELETE FROM audit_auditentry WHERE number = 3")
    assert told(chain_verify()) == [("missing", 3)]


def test_the_first_row_deleted_is_told() -> None:
    trail(5)
    forge("DELETE FROM audit_auditentry WHERE number = 1")
    assert told(chain_verify()) == [("missing", 1)]


def test_a_deleted_row_whose_place_was_closed_up_is_told() -> None:
    trail(5)
    forge("DELETE FROM audit_auditentry WHERE number = 3")
    forge("UPDATE audit_auditentry SET number = 3 WHERE number = 4")
    forge("UPDATE audit_auditentry SET number = 4 WHERE number = 5")
    assert ("changed", 3) in told(chain_verify())
    assert ("missing", 5) in told(chain_verify())


def test_a_row_put_between_is_told() -> None:
    trail(4)
    late = audit_write("call.taken", subject="call 99")
    for number in (4, 3):
        forge("UPDATE audit_auditentry SET number = %s WHERE number = %s", number + 1, number)
    forge("UPDATE audit_auditentry SET number = 3, seal = %s WHERE id = %s", FORGED, late.pk)
    found = told(chain_verify())
    assert {("changed", 3), ("unsigned", 5)} <= set(found)


def test_two_rows_that_changed_places_are_told() -> None:
    trail(4)
    forge("UPDATE audit_auditentry SET number = 99 WHERE number = 2")
    forge("UPDATE audit_auditentry SET number = 2 WHERE number = 3")
    forge("UPDATE audit_auditentry SET number = 3 WHERE number = 99")
    assert {("changed", 2), ("changed", 3)} <= set(told(chain_verify()))


def test_an_end_cut_off_without_its_seal_is_told() -> None:
    trail(5)
    forge("DELETE FROM audit_auditentry WHERE number > 3")
    assert told(chain_verify()) == [("missing", 4)]


def test_an_end_cut_off_with_its_seal_is_told_by_an_anchor_only() -> None:
    trail(3)
    trail(2)
    kept = anchor()
    forge("DELETE FROM audit_auditentry WHERE number > 3")
    forge("DELETE FROM audit_auditseal WHERE number > 3")
    assert chain_verify().is_whole
    assert told(chain_verify(anchors=[kept])) == [("cut_off", 5)]
    assert told(chain_verify(since=kept)) == [("cut_off", 5)]


def forged_anew() -> None:
    """The whole chain hashed anew after a change, as the form of it is no secret."""
    forge("UPDATE audit_auditentry SET subject = 'call 99' WHERE number = 2")
    seal = AuditEntry.objects.values_list("seal", flat=True).get(number=1)
    for number, *values in list(
        AuditEntry.objects.filter(number__gt=1).order_by("number").values_list("number", *FIELDS)
    ):
        seal = seal_of(number, seal, values)
        forge("UPDATE audit_auditentry SET seal = %s WHERE number = %s", seal, number)
    forge("UPDATE audit_auditseal SET seal = %s", seal)


def test_a_chain_hashed_anew_without_the_key_is_told_by_the_signature() -> None:
    trail(4)
    kept = anchor()
    forged_anew()
    assert told(chain_verify()) == [("signature", 4)]
    assert ("anchor", 4) in told(chain_verify(anchors=[kept]))
    forge("UPDATE audit_auditseal SET key_id = 'made up'")
    assert told(chain_verify()) == [("other_key", 4)]


def test_a_chain_hashed_and_signed_anew_with_the_key_is_told_by_an_anchor() -> None:
    trail(4)
    kept = anchor()
    forge("DELETE FROM audit_auditseal")
    forge("UPDATE audit_auditentry SET number = NULL, seal = '', subject = 'call 99'")
    audit_seal()
    assert chain_verify().is_whole
    assert told(chain_verify(anchors=[kept])) == [("anchor", 4)]


def test_a_row_numbered_beyond_the_seal_is_told() -> None:
    trail(2)
    row = audit_write("call.taken", subject="call 9")
    forge("UPDATE audit_auditentry SET number = 3 WHERE id = %s", row.pk)
    assert ("unsigned", 3) in told(chain_verify())


def test_since_an_anchor_only_what_came_after_is_read() -> None:
    trail(3)
    kept = anchor()
    trail(4)
    found = chain_verify(since=kept)
    assert (found.is_whole, found.rows, found.seals) == (True, 4, 1)
    forge("UPDATE audit_auditentry SET subject = 'call 99' WHERE number = 5")
    assert told(chain_verify(since=kept)) == [("changed", 5)]
    forge("UPDATE audit_auditentry SET seal = %s WHERE number = 3", FORGED)
    assert ("anchor", 3) in told(chain_verify(since=kept))


def test_what_waits_too_long_for_its_seal_is_told(frozen_clock: FrozenClock) -> None:
    row = audit_write("call.taken", subject="call 1")
    assert chain_verify().is_whole
    frozen_clock.advance(hours=1)
    found = chain_verify()
    assert [(one.kind, one.entry_id) for one in found.problems] == [("unsealed", row.pk)]
    audit_seal()
    assert chain_verify().is_whole


def test_a_row_that_was_dated_back_is_noted() -> None:
    trail(1)
    row = audit_write("call.taken", subject="call 1")
    hours_ago = now_at() - timedelta(hours=5)
    forge("UPDATE audit_auditentry SET at = %s, last_at = %s WHERE id = %s", hours_ago, hours_ago, row.pk)
    audit_seal()
    found = chain_verify()
    assert found.is_whole
    assert ("late", 2) in [(one.kind, one.number) for one in found.notices]


def test_rows_that_waited_while_nobody_sealed_are_not_late(frozen_clock: FrozenClock) -> None:
    trail(1)
    frozen_clock.advance(hours=1)
    audit_write("call.taken", subject="call 1")
    frozen_clock.advance(hours=9)
    audit_seal()
    found = chain_verify()
    assert found.is_whole
    assert "late" not in [one.kind for one in found.notices]
