"""Rows of the phone system into calls, again and again: a call is what its rows say, however late one of them comes
(ADR 22)."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from django.db.models import Q

from sapa.calls.connectors.asterisk.shifts import Restart
from sapa.calls.connectors.asterisk.site import Site
from sapa.calls.models import PbxLink, PbxRestart, PbxRow, PbxStale
from sapa.calls.telling import RawCall, ToldCall, calls_told
from sapa.calls.types import is_hosted
from sapa.core.beside import Doing

AT_ONCE = 500
CALLS_AT_ONCE = 500
MOST_VALUES = 900  # a database takes no more in one question
_Value = TypeVar("_Value")


def stale_keys(*, limit: int = AT_ONCE) -> list[str]:
    """Within a transaction; held until its end, so that rows which come meanwhile make them stale again. The newest
    first: an archive that is loaded does not hold up the calls of this minute."""
    held = PbxStale.objects.select_for_update(skip_locked=True).order_by("-key")
    return list(held.values_list("key", flat=True)[:limit])


def calls_of_keys(keys: Sequence[str], site: Site, doing: Doing) -> Iterator[list[ToldCall]]:
    """The calls that these keys belong to, each once, some hundreds at a time."""
    restarts = tuple(
        Restart(*one) for one in PbxRestart.objects.order_by("at", "alive_at").values_list("at", "alive_at")
    )
    begun: deque[Callable[[], list[ToldCall]]] = deque()
    for some in pieces(_calls_of(keys), CALLS_AT_ONCE):
        begun.append(doing(calls_told, _raw_calls(some), site, restarts))
        if len(begun) > doing.ahead:
            yield begun.popleft()()
    while begun:
        yield begun.popleft()()


def restarts_known() -> tuple[Restart, ...]:
    """All of them by time: there is one in weeks."""
    told = PbxRestart.objects.order_by("at", "alive_at").values_list("at", "alive_at")
    return tuple(Restart(*one) for one in told)


def _calls_of(keys: Sequence[str]) -> list[tuple[str, ...]]:
    return [(key,) for key in keys if is_hosted(key)] + _groups_of(key for key in keys if not is_hosted(key))


def _raw_calls(groups: Sequence[tuple[str, ...]]) -> list[RawCall]:
    rows: dict[str, list[tuple[int, int, bytes]]] = defaultdict(list)
    for some in pieces([name for group in groups for name in group], MOST_VALUES):
        for id_, key, kind, raw in PbxRow.objects.filter(key__in=some).values_list("pk", "key", "kind", "raw"):
            rows[key].append((id_, kind, bytes(raw)))
    return [RawCall(group, [row for name in group for row in rows[name]]) for group in groups]


def _groups_of(keys: Iterable[str]) -> list[tuple[str, ...]]:
    """Names that are one call, by the channels that were in both. The oldest name is the call's, of those that are not
    known as a channel of another: where the clock was set back, a channel that was made later is named as older."""
    joined: dict[str, str] = {}
    under: set[str] = set()

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
            if channel != key:
                under.add(channel)
        new = {name for link in found for name in link} - asked
    groups: dict[str, list[str]] = defaultdict(list)
    for name in sorted(asked, key=lambda name: (name in under, *_age(name))):
        groups[whole(name)].append(name)
    return [tuple(group) for group in groups.values()]


def _links_of(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for some in pieces(sorted(names), MOST_VALUES // 2):
        yield from PbxLink.objects.filter(Q(channel__in=some) | Q(key__in=some)).values_list("channel", "key")


def _age(name: str) -> tuple[int, int, str]:
    """`1795286821.4` is older than `1795286821.12`; a name of another form is its text."""
    seconds, _, number = name.rpartition("-")[2].partition(".")
    return (int(seconds), int(number), name) if seconds.isdigit() and number.isdigit() else (1 << 62, 0, name)


def pieces(values: Sequence[_Value], size: int) -> Iterator[Sequence[_Value]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
