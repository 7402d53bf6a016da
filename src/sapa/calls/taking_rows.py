"""Lines of the phone system's logs into rows, each once, with how far was read in the same transaction (ADR 22)."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest

from sapa.calls.agents_within import agent_days_around
from sapa.calls.connectors.hosted import call_log
from sapa.calls.connectors.hosted.call_log import Header
from sapa.calls.copying import stream_copy
from sapa.calls.errors import CallLogHeader
from sapa.calls.log_files import HEAD_BYTES, digest_of, head_of, lines_of, opened
from sapa.calls.models import (
    AgentStale,
    Call,
    HungUpByChoice,
    PbxEvent,
    PbxFile,
    PbxLink,
    PbxRecording,
    PbxRejected,
    PbxRestart,
    PbxRow,
    PbxRowKind,
    PbxStale,
)
from sapa.calls.packing import Packed, RawRow, packed
from sapa.calls.reading import Read, lines_read
from sapa.calls.types import LONGEST_CALL_S, PLACES, hosted_key, source_key
from sapa.core.beside import HERE, Doing
from sapa.core.clock import now_at
from sapa.core.garbage import circles_left

AT_ONCE = 10_000
LONGEST_HEADER = 4_096
BEGINNINGS = {"queue_log": PbxRowKind.QUEUE_LOG, "cel": PbxRowKind.CEL, "cdr": PbxRowKind.CDR}
_DATABASES = {".db", ".sqlite", ".sqlite3"}  # that Asterisk may write beside its logs
_CALL_LOGS = (".csv", ".csv.gz")


@dataclass
class Taken:
    """What a reading brought: how many lines are rows, how many of these are new here, and how many are none. `file` is
    the log's number, None of an empty one; `is_all` says that its end was reached."""

    rows: int = 0
    inserted: int = 0
    rejected: int = 0
    file: int | None = None
    is_all: bool = True


def logs_in(folder: Path) -> list[tuple[Path, PbxRowKind]]:
    """By their names or their folders': `queue_log*`, `cel*`, `cdr*`; by its name alone: `calls*.csv`. Raises
    `OSError`."""
    with os.scandir(folder):
        pass  # `rglob` finds nothing in a folder that may not be read, and says nothing
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in _DATABASES and path.is_file():
            names = (path.name, *reversed(path.relative_to(folder).parts[:-1]))
            kind = next((kind for name in names if (kind := _kind_of(name))), None)
            kind = PbxRowKind.CALL_LOG if _is_call_log(path.name) else kind
            if kind is not None:
                found.append((path, kind))
    return found


def _kind_of(name: str) -> PbxRowKind | None:
    return next((kind for start, kind in BEGINNINGS.items() if name.casefold().startswith(start)), None)


def _is_call_log(name: str) -> bool:
    return name.casefold().startswith("calls") and name.casefold().endswith(_CALL_LOGS)


def log_take(
    path: Path,
    kind: PbxRowKind,
    zone: tzinfo,
    *,
    is_finished: bool = False,
    go_on: Callable[[], bool] = lambda: True,
    doing: Doing = HERE,
) -> Taken:
    """Read on in this log, to its end or while `go_on` says so. Of one that is finished, as only an export is, the last
    line needs no newline. Raises `OSError`; what was written before that is here. Raises `CallLogHeader`."""
    taken = Taken()
    with opened(path) as source:
        header, head = _heads_of(source, kind, path.name, is_finished=is_finished)
        if not head:
            return taken
        file = _file_of(source, head, kind, str(path))
        taken.file = file.pk
        is_quoted = kind != PbxRowKind.QUEUE_LOG
        read = partial(lines_read, is_packed=connection.vendor == "postgresql")
        lines = lines_of(source, start=file.read_to, is_quoted=is_quoted, is_finished=is_finished)
        begun: deque[Callable[[], Read]] = deque()
        while (some := list(islice(lines, AT_ONCE))) or begun:
            if some:
                begun.append(doing(read, int(file.kind), file.pk * PLACES, some, zone, header))
                if len(begun) <= doing.ahead:
                    continue
            with circles_left():
                result = begun.popleft()()
                taken.rows += len(result.rows)
                taken.rejected += len(result.rejected)
                taken.inserted += read_write(file, result)
            if not go_on():
                taken.is_all = False
                break
    return taken


def log_check(path: Path, kind: PbxRowKind) -> None:
    """Raises `CallLogHeader`, `OSError`."""
    if kind == PbxRowKind.CALL_LOG:
        with opened(path) as source:
            _heads_of(source, kind, path.name)


def _heads_of(
    source: IO[bytes], kind: PbxRowKind, name: str, *, is_finished: bool = False
) -> tuple[Header | None, bytes]:
    """What the columns of a call log are, and what a log is known by: of a call log that is more, since headers are
    alike. Nothing while a header has no end."""
    if kind != PbxRowKind.CALL_LOG:
        return None, head_of(source)
    source.seek(0)
    line = source.readline(LONGEST_HEADER)
    if not line.endswith(b"\n"):
        if len(line) == LONGEST_HEADER:
            raise CallLogHeader(name, f"the first line is no header: it is over {LONGEST_HEADER} bytes")
        return None, b""
    try:
        header = call_log.header_of(line.rstrip(b"\r\n"))
    except ValueError as exc:
        raise CallLogHeader(name, str(exc)) from exc
    return header, head_of(source, len(line) + HEAD_BYTES, is_finished=is_finished)


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


