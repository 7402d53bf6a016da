"""Thousands of rows into a table of PostgreSQL as one stream, in a third of the time that inserting takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connection, models

if TYPE_CHECKING:
    from psycopg import Copy  # a site on SQLite need not have it


def stream_copy(model: type[models.Model], columns: Sequence[str], stream: bytes) -> None:
    """`stream` in the binary form of COPY, see `packing`. Raises `IntegrityError` when any of its rows is there
    already; then none is."""
    with _copied(model, columns, " (FORMAT BINARY)") as copy:
        copy.write(stream)


@contextmanager
def _copied(model: type[models.Model], columns: Sequence[str], form: str) -> Iterator[Copy]:
    names = ", ".join(f'"{column}"' for column in columns)
    statement = f'COPY "{model._meta.db_table}" ({names}) FROM STDIN{form}'  # noqa: SLF001 - documented for use
    # Django gives its own errors for what a cursor executes, and not for what it copies.
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        yield copy


def objects_make(objects: Sequence[models.Model]) -> None:
    """As `bulk_create`, of one model; what the database is to make of a value, like a default, it is not told."""
    if not objects:
        return
    model = type(objects[0])
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(objects)  # noqa: SLF001 - documented for use
        return
    fields = model._meta.concrete_fields  # noqa: SLF001 - documented for use
    with _copied(model, [str(field.column) for field in fields], "") as copy:
        for one in objects:
            copy.write_row([_value(field, one) for field in fields])


def _value(field: models.Field[Any, Any], one: models.Model) -> Any:
    value = getattr(one, field.attname)
    return field.get_db_prep_save(value, connection) if isinstance(field, models.JSONField) else value
