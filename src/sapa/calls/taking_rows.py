"""Lines of the phone system's logs into rows, each once, with how far was read in the same transaction (ADR 22)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from itertools import islice
from pathlib import Path
from typing import IO, Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest

from sapa.calls.agents_within import agent_days_around
from sapa.calls.connectors.asterisk import cdr, cel, queue_log
from sapa.calls.connectors.asterisk.recorded import announced_in
from sapa.calls.connectors.asterisk.rows import CdrRow, CelRow, QueueRow, Row, RowRejected
from sapa.calls.connectors.asterisk.shifts import agent_key
from sapa.calls.log_files import Line, digest_of, head_of, lines_of, opened
from sapa.calls.models import (
    AgentStale,
    Call,
    PbxFile,
    PbxLink,
    PbxRecording,
    PbxRejected,
    PbxRestart,
    PbxRow,
    PbxRowKind,
    PbxStale,
)
from sapa.core.clock import now_at
from sapa.core.garbage import circles_left

PLACES = 1 << 40
"""Bytes a file may have. A row's id is its file's times this, plus its place."""
AT_ONCE = 5_000
BEGINNINGS = {"queue_log": PbxRowKind.QUEUE_LOG, "cel": PbxRowKind.CEL, "cdr": PbxRowKind.CDR}
_DATABASES = {".db", ".sqlite", ".sqlite3"}  # that Asterisk may write beside its logs
_TOLD_APART = frozenset({"APP_START", "QUEUESTART"})
PARSERS: dict[PbxRowKind, Callable[[bytes, tzinfo], Row]] = {
    PbxRowKind.QUEUE_LOG: queue_log.row_of,
    PbxRowKind.CEL: cel.row_of,
    PbxRowKind.CDR: cdr.row_of,
}


@dataclass
class Taken:
    """What a reading brought: how many lines are rows, how many of these are new here, and how many are none. `file` is
    the log's number, None of an empty one; `is_all` says that its end was reached."""

    rows: int = 0
    inserted: int = 0
    rejected: int = 0
    file: int | None = None
    is_all: bool = True


@dataclass
class _Batch:
    rows: list[tuple[int, int, str, float, bytes]] = field(default_factory=list)
    rejected: list[tuple[int, int, str, bytes]] = field(default_factory=list)
    links: set[tuple[str, str]] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    agent_keys: set[str] = field(default_factory=set)
    recordings: list[tuple[int, str, str, str]] = field(default_factory=list)
    restarts: list[tuple[int, float]] = field(default_factory=list)
    read_to: int = 0
    newest: float = 0.0


def logs_in(folder: Path) -> list[tuple[Path, PbxRowKind]]:
    """By their names or their folders': `queue_log*`, `cel*`, `cdr*`. Raises `OSError`."""
    with os.scandir(folder):
        pass  # `rglob` finds nothing in a folder that may not be read, and says nothing
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in _DATABASES and path.is_file():
            names = (path.name, *reversed(path.relative_to(folder).parts[:-1]))
            kind = next((kind for name in names if (kind := _kind_of(name))), None)
            if kind is not None:
                found.append((path, kind))
    return found


def _kind_of(name: str) -> PbxRowKind | None:
    return next((kind for start, kind in BEGINNINGS.items() if name.casefold().startswith(start)), None)


def log_take(path: Path, kind: PbxRowKind, zone: tzinfo, *, go_on: Callable[[], bool] = lambda: True) -> Taken:
    """Read on in this log, to its end or while `go_on` says so. Raises `OSError`; what was read before that is here."""
    taken = Taken()
    with opened(path) as source:
        head = head_of(source)
        if not head:
            return taken
        file = _file_of(source, head, kind, str(path))
        taken.file = file.pk
        lines = lines_of(source, start=file.read_to, is_quoted=kind != PbxRowKind.QUEUE_LOG)
        while some := list(islice(lines, AT_ONCE)):
            with circles_left():
                batch = _parsed(file, some, zone)
                taken.rows += len(batch.rows)
                taken.rejected += len(batch.rejected)
                taken.inserted += _write(file, batch)
            if not go_on():
                taken.is_all = False
                break
    return taken


def _file_of(source: IO[bytes], head: bytes, kind: PbxRowKind, name: str) -> PbxFile:
    """The one that begins like this, or a new one. What was known by less is known by more as it grows."""
    lengths = PbxFile.objects.filter(kind=kind, head_bytes__lte=len(head)).values_list("head_bytes", flat=True)
    digests = {digest_of(head[:length]) for length in set(lengths)}
    known = PbxFile.objects.filter(kind=kind, head_sha256__in=digests).order_by("-head_bytes").first()
    facts: dict[str, Any] = {"name": name, "seen_at": now_at()}
    if known is None:
        return PbxFile.objects.create(kind=kind, head_bytes=len(head), head_sha256=digest_of(head), **facts)
    if known.head_bytes < len(head):
        facts |= {"head_bytes": len(head), "head_sha256": digest_of(head)}
    PbxFile.objects.filter(pk=known.pk).update(**facts)
    return known


