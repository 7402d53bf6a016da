"""Moving house: everything in the database, and every recording, copied to another place and compared.

Nothing is changed here. The way from SQLite on one box to PostgreSQL and a shared storage, and back. Rows are read in
one transaction (on SQLite it keeps writers out, on PostgreSQL it sees one moment) and written in another, so a copy
that breaks leaves an empty target.
"""

# ruff: noqa: SLF001 - `_meta` and `_base_manager` are how Django tells of any model (reference: Model _meta API)
from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, models, transaction
from django.db.models.functions import Now

from sapa.audit.keeping import triggers_away
from sapa.core.errors import SapaError
from sapa.core.storage import blobs, blobs_at
from sapa.pipeline.backup.errors import LineWorking
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.moving_recordings import Recordings

TARGET = "target"
AT_ONCE = 1000
Say = Callable[[str], None]


class TargetMissing(SapaError):
    def __init__(self) -> None:
        super().__init__(
            "move_target_missing",
            "Nothing to move to. Set SAPA_MOVE_TO_DATABASE_URL, SAPA_MOVE_TO_BLOBS_URL or both for this command.",
        )


class TargetNotEmpty(SapaError):
    def __init__(self, what: str, count: int) -> None:
        super().__init__("move_target_not_empty", f"The target holds {count} {what} already. Give an empty database.")


class TargetUnreachable(SapaError):
    def __init__(self, problem: str) -> None:
        super().__init__("move_target_unreachable", f"The target database cannot be used: {problem}", retryable=True)


class MoveDiffers(SapaError):
    def __init__(self, table: str) -> None:
        super().__init__(
            "move_differs", f"Table {table} does not read the same in the target. Nothing was kept there; report this."
        )


class MoveOvertaken(SapaError):
    def __init__(self) -> None:
        super().__init__(
            "move_overtaken",
            "Calls came in while everything was copied, and are in the old place only. Stop the site, the workers and "
            "what watches folders, empty the target database, and move again; recordings are not copied again.",
        )


@dataclass(frozen=True)
class Moved:
    tables: int
    rows: int
    blobs: int
    blobs_here_already: int
    blobs_lost: tuple[str, ...]


def everything_move(*, say: Say) -> Moved:
    """Raises errors of this module and of `moving_recordings`, and `LineWorking`; the target's database is then as it
    was, but where recordings failed it or `MoveOvertaken` came after it."""
    to_database, to_blobs = TARGET in settings.DATABASES, bool(settings.SAPA_MOVE_TO_BLOBS_URL)
    if not (to_database or to_blobs):
        raise TargetMissing
    _line_rests_check()
    recordings = Recordings(blobs(), blobs_at(settings.SAPA_MOVE_TO_BLOBS_URL), say) if to_blobs else None
    if recordings:
        recordings.move()  # this takes long, so the database comes after it
    tables, rows = _database_copy(say) if to_database else (0, 0)
    if recordings:
        recordings.complete(TARGET if to_database else DEFAULT_DB_ALIAS)
    if to_database:
        _overtaken_check()
    moved = (recordings.copied, recordings.here_already, recordings.lost) if recordings else (0, 0, ())
    return Moved(tables, rows, *moved)


def _overtaken_check() -> None:
    here, there = (StageRow.objects.using(alias).count() for alias in (DEFAULT_DB_ALIAS, TARGET))
    if here != there:
        raise MoveOvertaken


def _line_rests_check() -> None:
    held = StageRow.objects.filter(state=StageState.RUNNING, lease_until__gt=Now())
    holders = sorted(set(held.values_list("holder", flat=True)))
    if holders:
        raise LineWorking(holders)


def _database_copy(say: Say) -> tuple[int, int]:
    try:
        call_command("migrate", database=TARGET, verbosity=0, interactive=False)
        _empty_check()
        with transaction.atomic(using=TARGET), _one_moment(), triggers_away(TARGET):
            tables = _models()
            for model in reversed(tables):
                model._base_manager.using(TARGET).all()._raw_delete(TARGET)
            rows = sum(_table_copy(model, say) for model in tables)
            for model in tables:
                if _digest(model, DEFAULT_DB_ALIAS) != _digest(model, TARGET):
                    raise MoveDiffers(model._meta.db_table)
            _sequences_set(tables)
    except DatabaseError as exc:
        raise TargetUnreachable(str(exc).partition("\n")[0]) from exc
    return len(tables), rows


def _empty_check() -> None:
    for label, model in (("calls", StageRow), ("people", _model_of("accounts", "person"))):
        if count := model._base_manager.using(TARGET).count():
            raise TargetNotEmpty(label, count)


def _model_of(app: str, name: str) -> type[models.Model]:
    return apps.get_app_config(app).get_model(name)


def _one_moment() -> Any:
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    return transaction.atomic()


def _models() -> list[type[models.Model]]:
    """All tables, those that others point to before them."""
    found = [
        model
        for config in apps.get_app_configs()
        for model in config.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]
    ordered: list[type[models.Model]] = []

    def place(model: type[models.Model], above: tuple[type[models.Model], ...]) -> None:
        if model in ordered or model in above:
            return
        for column in model._meta.concrete_fields:
            if column.remote_field and column.related_model in found:
                place(column.related_model, (*above, model))
        ordered.append(model)

    for model in found:
        place(model, ())
    return ordered


def _rows(model: type[models.Model], alias: str) -> Iterator[models.Model]:
    return iter(model._base_manager.using(alias).order_by("pk").iterator(chunk_size=AT_ONCE))


def _table_copy(model: type[models.Model], say: Say) -> int:
    count, batch = 0, []
    for row in _rows(model, DEFAULT_DB_ALIAS):
        batch.append(row)
        if len(batch) == AT_ONCE:
            count += _write(model, batch)
            batch = []
            if count % (50 * AT_ONCE) == 0:
                say(f"{model._meta.db_table}: {count} rows")
    return count + _write(model, batch)


def _write(model: type[models.Model], batch: list[models.Model]) -> int:
    model._base_manager.using(TARGET).bulk_create(batch)
    return len(batch)


def _digest(model: type[models.Model], alias: str) -> str:
    """All values of a table in one figure. Only what both kinds of database keep alike is left to differ."""
    names = [column.attname for column in model._meta.concrete_fields]
    digest = hashlib.sha256()
    for row in _rows(model, alias):
        digest.update(repr([_plain(getattr(row, name)) for name in names]).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    """PostgreSQL keeps the keys of JSON in an order of its own, and large round numbers without their point."""
    if isinstance(value, dict):
        return sorted((key, _plain(inner)) for key, inner in value.items())
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _sequences_set(tables: list[type[models.Model]]) -> None:
    connection = connections[TARGET]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)
