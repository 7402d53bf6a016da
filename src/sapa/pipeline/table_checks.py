"""Whether a table of CEL or CDR can be followed: reached, its columns, its key, its newest rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import tzinfo

from sapa.calls.connectors.asterisk.conf_checks import Check, Level
from sapa.calls.connectors.asterisk.rows import CelRow
from sapa.calls.connectors.asterisk.table_place import TablePlace
from sapa.calls.errors import TableTrouble
from sapa.calls.reading import PARSERS, REFUSALS, AnyRow
from sapa.calls.table_source import Source
from sapa.calls.taking_tables import kind_of, source_of
from sapa.core.clock import now_at
from sapa.pipeline.pbx_ages import MOST_AHEAD_S, ago

LOOKED_AT = 1_000
_TELLING = {"Extra": "extra, of which it is known who hung up and who talked with whom", "CIDNum": "cid_num"}
_EVENTS_ALL = ("[general]", "events = ALL")


def tables_checked(places: Sequence[TablePlace], zone: tzinfo) -> Iterator[Check]:
    for place in places:
        with closing(source_of(place)) as source:
            try:
                yield from _checked(source, zone)
            except TableTrouble as exc:
                yield Check(f"{place.kind.upper()} table", Level.WRONG, f"{exc.code}: {exc.message}")


def _checked(source: Source, zone: tzinfo) -> Iterator[Check]:
    what, kind = f"{source.place.kind.upper()} table", kind_of(source.place)
    shape = source.shape()
    if lacking := [told for name, told in _TELLING.items() if name not in shape.names and source.place.kind == "cel"]:
        yield Check(what, Level.ADVICE, f"{source.label}: it has no column {'; '.join(lacking)}")
    span = source.span(shape)
    if span is None:
        yield Check(what, Level.ADVICE, f"{source.label}: is empty so far")
        return
    rows: list[AnyRow] = []
    reasons = Counter[str]()
    for line in source.lines(shape, after=max(span.lowest, span.highest - LOOKED_AT) - 1):
        try:
            rows.append(PARSERS[kind](line.text, zone))
        except REFUSALS as exc:
            reasons[exc.reason.value] += 1
    if reasons:
        most = reasons.most_common(1)[0][0]
        says = f"of its last {len(rows) + reasons.total()} rows {reasons.total()} are none (mostly {most})"
        yield Check(what, Level.ADVICE if rows else Level.WRONG, f"{source.label}: {says}")
    if rows:
        yield from _newest_checked(what, source, rows)


def _newest_checked(what: str, source: Source, rows: Sequence[AnyRow]) -> Iterator[Check]:
    ahead_s = max(row.at for row in rows) - now_at().timestamp()
    events = {row.event for row in rows if isinstance(row, CelRow)}
    if ahead_s > MOST_AHEAD_S:
        says = "set both clocks by NTP, and the right zone here (utc=yes with usegmtime=yes)"
        yield Check(what, Level.WRONG, f"{source.label}: the newest row is {ahead_s:.0f} s in the future; {says}")
    elif events and "CHAN_END" in events and "LINKEDID_END" not in events:
        says = "holds no LINKEDID_END: that a call is over is known by its channels only"
        yield Check(what, Level.ADVICE, f"{source.label}: {says}", "cel.conf", _EVENTS_ALL)
    else:
        yield Check(what, Level.WELL, f"{source.label}: {len(rows)} rows read, the newest {ago(-ahead_s)}")