def _parsed(file: PbxFile, lines: Sequence[Line], zone: tzinfo) -> _Batch:
    kind, parse, base = file.kind, PARSERS[PbxRowKind(file.kind)], file.pk * PLACES
    batch = _Batch(read_to=lines[-1].place + len(lines[-1].text) + 1)
    for place, text in lines:
        if not text:
            continue
        try:
            row = parse(text, zone)
        except RowRejected as exc:
            batch.rejected.append((base + place, kind, exc.reason.value, text))
            continue
        batch.newest = max(batch.newest, row.at)
        if isinstance(row, QueueRow) and (agents_key := agent_key(row)):
            batch.rows.append((base + place, kind, agents_key, row.at, text))
            batch.agent_keys.add(agents_key)
            continue
        key, channel = names_of(row)
        batch.rows.append((base + place, kind, key, row.at, text))
        if not isinstance(row, CdrRow) and row.event in _TOLD_APART:
            _note(batch, base + place, row)
        batch.keys.add(key)
        if channel != key:
            batch.links.add((channel, key))
    batch.keys.discard("")
    return batch


def _note(batch: _Batch, id_: int, row: Row) -> None:
    """What is asked for by itself, and not with its call."""
    if isinstance(row, CelRow):
        batch.recordings += [(id_, file.leg.value, file.name, row.channel_id) for file in announced_in(row)]
    elif isinstance(row, QueueRow):
        batch.restarts.append((id_, row.at))


def names_of(row: Row) -> tuple[str, str]:
    """The call that a row names, or the channel where it names no more; and the channel."""
    if isinstance(row, QueueRow):
        return row.call, row.call
    return row.linked_id or row.channel_id, row.channel_id


def _write(file: PbxFile, batch: _Batch) -> int:
    with transaction.atomic():
        inserted = _insert_rows(batch.rows)
        _insert(PbxRejected, ("id", "kind", "reason", "raw"), batch.rejected)
        _insert(PbxLink, ("channel", "key"), sorted(batch.links))
        _stale(PbxStale, batch.keys)
        agents_stale(batch.agent_keys)
        _insert(PbxRecording, ("row", "leg", "name", "channel"), batch.recordings)
        _restarted(batch)
        newest = Greatest(Coalesce(F("newest"), 0.0), batch.newest) if batch.rows else F("newest")
        PbxFile.objects.filter(pk=file.pk, read_to__lt=batch.read_to).update(read_to=batch.read_to, newest=newest)
    return inserted


def agents_stale(keys: Iterable[str]) -> None:
    """These agents' days are to be made into sessions again."""
    _stale(AgentStale, keys)


def _stale(model: type[PbxStale | AgentStale], keys: Iterable[str]) -> None:
    _insert(model, ("key",), [(key,) for key in sorted(keys)], when_known="UPDATE SET key = EXCLUDED.key")


def _restarted(batch: _Batch) -> None:
    """Calls that were going on are over: they are made again, and find that the phone system was gone. So are
    sessions of agents who were in."""
    for id_, at in batch.restarts:
        before = PbxRow.objects.filter(pk__lt=id_, pk__gte=id_ // PLACES * PLACES).order_by("-pk").first()
        PbxRestart.objects.get_or_create(pk=id_, defaults={"at": at, "alive_at": before.at if before else 0.0})
        began = datetime.fromtimestamp(at, UTC)
        going_on = Call.objects.filter(ended_at=None, revision__gt=0, started_at__lt=began)
        _stale(PbxStale, going_on.order_by("external_id").values_list("external_id", flat=True))
        agents_stale(agent_days_around(at, alive_at=before.at if before else 0.0))


_ROW = ("id", "kind", "key", "at", "raw")
_ROW_TYPES = ("int8", "int2", "text", "float8", "bytea")


def _insert_rows(rows: Sequence[tuple[Any, ...]]) -> int:
    """PostgreSQL copies them in three times as fast as it inserts; that any is here already, which only another process
    that reads the same log brings about, it refuses as a whole."""
    if connection.vendor == "postgresql" and rows:
        try:
            with transaction.atomic():
                _copy_rows(rows)
                return len(rows)
        except IntegrityError:
            pass
    return _insert(PbxRow, _ROW, rows)


def _copy_rows(rows: Sequence[tuple[Any, ...]]) -> None:
    names = ", ".join(f'"{column}"' for column in _ROW)
    statement = f'COPY "{PbxRow._meta.db_table}" ({names}) FROM STDIN (FORMAT BINARY)'  # noqa: SLF001 - ours
    # Django gives its own errors for what a cursor executes, and not for what it copies.
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        copy.set_types(_ROW_TYPES)
        for row in rows:
            copy.write_row(row)


_ARRAYS = {"id": "bigint", "kind": "smallint", "at": "float8", "raw": "bytea", "row": "bigint"}


def _insert(model: Any, columns: Sequence[str], rows: Sequence[tuple[Any, ...]], *, when_known: str = "NOTHING") -> int:
    """What is here already stays as it is. Gives how many were new. One statement for thousands of rows: the ORM's own
    takes five times as long for a row.

    With `when_known` PostgreSQL holds what is here already, so that who derives waits for these rows to be there, or
    is waited for; in SQLite only one writes at a time.
    """
    if not rows:
        return 0
    names = ", ".join(f'"{column}"' for column in columns)
    table = model._meta.db_table  # noqa: SLF001 - documented for use
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            target = f" ({names})" if when_known != "NOTHING" else ""
            conflict = f"ON CONFLICT{target} DO {when_known}"
            arrays = ", ".join(f"%s::{_ARRAYS.get(column, 'text')}[]" for column in columns)
            cursor.execute(
                f'INSERT INTO "{table}" ({names}) SELECT * FROM unnest({arrays}) {conflict}',  # noqa: S608
                [list(values) for values in zip(*rows, strict=True)],
            )
        else:
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f'INSERT OR IGNORE INTO "{table}" ({names}) VALUES ({places})', rows)  # noqa: S608
        return int(cursor.rowcount)
