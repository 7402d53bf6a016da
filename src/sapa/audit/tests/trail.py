"""A trail for tests: rows written, time gone by, all of it sealed; and a way past the program into the table."""

from __future__ import annotations

from typing import Any

from django.db import connection

from sapa.audit.keeping import has_triggers, triggers_drop, triggers_make
from sapa.audit.models import AuditEntry
from sapa.audit.sealing import audit_seal
from sapa.audit.services import audit_write


def trail(count: int, *, verb: str = "stage.retried") -> list[int]:
    """Ids of `count` sealed rows."""
    ids = [audit_write(verb, subject=f"call {place}", place=place).pk for place in range(count)]
    audit_seal()
    assert not AuditEntry.objects.filter(number=None).exists()
    return ids


def forge(statement: str, *values: Any) -> None:
    """What somebody with the rights of the database's owner does."""
    had = has_triggers()
    triggers_drop()
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
    if had:
        triggers_make()


def numbers() -> list[int | None]:
    return list(AuditEntry.objects.order_by("id").values_list("number", flat=True))
