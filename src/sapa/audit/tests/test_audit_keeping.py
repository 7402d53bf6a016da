"""The database itself refuses to change what is sealed."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from sapa.accounts.models import Person
from sapa.audit.keeping import has_triggers, triggers_away, triggers_make
from sapa.audit.models import AuditEntry, AuditSeal
from sapa.audit.sealing import audit_seal
from sapa.audit.services import audit_stretch, audit_write
from sapa.audit.tests.trail import forge, numbers, trail
from sapa.audit.verifying import chain_verify

pytestmark = pytest.mark.usefixtures("kept")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditentry SET subject = 'call 99' WHERE number = 1",
        "UPDATE audit_auditentry SET number = NULL WHERE number = 1",
        "DELETE FROM audit_auditentry WHERE number = 1",
        "DELETE FROM audit_auditentry",
        "UPDATE audit_auditseal SET key_id = ''",
        "DELETE FROM audit_auditseal",
    ],
)
def test_what_is_sealed_stays(statement: str) -> None:
    sealed = len(trail_of_all())
    with pytest.raises(IntegrityError, match="what is sealed stays as it is"), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEntry.objects.exclude(number=None).count() == sealed
    assert chain_verify().is_whole


def test_postgresql_empties_no_sealed_table() -> None:
    if connection.vendor != "postgresql":
        return
    trail_of_all()
    for table in ("audit_auditentry", "audit_auditseal"):
        with pytest.raises(IntegrityError), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table}")


def test_what_is_not_sealed_yet_still_joins(bogdan: Person) -> None:
    trail_of_all()
    for start_s in (0.0, 20.0, 10.0):
        audit_stretch("recording.heard", subject="call 1", person=bogdan, start_s=start_s, end_s=start_s + 10.0)
    assert AuditEntry.objects.get(verb="recording.heard").end_s == 30.0


def test_one_who_fills_the_database_anew_may_do_so() -> None:
    trail_of_all()
    with transaction.atomic(), triggers_away():
        AuditSeal.objects.all().delete()
        AuditEntry.objects.all().delete()
    assert has_triggers()


def test_making_them_again_does_no_harm() -> None:
    triggers_make()
    assert has_triggers()


def test_without_them_verifying_says_so() -> None:
    trail_of_all()
    assert "unprotected" not in [one.kind for one in chain_verify().notices]
    forge("DELETE FROM audit_auditentry WHERE number IS NULL")
    name = "audit_auditentry_update"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + ("" if connection.vendor == "sqlite" else " ON audit_auditentry"))
    assert "unprotected" in [one.kind for one in chain_verify().notices]


def trail_of_all() -> list[int | None]:
    """With what `sapa migrate` wrote."""
    audit_write("call.taken", subject="call 1")
    audit_seal()
    assert trail(2)
    return numbers()
