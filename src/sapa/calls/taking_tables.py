"""Rows of tables of CEL and CDR into ours, each once, with how far was read in the same transaction (ADR 27).

A table is a log like a file: it has a number, and a row's place is its key in the table. By its last rows that are here
it is known again, and not by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import tzinfo

from django.db.models import Q

from sapa.calls.connectors.asterisk.rows import RowRejected
from sapa.calls.connectors.asterisk.table_place import TablePlace
from sapa.calls.log_files import Line, digest_of
from sapa.calls.models import PbxFile, PbxRejected, PbxRow, PbxRowKind
from sapa.calls.reading import HEADS, lines_read
from sapa.calls.table_postgres import PostgresSource
from sapa.calls.table_source import LAST_KEY, Shape, Source, Span
from sapa.calls.table_sqlite import SqliteSource
from sapa.calls.taking_rows import BEGINNINGS, Taken, read_write
from sapa.calls.types import PLACES
from sapa.core.clock import now_at
from sapa.core.garbage import circles_left

NO_HEAD = 0  # bytes: a table has no beginning that it could be known by
LOOK_BACK = 1_000
LOOK_FAR_BACK = 50_000
"""Keys. They are given in order and come in any: who wrote the lower one may end the transaction later."""
_COMPARED = 20


def source_of(place: TablePlace) -> Source:
    return SqliteSource(place) if place.vendor == "sqlite" else PostgresSource(place)


def kind_of(place: TablePlace) -> PbxRowKind:
    return BEGINNINGS[place.kind]


def table_take(
    source: Source, zone: tzinfo, *, look_back: int = LOOK_BACK, go_on: Callable[[], bool] = lambda: True
) -> Taken:
    """What is new in it, to its end or while `go_on` says so; and what of the last `look_back` keys was not there when
    they were read. Raises `TableTrouble`; what was read before that is here."""
    taken = Taken()
    shape = source.shape()
    span = source.span(shape)
    file = _log_of(source, shape, span, zone)
    if file is None or span is None:
        return taken
    taken.file = file.pk
    after = file.read_to or -1
    for lines in _late(source, shape, file, max(after - look_back, span.lowest - 1), after):
        _take(file, lines, zone, taken, read_to=0)
        if not go_on():
            taken.is_all = False
            return taken
    while lines := source.lines(shape, after=after):
        after = lines[-1].place
        _take(file, lines, zone, taken, read_to=after)
        if not go_on():
            taken.is_all = False
            break
    return taken


def _take(file: PbxFile, lines: list[Line], zone: tzinfo, taken: Taken, *, read_to: int) -> None:
    with circles_left():
        read = lines_read(int(file.kind), file.pk * PLACES, lines, zone)
        read.read_to = read_to
        taken.rows += len(read.rows)
        taken.rejected += len(read.rejected)
        taken.inserted += read_write(file, read)
    PbxFile.objects.filter(pk=file.pk).update(name=file.name, seen_at=now_at())


def _late(source: Source, shape: Shape, file: PbxFile, after: int, to: int) -> Iterator[list[Line]]:
    """Rows up to there that are not here."""
    while after < to and (keys := source.keys(shape, after=after, to=to)):
        here = _here(file, after=after, to=keys[-1])
        missing = [key for key in keys if key not in here]
        while missing and (lines := source.lines_at(shape, missing)):
            yield lines
            missing = [key for key in missing if key > lines[-1].place]
        after = keys[-1]


def _here(file: PbxFile, *, after: int, to: int) -> set[int]:
    base = file.pk * PLACES
    within = Q(pk__gt=base + after, pk__lte=base + to)
    return {
        pk - base for model in (PbxRow, PbxRejected) for pk in model.objects.filter(within).values_list("pk", flat=True)
    }


def _log_of(source: Source, shape: Shape, span: Span | None, zone: tzinfo) -> PbxFile | None:
    """The log that this table is, or a new one: of a table that was emptied, or restored from a copy, or of which an
    older copy answers. An empty table is none yet."""
    kind = kind_of(source.place)
    known = list(PbxFile.objects.filter(kind=kind, head_bytes=NO_HEAD).order_by("-pk"))
    known.sort(key=lambda file: file.name != source.label)
    if span is None:
        return next((file for file in known if file.name == source.label), None)
    for file in known:
        if _is_it(source, shape, span, file, zone):
            file.name = source.label
            return file
    digest = digest_of(f"{source.label}, after {max((file.pk for file in known), default=0)}".encode())
    facts = {"head_bytes": NO_HEAD, "name": source.label, "seen_at": now_at()}
    return PbxFile.objects.get_or_create(kind=kind, head_sha256=digest, defaults=facts)[0]


def _is_it(source: Source, shape: Shape, span: Span, file: PbxFile, zone: tzinfo) -> bool:
    """Whether the last rows of it that are here stand in the table under their keys. Where none of them is there any
    more, old ones were cleared away and newer ones have come: then its name tells."""
    if span.highest < file.read_to:
        return False
    base = file.pk * PLACES
    rows = PbxRow.objects.filter(pk__gte=base, pk__lte=base + LAST_KEY).order_by("-pk")[:_COMPARED]
    ours = {row.pk - base: bytes(row.raw) for row in rows}
    there = source.lines_at(shape, sorted(ours))
    if not all(_says(file, line.text, zone) == _says(file, ours[line.place], zone) for line in there):
        return False
    return bool(there) or file.name == source.label


def _says(file: PbxFile, raw: bytes, zone: tzinfo) -> tuple[str, ...]:
    """What does not change when columns are added, or get another type."""
    try:
        head = HEADS[PbxRowKind(file.kind)](raw, zone)
    except RowRejected as exc:
        return ("", exc.reason.value)
    return head.event, head.channel
