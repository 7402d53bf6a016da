from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from sapa.accounts.models import Person
from sapa.audit import sealing
from sapa.audit.models import AuditEntry, AuditSeal
from sapa.audit.sealing import audit_seal
from sapa.audit.services import SAME_HEARING, audit_stretch, audit_write
from sapa.audit.tests.trail import forge, numbers, trail
from sapa.audit.verifying import chain_verify
from sapa.pipeline.tests.workbench import at_once
from tests.fixtures.world import FrozenClock

WRITERS, EACH = 4, 25


@pytest.fixture(autouse=True)
def _empty(db: None) -> None:
    AuditEntry.objects.all().delete()  # what `sapa migrate` wrote


def heard(person: Person, start_s: float, end_s: float) -> AuditEntry:
    return audit_stretch("recording.heard", subject="call 1", person=person, start_s=start_s, end_s=end_s)


def test_rows_get_numbers_without_gaps_and_one_signed_end() -> None:
    trail(3)
    trail(2)
    assert numbers() == [1, 2, 3, 4, 5]
    assert list(AuditSeal.objects.order_by("number").values_list("number", "is_all")) == [(3, True), (5, True)]
    assert len(set(AuditEntry.objects.values_list("seal", flat=True))) == 5


def test_nothing_new_makes_no_seal() -> None:
    trail(1)
    assert audit_seal() == 0
    assert AuditSeal.objects.count() == 1


def test_a_backlog_is_sealed_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "AT_ONCE", 4)
    trail(10)
    assert list(AuditSeal.objects.order_by("number").values_list("number", "is_all")) == [
        (4, False), (8, False), (10, True),
    ]  # fmt: skip
    assert chain_verify().is_whole


def test_a_short_budget_leaves_the_rest_for_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "AT_ONCE", 4)
    for place in range(6):
        audit_write("call.taken", subject=f"call {place}")
    assert [audit_seal(budget_s=0), audit_seal(budget_s=0), audit_seal(budget_s=0)] == [4, 2, 0]


def test_a_stretch_is_sealed_when_nothing_can_join_it(bogdan: Person, frozen_clock: FrozenClock) -> None:
    audit_seal()
    heard(bogdan, 0.0, 5.0)
    assert audit_seal() == 0
    frozen_clock.at += SAME_HEARING - timedelta(seconds=1)
    heard(bogdan, 5.0, 9.0)
    frozen_clock.at += SAME_HEARING
    assert audit_seal() == 0
    frozen_clock.advance(minutes=2)
    assert audit_seal() == 1


def test_a_sealed_stretch_grows_no_more(bogdan: Person, frozen_clock: FrozenClock) -> None:
    """However far a machine's clock is behind."""
    sealed = heard(bogdan, 0.0, 5.0)
    frozen_clock.advance(hours=1)
    audit_seal()
    frozen_clock.advance(hours=-1)
    assert heard(bogdan, 5.0, 9.0).pk != sealed.pk
    sealed.refresh_from_db()
    assert sealed.end_s == 5.0
    assert chain_verify().is_whole


def test_another_key_goes_on_and_leaves_a_row_that_says_so(settings: Any) -> None:
    trail(2)
    settings.SECRET_KEY = "another key, as after a restore elsewhere"
    audit_write("call.taken", subject="call 9")
    assert audit_seal() == 2
    row = AuditEntry.objects.get(verb="audit.key_changed")
    assert row.number == 4
    assert row.details["key"] != row.details["key_before"]
    found = chain_verify()
    assert found.is_whole
    assert [(one.kind, one.number) for one in found.notices if one.kind == "key_changed"] == [("key_changed", 4)]
    assert (found.seals, found.signed) == (2, 1)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditentry SET seal = 'f' WHERE number = 3",
        "UPDATE audit_auditentry SET number = 7 WHERE number = 3",
        "DELETE FROM audit_auditentry WHERE number = 3",
        "DELETE FROM audit_auditseal",
        "UPDATE audit_auditseal SET signature = 'f'",
    ],
)
def test_nothing_is_built_on_a_forged_end(statement: str, refused: Callable[..., Any]) -> None:
    trail(3)
    forge(statement)
    audit_write("call.taken", subject="call 9")
    with refused("audit_chain_broken"):
        audit_seal()
    assert AuditEntry.objects.get(subject="call 9").number is None


def test_many_writers_and_sealers_at_once_make_one_chain(transactional_db: None, bogdan: Person) -> None:
    def write(writer: int) -> None:
        for place in range(EACH):
            with transaction.atomic():
                audit_write("call.taken", subject=f"call {writer}-{place}", person=bogdan)

    def seal() -> None:
        for _ in range(EACH):
            audit_seal()

    writers = [lambda writer=writer: write(writer) for writer in range(WRITERS)]
    for act in at_once(*writers, seal, seal, seal):
        act.result()
    audit_seal()
    count = AuditEntry.objects.count()
    assert list(AuditEntry.objects.order_by("number").values_list("number", flat=True)) == list(range(1, count + 1))
    assert count >= WRITERS * EACH
    assert chain_verify().is_whole


def test_a_row_that_is_being_written_is_sealed_with_the_next(transactional_db: None) -> None:
    """On PostgreSQL its id is taken before those of others, and it is seen after them."""
    if connection.vendor == "sqlite":
        return  # one writer at a time: there is no such moment

    def beside() -> None:
        audit_write("call.taken", subject="call 2")
        assert audit_seal() == 1

    with transaction.atomic():
        late = audit_write("call.taken", subject="call 1")
        for act in at_once(beside):
            act.result()
    audit_seal()
    late.refresh_from_db()
    assert late.number == 2
    assert chain_verify().is_whole
