"""Logs of the phone system, and tables of its databases, through the whole way to calls, and what they amount to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from math import fsum
from pathlib import Path
from typing import Any

from django.db.models import Q

from sapa.calls.connectors.asterisk.site import Site
from sapa.calls.connectors.asterisk.table_place import TablePlace
from sapa.calls.deriving import MOST_VALUES, pieces
from sapa.calls.errors import LogsMissing
from sapa.calls.keeping import rows_derive
from sapa.calls.models import Call, DispositionChoice, PbxRejected, PbxRow, PbxRowKind
from sapa.calls.table_source import LAST_KEY
from sapa.calls.taking_rows import log_check, log_take, logs_in
from sapa.calls.taking_tables import source_of, table_take
from sapa.calls.types import PLACES, source_key
from sapa.core.beside import HERE, beside

MOST_REJECTIONS = 1_000  # shown; all are kept
MUCH_BYTES = 4 << 20  # from there on other processes help, which take half a second to begin
KEYS_AT_ONCE = 5_000


@dataclass(frozen=True)
class Rejected:
    """A line that is no row: where it stood, which `unit` tells (a byte, or a row of a table), and why."""

    file: str
    place: int
    unit: str
    reason: str
    line: bytes


@dataclass
class Replay:
    """`files`: the numbers here of those that were read, `tables`: which of them are none; `inserted`: how many rows
    were new; `taking_s`: of the `seconds` what passed until all rows were here."""

    files: dict[int, str] = field(default_factory=dict)
    tables: set[int] = field(default_factory=set)
    inserted: int = 0
    taking_s: float = 0.0
    seconds: float = 0.0

    @property
    def rows(self) -> int:
        return PbxRow.objects.filter(in_files(self.files)).count()

    @property
    def rejected_count(self) -> int:
        return PbxRejected.objects.filter(in_files(self.files)).count()

    @property
    def rejected(self) -> list[Rejected]:
        """The first of them; all are kept."""
        first = PbxRejected.objects.filter(in_files(self.files)).order_by("pk")[:MOST_REJECTIONS]
        return [self._rejected(*divmod(one.pk, PLACES), one) for one in first]

    def _rejected(self, file: int, place: int, one: PbxRejected) -> Rejected:
        unit = "row" if file in self.tables else "byte"
        return Rejected(self.files[file], place, unit, one.reason, bytes(one.raw))


def in_files(files: Iterable[int]) -> Q:
    """Rows of these files."""
    wanted = Q(pk__in=[])
    for file in files:
        wanted |= Q(pk__gte=file * PLACES, pk__lt=(file + 1) * PLACES)
    return wanted


@dataclass(frozen=True)
class Figures:
    """Waiting is counted for answered and for abandoned calls apart, and so is talk."""

    calls: int
    answered: int
    abandoned: int
    talk_s: float
    wait_answered_s: float
    wait_abandoned_s: float


def logs_replay(
    folder: Path | None,
    site: Site,
    *,
    tables: Sequence[TablePlace] = (),
    progress: Callable[[str], None] | None = None,
) -> Replay:
    """Raises `LogsMissing`, `CallLogHeader` before anything is read, `OSError`, `TableTrouble`."""
    told = progress or (lambda _sentence: None)
    started = time.monotonic()
    replay = Replay()
    logs = logs_in(folder) if folder is not None and folder.is_dir() else []
    if folder is not None and not logs:
        raise LogsMissing(str(folder))
    for path, kind in logs:
        log_check(path, kind)
    is_much = bool(tables) or sum(path.stat().st_size for path, _ in logs) > MUCH_BYTES
    with beside() if is_much else nullcontext(HERE) as doing:
        for path, kind in logs:
            told(f"reading {path.name}")
            taken = log_take(path, kind, site.zone, is_finished=kind == PbxRowKind.CALL_LOG, doing=doing)
            replay.inserted += taken.inserted
            if taken.file is not None:
                replay.files[taken.file] = path.name
        for place in tables:
            told(f"reading {place.label}")
            with closing(source_of(place)) as source:
                taken = table_take(source, site.zone, look_back=LAST_KEY)
            replay.inserted += taken.inserted
            if taken.file is not None:
                replay.files[taken.file] = place.label
                replay.tables.add(taken.file)
        replay.taking_s = time.monotonic() - started
        while keys := rows_derive(site, limit=KEYS_AT_ONCE, doing=doing):
            told(f"deriving: {keys} names")
    replay.seconds = time.monotonic() - started
    return replay


def calls_of(files: Iterable[int]) -> Iterator[Call]:
    """The calls that the rows of these files speak of, the oldest names first."""
    rows = PbxRow.objects.filter(in_files(files)).exclude(Q(key="") | Q(key__startswith="agent/"))
    keys = rows.order_by("key").values_list("key", flat=True).distinct()
    for some in pieces(list(keys), MOST_VALUES):
        known = Call.objects.filter(source_key__in=[source_key(key) for key in some], part_of=None, revision__gt=0)
        yield from known.order_by("source_key")


def figures_of(calls: Iterable[Call]) -> Figures:
    count, answered, abandoned = 0, [], []
    for call in calls:
        count += 1
        if call.disposition == DispositionChoice.ANSWERED:
            answered.append((call.talk_s or 0.0, call.wait_s or 0.0))
        elif call.disposition == DispositionChoice.ABANDONED:
            abandoned.append(call.wait_s or 0.0)
    return Figures(
        calls=count,
        answered=len(answered),
        abandoned=len(abandoned),
        talk_s=round(fsum(talk for talk, _ in answered), 3),
        wait_answered_s=round(fsum(wait for _, wait in answered), 3),
        wait_abandoned_s=round(fsum(abandoned), 3),
    )


def call_as_json(call: Call) -> dict[str, Any]:
    """The shape that `sapa pbx replay --calls` promises."""
    story = call.story
    is_long_known = call.talk_s is not None
    return {
        "linkedid": call.external_id,
        "direction": call.direction,
        "customer": call.customer_number,
        "dialled": call.dialled,
        "queues": list(dict.fromkeys(visit["queue"] for visit in story["queues"])),
        "agents": [
            {"name": share["agent"], "talk_s": share["talk_s"] if is_long_known else None} for share in story["agents"]
        ],
        "disposition": call.disposition,
        "ring_s": call.ring_s,
        "wait_s": call.wait_s,
        "talk_s": call.talk_s,
        "hold_s": call.hold_s,
        "hung_up_by": call.hung_up_by or None,
        "transfers": [{"kind": one["kind"], "to": one["to"]} for one in story["transfers"]],
        "missed_offers": len(story["missed"]),
    }