def read_write(file: PbxFile, read: Read) -> int:
    with transaction.atomic():
        inserted = rows_insert(read.rows)
        rejected_keep(read.rejected)
        _insert(PbxLink, ("channel", "key"), sorted(read.links))
        stale_mark(read.keys)
        agents_stale(read.agent_keys)
        recordings_note(read.recordings)
        _restarted(read)
        _restarts_set_back(file, read)
        newest = Greatest(Coalesce(F("newest"), 0.0), read.newest) if read.rows else F("newest")
        PbxFile.objects.filter(pk=file.pk, read_to__lt=read.read_to).update(read_to=read.read_to, newest=newest)
    return inserted


def _restarted(read: Read) -> None:
    """Calls that were going on are over: they are made again, and find that the phone system was gone. So are
    sessions of agents who were in."""
    for id_, at in read.restarts:
        before = PbxRow.objects.filter(pk__lt=id_, pk__gte=id_ // PLACES * PLACES).order_by("-pk").first()
        PbxRestart.objects.get_or_create(pk=id_, defaults={"at": at, "alive_at": before.at if before else 0.0})
        began = datetime.fromtimestamp(at, UTC)
        going_on = Call.objects.filter(ended_at=None, revision__gt=0, started_at__lt=began)
        going_on = going_on.exclude(source_key__startswith=source_key(hosted_key("")))  # nobody began anew there
        stale_mark(going_on.values_list("external_id", flat=True))
        agents_stale(agent_days_around(at, alive_at=before.at if before else 0.0))


def _restarts_set_back(file: PbxFile, read: Read) -> None:
    """What stands behind a restart in its log came after it, also where the clock was ahead then and was set back. Not
    where it is older than the line before the restart: that is another clock that was wrong, or an archive."""
    begin, behind = file.pk * PLACES, float("inf")
    if not read.rows or file.kind != PbxRowKind.QUEUE_LOG:
        return
    ahead = PbxRestart.objects.filter(pk__gte=begin, pk__lt=begin + read.read_to, at__gt=read.oldest).order_by("-pk")
    rows = list(_listed(read.rows)) if ahead else []
    for restart in ahead:
        while rows and rows[-1][0] > restart.pk:
            behind = min(behind, rows.pop()[3])
        if restart.alive_at < behind < restart.at:
            PbxRestart.objects.filter(pk=restart.pk).update(at=behind)
            agents_stale(agent_days_around(behind, alive_at=restart.alive_at))
            _stale_lost(behind, restart.at)


def _stale_lost(since: float, until: float) -> None:
    """Calls that a restart of a time between these may have ended."""
    began = (datetime.fromtimestamp(at, UTC) for at in (since - LONGEST_CALL_S, until))
    lost = Call.objects.filter(started_at__range=tuple(began), revision__gt=0, hung_up_by=HungUpByChoice.SYSTEM)
    stale_mark(lost.values_list("external_id", flat=True))


def _listed(rows: Sequence[RawRow] | Packed) -> Sequence[RawRow]:
    return rows.rows() if isinstance(rows, Packed) else rows


def stale_mark(keys: Iterable[str]) -> None:
    """Their calls are to be made again. Who makes one of them now is waited for, so that its end does not take it for
    done."""
    _stale(PbxStale, keys)


def agents_stale(keys: Iterable[str]) -> None:
    """These agents' days are to be made into sessions again."""
    _stale(AgentStale, keys)


def _stale(model: type[PbxStale | AgentStale], keys: Iterable[str]) -> None:
    _insert(model, ("key",), [(key,) for key in sorted(set(keys))], when_known="UPDATE SET key = EXCLUDED.key")


def rejected_keep(rows: Sequence[tuple[int, int, str, bytes]]) -> None:
    _insert(PbxRejected, ("id", "kind", "reason", "raw"), rows)


def recordings_note(rows: Sequence[tuple[int, str, str, str, str, float]]) -> None:
    _insert(PbxRecording, ("row", "leg", "name", "folder", "channel", "at"), rows)


def events_know(rows: Sequence[tuple[str, int]]) -> None:
    _insert(PbxEvent, ("event_id", "row"), rows)


_ROW = ("id", "kind", "key", "at", "raw")


def rows_insert(rows: Sequence[RawRow] | Packed) -> int:
    """PostgreSQL copies them in three times as fast as it inserts; that any is here already, which only another process
    that reads the same log brings about, it refuses as a whole."""
    if connection.vendor == "postgresql" and rows:
        stream = rows if isinstance(rows, Packed) else packed(rows)
        try:
            with transaction.atomic():
                stream_copy(PbxRow, _ROW, stream.stream)
                return len(rows)
        except IntegrityError:
            pass
    return _insert(PbxRow, _ROW, _listed(rows))


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
