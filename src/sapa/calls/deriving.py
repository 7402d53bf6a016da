"""Rows of the phone system into calls, again and again: a call is what its rows say, however late one of them comes
(ADR 22)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Q

from sapa.calls.connectors.asterisk import story as asterisk
from sapa.calls.connectors.asterisk.site import Site
from sapa.calls.connectors.hosted import story as hosted
from sapa.calls.connectors.hosted.events import HostedEvent
from sapa.calls.models import PbxLink, PbxRestart, PbxRow, PbxRowKind, PbxStale
from sapa.calls.taking_rows import PARSERS, REFUSALS, AnyRow
from sapa.calls.types import LONGEST_CALL_S, DerivedCall, is_hosted

AT_ONCE = 500
MOST_VALUES = 900  # a database takes no more in one question
_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Gathered:
    """The rows of one call. `keys` are all the names it goes by, its own first."""

    keys: tuple[str, ...]
    rows: tuple[AnyRow, ...]


def stale_keys(*, limit: int = AT_ONCE) -> list[str]:
    """Within a transaction; held until its end, so that rows which come meanwhile make them stale again. The newest
    first: an archive that is loaded does not hold up the calls of this minute."""
    held = PbxStale.objects.select_for_update(skip_locked=True).order_by("-key")
    return list(held.values_list("key", flat=True)[:limit])


def derived_of(keys: Sequence[str], site: Site) -> Iterator[tuple[Gathered, DerivedCall | None]]:
    """The calls that these keys belong to, each once."""
    for gathered in gathered_of(keys, site):
        yield gathered, _derived(gathered, site)


def _derived(gathered: Gathered, site: Site) -> DerivedCall | None:
    """Where events tell of a call they alone are believed (ADR 24)."""
    key = gathered.keys[0]
    if events := [row for row in gathered.rows if isinstance(row, HostedEvent)]:
        return hosted.derive(key, events, site)
    rows = [row for row in gathered.rows if not isinstance(row, HostedEvent)]
    call = asterisk.derive(key, rows, site)
    if call is not None and call.ended_at is None and (lost_at := _lost_at(gathered)) is not None:
        call = asterisk.derive(key, rows, site, lost_at=lost_at)
    return call


def gathered_of(keys: Sequence[str], site: Site) -> Iterator[Gathered]:
    groups = [(key,) for key in keys if is_hosted(key)] + _groups_of(key for key in keys if not is_hosted(key))
    rows = _rows_of([name for group in groups for name in group], site)
    for group in groups:
        yield Gathered(group, tuple(row for name in group for row in rows[name]))


def _lost_at(gathered: Gathered) -> float | None:
    """The last sign of the phone system that this call was made by, when it has begun anew since."""
    last_at = max(row.at for row in gathered.rows)
    began = PbxRestart.objects.filter(at__gt=last_at).order_by("at").first()
    if began is None:
        return None
    return began.alive_at if began.alive_at - last_at < LONGEST_CALL_S else last_at


def _groups_of(keys: Iterable[str]) -> list[tuple[str, ...]]:
    """Names that are one call, by the channels that were in both. The oldest name is the call's."""
    joined: dict[str, str] = {}

    def whole(name: str) -> str:
        while (other := joined.setdefault(name, name)) != name:
            name = other
        return name

    asked: set[str] = set()
    new = set(keys)
    while new:
        asked |= new
        found = list(_links_of(new))
        for channel, key in found:
            one, other = sorted((whole(channel), whole(key)), key=_age)
            joined[other] = one
        new = {name for link in found for name in link} - asked
    groups: dict[str, list[str]] = defaultdict(list)
    for name in sorted(asked, key=_age):
        groups[whole(name)].append(name)
    return [tuple(group) for group in groups.values()]


def _links_of(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for some in pieces(sorted(names), MOST_VALUES // 2):
        yield from PbxLink.objects.filter(Q(channel__in=some) | Q(key__in=some)).values_list("channel", "key")


def _age(name: str) -> tuple[int, int, str]:
    """`1795286821.4` is older than `1795286821.12`; a name of another form is its text."""
    seconds, _, number = name.rpartition("-")[2].partition(".")
    return (int(seconds), int(number), name) if seconds.isdigit() and number.isdigit() else (1 << 62, 0, name)


def _rows_of(names: Sequence[str], site: Site) -> Mapping[str, list[AnyRow]]:
    rows: dict[str, list[AnyRow]] = defaultdict(list)
    for some in pieces(names, MOST_VALUES):
        for id_, key, kind, raw in PbxRow.objects.filter(key__in=some).values_list("pk", "key", "kind", "raw"):
            try:
                row = PARSERS[PbxRowKind(kind)](bytes(raw), site.zone)
            except REFUSALS:  # by a stricter version than the one that took it
                continue
            if isinstance(row, HostedEvent) and kind == PbxRowKind.CALL_LOG:
                row = row._replace(line=id_)
            rows[key].append(row)
    return rows


def pieces(values: Sequence[_Value], size: int) -> Iterator[Sequence[_Value]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
