"""Agents' day as its page shows it: a row for each, a bar of the day, and the same in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import ceil, floor
from urllib.parse import urlencode

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sapa.accounts.models import Person
from sapa.calls.agent_figures import AgentFigures
from sapa.calls.agent_reading import AgentOnDay, Who, agent_days, day_begins
from sapa.desk.wording.figures import span

PAGE_ROWS = 100
_HOUR_S = 3600.0
_FEWEST_HOURS, _MOST_TICKS = 4, 9
_MOST_TOLD = 12  # stretches of a bar, in words
_KEYS: dict[str, Callable[[AgentOnDay], float | None]] = {
    "first": lambda one: one.figures.first_in_at,
    "last": lambda one: one.figures.last_out_at,
    "in": lambda one: one.figures.logged_in_s,
    "paused": lambda one: one.figures.paused_s,
    "on-calls": lambda one: one.figures.on_calls_s,
    "occupancy": lambda one: one.figures.occupancy_share,
    "calls": lambda one: one.figures.calls,
    "missed": lambda one: one.figures.missed_offers,
}
SORT_KEYS = ("name", *_KEYS)


@dataclass(frozen=True)
class AgentsWanted:
    """What the page is asked for. `sort` is one of `SORT_KEYS`, with a minus for the highest first; `text` is a part of
    a name here or in the phone system."""

    on: date
    sort: str = "name"
    team: str = ""
    text: str = ""

    @property
    def is_narrow(self) -> bool:
        return bool(self.team or self.text)

    def fits(self, who: Who) -> bool:
        text = self.text.casefold()
        return self.team in ("", who.team) and any(text in name.casefold() for name in (who.name, *who.pbx_names))

    def query(self, **changed: object) -> str:
        told = {"on": self.on.isoformat(), "team": self.team, "q": self.text, "sort": self.sort} | changed
        return "?" + urlencode({key: value for key, value in told.items() if value not in ("", None)})


@dataclass(frozen=True)
class Stretch:
    """A piece of the bar, in thousandths of it. `kind`: in, paused, call."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True)
class Tick:
    label: str
    x_pct: float


@dataclass(frozen=True)
class AgentRow:
    who: Who
    figures: AgentFigures
    first_in_at: datetime | None
    last_out_at: datetime | None
    bar: tuple[Stretch, ...]
    words: str

    @property
    def occupancy_pct(self) -> float | None:
        return None if self.figures.occupancy_share is None else 100 * self.figures.occupancy_share

    @property
    def came_before(self) -> date | None:
        """The day on which they came in, where that was an earlier one."""
        began = self.first_in_at
        return began.date() if began and began.date() < self._on else None

    _on: date = date.min


@dataclass(frozen=True)
class AgentSheet:
    """`count` agents fit, of `in_all` of whom anything is told; `teams` are all of theirs."""

    on: date
    rows: tuple[AgentRow, ...]
    count: int
    in_all: int
    teams: tuple[str, ...]
    ticks: tuple[Tick, ...]
    number: int
    pages: int
    has_unknown: bool


def agent_sheet(person: Person, wanted: AgentsWanted, *, number: int = 1) -> AgentSheet:
    everybody = agent_days(person, wanted.on, wanted.on)
    days = in_order([one for one in everybody if wanted.fits(one.who)], wanted.sort)
    begins, ends = _axis(days, wanted.on)
    pages = max(1, ceil(len(days) / PAGE_ROWS))
    number = min(max(1, number), pages)
    shown = days[(number - 1) * PAGE_ROWS : number * PAGE_ROWS]
    return AgentSheet(
        on=wanted.on,
        rows=tuple(_row(one, begins, ends) for one in shown),
        count=len(days),
        in_all=len(everybody),
        teams=tuple(sorted({one.who.team for one in everybody if one.who.team}, key=str.casefold)),
        ticks=_ticks(begins, ends),
        number=number,
        pages=pages,
        has_unknown=any(one.figures.logged_in_s is None for one in shown),
    )


def in_order(days: Sequence[AgentOnDay], sort: str) -> list[AgentOnDay]:
    """What is not known comes last either way."""
    key, is_descending = sort.removeprefix("-"), sort.startswith("-")
    if key not in _KEYS:
        return sorted(days, key=lambda one: one.who.name.casefold(), reverse=is_descending)
    value = _KEYS[key]
    known = [one for one in days if value(one) is not None]
    unknown = [one for one in days if value(one) is None]
    return sorted(known, key=lambda one: value(one) or 0.0, reverse=is_descending) + unknown


def _axis(days: Sequence[AgentOnDay], on: date) -> tuple[float, float]:
    """Whole hours around all that was on that day, within it."""
    begins, ends = day_begins(on).timestamp(), day_begins(on + timedelta(days=1)).timestamp()
    edges = [edge for one in days for stretch in (*one.figures.inside, *one.figures.on_calls) for edge in stretch]
    edges += [edge for one in days for pause in one.figures.pauses for edge in (pause.since, pause.until)]
    if not edges:
        return begins, ends
    first = begins + floor((min(edges) - begins) / _HOUR_S) * _HOUR_S
    last = max(begins + ceil((max(edges) - begins) / _HOUR_S) * _HOUR_S, first + _FEWEST_HOURS * _HOUR_S)
    return max(begins, min(first, ends - _FEWEST_HOURS * _HOUR_S)), min(ends, last)


def _ticks(begins: float, ends: float) -> tuple[Tick, ...]:
    hours = round((ends - begins) / _HOUR_S)
    every = next((step for step in (1, 2, 3, 4, 6) if hours / step < _MOST_TICKS), 6)
    marks = [begins + number * _HOUR_S for number in range(0, hours, every)]
    return tuple(Tick(f"{_local(at):%H:%M}", 100 * (at - begins) / (ends - begins)) for at in marks)


def _row(one: AgentOnDay, begins: float, ends: float) -> AgentRow:
    figures = one.figures
    kinds = [
        *(("in", since, until) for since, until in figures.inside),
        *(("paused", pause.since, pause.until) for pause in figures.pauses),
        *(("call", since, until) for since, until in figures.on_calls),
    ]
    scale = 1000 / (ends - begins)
    return AgentRow(
        who=one.who,
        figures=figures,
        first_in_at=None if figures.first_in_at is None else _local(figures.first_in_at),
        last_out_at=None if figures.last_out_at is None else _local(figures.last_out_at),
        bar=tuple(
            Stretch(kind, (since - begins) * scale, max(1.0, (until - since) * scale)) for kind, since, until in kinds
        ),
        words=_words(figures),
        _on=one.on,
    )


def _words(figures: AgentFigures) -> str:
    told = [_("in %(since)s to %(until)s") % _times(since, until) for since, until in figures.inside[:_MOST_TOLD]]
    for pause in figures.pauses[:_MOST_TOLD]:
        words = _("paused %(since)s to %(until)s") % _times(pause.since, pause.until)
        told.append(f"{words} ({pause.reason})" if pause.reason else words)
    if figures.calls:
        count = ngettext("%(count)s call", "%(count)s calls", figures.calls) % {"count": figures.calls}
        told.append(f"{count}, {span(figures.on_calls_s)}")
    return "; ".join(told) or _("nothing is told")


def _times(since: float, until: float) -> dict[str, str]:
    return {"since": f"{_local(since):%H:%M}", "until": f"{_local(until):%H:%M}"}


def _local(at: float) -> datetime:
    return localtime(datetime.fromtimestamp(at, UTC))
