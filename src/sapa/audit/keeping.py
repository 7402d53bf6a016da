"""Triggers by which the database itself refuses to change or delete what is sealed.

They stop mistakes, a program that goes wrong, and whoever got in with the rights to write rows only. Whoever may drop
a trigger may do the rest too; that is what the chain is there to show (ADR 15).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections

_TABLES = {"audit_auditentry": "OLD.number IS NOT NULL", "audit_auditseal": "OLD.id IS NOT NULL"}
_SAID = "audit: what is sealed stays as it is"
POSTGRES_FUNCTION = "sapa_audit_keep"
_FUNCTION = """
CREATE OR REPLACE FUNCTION sapa_audit_keep() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE is_sealed boolean := true;
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s WHERE number IS NOT NULL)', TG_RELID::regclass) INTO is_sealed;
  END IF;
  IF is_sealed THEN
    RAISE EXCEPTION 'audit: what is sealed stays as it is' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$"""


def triggers_make(using: str = DEFAULT_DB_ALIAS) -> None:
    """Again does no harm."""
    triggers_drop(using)
    with connections[using].cursor() as cursor:
        for statement in _statements(connections[using].vendor):
            cursor.execute(statement)


def triggers_drop(using: str = DEFAULT_DB_ALIAS) -> None:
    is_sqlite = connections[using].vendor == "sqlite"
    with connections[using].cursor() as cursor:
        for table in _TABLES:
            for name in ("update", "delete", "truncate"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}" + ("" if is_sqlite else f" ON {table}"))
        if not is_sqlite:
            cursor.execute(f"DROP FUNCTION IF EXISTS {POSTGRES_FUNCTION}()")


@contextmanager
def triggers_away(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """For whoever fills a whole database anew, within one transaction."""
    triggers_drop(using)
    yield
    triggers_make(using)


def has_triggers(using: str = DEFAULT_DB_ALIAS) -> bool:
    is_sqlite = connections[using].vendor == "sqlite"
    names = [f"{table}_{act}" for table in _TABLES for act in ("update", "delete")]
    listed = "sqlite_master WHERE type = 'trigger' AND name"
    if not is_sqlite:
        listed = "pg_trigger WHERE tgenabled <> 'D' AND tgname"
    with connections[using].cursor() as cursor:
        marks = ", ".join(["%s"] * len(names))
        cursor.execute(f"SELECT count(*) FROM {listed} IN ({marks})", names)  # noqa: S608 - our own names
        return int(cursor.fetchone()[0]) >= len(names)


def _statements(vendor: str) -> Iterator[str]:
    if vendor == "postgresql":
        yield _FUNCTION
    for table, is_sealed in _TABLES.items():
        for act in ("UPDATE", "DELETE"):
            head = f"CREATE TRIGGER {table}_{act.lower()} BEFORE {act} ON {table} FOR EACH ROW WHEN"
            if vendor == "postgresql":
                yield f"{head} ({is_sealed}) EXECUTE FUNCTION {POSTGRES_FUNCTION}()"
            else:
                yield f"{head} {is_sealed} BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
        if vendor == "postgresql":
            head = f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"
            yield f"{head} EXECUTE FUNCTION {POSTGRES_FUNCTION}()"
