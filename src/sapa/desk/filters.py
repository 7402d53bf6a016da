"""What the call list is asked for, read from its address and written back to it. A wrong value is no filter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date

from sapa.calls.models import MEASURES
from sapa.calls.types import Direction, Disposition, HungUpBy
from sapa.core.clock import now_at
from sapa.desk.wording.figures import clock
from sapa.pipeline.models import StageState
from sapa.scorecards.types import Verdict

PERIODS = ("today", "yesterday", "week", "month", "dates")
SORT_KEYS = (
    "time", "direction", "agent", "customer", "queue", "wait", "talk", "ring", "hold", "duration", "language", "state",
    "cqr", "verdict", "tags",
)  # fmt: skip
RANGES = (*MEASURES, "cqr")
BY_NAME = {"agent", "customer"}
DIRECTIONS = (*(direction.value for direction in Direction if direction), "unknown")
RESULTS = tuple(disposition.value for disposition in Disposition if disposition)
ENDED_BY = tuple(party.value for party in HungUpBy if party)
MOVED = ("yes", "no")
NO_SOUND = "none"  # a state in the line: none, since no recording has come
SOUND_MISSING = "missing"  # the phone system said that it recorded the call, and no recording has come
_NEWEST_FIRST = "-time"
_MAX_TEXT = 100
_LONGEST = 86_400.0  # a day
_MOST_PCT = 100.0
_SIXTY = 60


@dataclass(frozen=True)
class Range:
    """At least and at most; seconds, of CQR percent. `name` is one of `RANGES`."""

    name: str
    low: float | None = None
    high: float | None = None

    def as_typed(self) -> tuple[str, str]:
        return range_text(self.name, self.low), range_text(self.name, self.high)


@dataclass(frozen=True)
class CallFilter:
    """`sort` is a column key, with a minus for descending. `after` and `before` are cursors: where the page begins."""

    period: str = ""
    since_on: date | None = None
    until_on: date | None = None
    direction: str = ""
    agent: str = ""
    queue: str = ""
    project: str = ""
    verdict: str = ""
    state: str = ""
    result: str = ""
    text: str = ""
    team: str = ""
    number: str = ""
    ended_by: str = ""
    moved: str = ""
    ranges: tuple[Range, ...] = ()
    sort: str = _NEWEST_FIRST
    after: str = ""
    before: str = ""

    @property
    def sort_key(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def is_descending(self) -> bool:
        return self.sort.startswith("-")

    @property
    def is_narrow(self) -> bool:
        return replace(self, sort=_NEWEST_FIRST, after="", before="") != CallFilter()

    @property
    def is_unfolded(self) -> bool:
        """Whether something is asked for that the list does not show until one looks for it."""
        return any((self.team, self.number, self.ended_by, self.moved, self.ranges))

    def range_of(self, name: str) -> Range:
        return next((one for one in self.ranges if one.name == name), Range(name))

    def without_names(self) -> CallFilter:
        """For who is not to know them: what could be found or ordered by a name would tell it, and a team is one."""
        sort = _NEWEST_FIRST if self.sort_key in BY_NAME else self.sort
        return replace(self, agent="", text="", team="", number="", sort=sort)

    def between(self) -> tuple[datetime | None, datetime | None]:
        """The period as a half-open stretch of time, by the calendar of the installation's time zone."""
        today = timezone.localdate(now_at())
        since, until = {
            "today": (today, today),
            "yesterday": (today - timedelta(days=1), today - timedelta(days=1)),
            "week": (today - timedelta(days=6), today),
            "month": (today - timedelta(days=29), today),
            "dates": (self.since_on, self.until_on),
        }.get(self.period, (None, None))
        return midnight(since), midnight(until + timedelta(days=1) if until else None)

    def query(self, **changes: object) -> str:
        """The address part that asks for this list, changed so; the first page and empty values stay out."""
        wanted = replace(self, **{"after": "", "before": "", **changes})  # type: ignore[arg-type]
        pairs = {
            "q": wanted.text,
            "period": wanted.period,
            "from": wanted.since_on.isoformat() if wanted.since_on and wanted.period == "dates" else "",
            "to": wanted.until_on.isoformat() if wanted.until_on and wanted.period == "dates" else "",
            "direction": wanted.direction,
            "agent": wanted.agent,
            "queue": wanted.queue,
            "project": wanted.project,
            "verdict": wanted.verdict,
            "state": wanted.state,
            "result": wanted.result,
            "team": wanted.team,
            "number": wanted.number,
            "ended_by": wanted.ended_by,
            "moved": wanted.moved,
        }
        for one in wanted.ranges:
            pairs[f"{one.name}_from"], pairs[f"{one.name}_to"] = one.as_typed()
        pairs |= {
            "sort": "" if wanted.sort == _NEWEST_FIRST else wanted.sort,
            "after": wanted.after,
            "before": wanted.before,
        }
        return "?" + urlencode({key: value for key, value in pairs.items() if value})

    @property
    def address(self) -> str:
        """Of this very page."""
        return self.query(after=self.after, before=self.before)

    def without_range(self, name: str) -> str:
        return self.query(ranges=tuple(one for one in self.ranges if one.name != name))


def call_filter_from(asked: QueryDict) -> CallFilter:
    sort = asked.get("sort", "")
    since_on, until_on = date_of(asked.get("from", "")), date_of(asked.get("to", ""))
    period = _one_of(asked.get("period", ""), PERIODS) or ("dates" if since_on or until_on else "")
    if period == "dates" and not (since_on or until_on):
        period = ""
    return CallFilter(
        period=period,
        since_on=since_on,
        until_on=until_on,
        direction=_one_of(asked.get("direction", ""), DIRECTIONS),
        agent=clean_text(asked.get("agent", "")),
        queue=clean_text(asked.get("queue", "")),
        project=clean_text(asked.get("project", "")),
        verdict=_one_of(asked.get("verdict", ""), tuple(Verdict)),
        state=_one_of(asked.get("state", ""), (*StageState.values, NO_SOUND, SOUND_MISSING)),
        result=_one_of(asked.get("result", ""), RESULTS),
        text=clean_text(asked.get("q", "")),
        team=clean_text(asked.get("team", "")),
        number=clean_text(asked.get("number", "")),
        ended_by=_one_of(asked.get("ended_by", ""), ENDED_BY),
        moved=_one_of(asked.get("moved", ""), MOVED),
        ranges=tuple(found for found in (_range(asked, name) for name in RANGES) if found != Range(found.name)),
        sort=sort if sort.removeprefix("-") in SORT_KEYS else _NEWEST_FIRST,
        after=asked.get("after", ""),
        before=asked.get("before", ""),
    )


def _range(asked: QueryDict, name: str) -> Range:
    read = percent_of if name == "cqr" else seconds_of
    return Range(name, read(asked.get(f"{name}_from", "")), read(asked.get(f"{name}_to", "")))


def seconds_of(typed: str) -> float | None:
    """ "45" is seconds, "1:30" minutes, "1:00:00" an hour. None for what is none of them."""
    parts = typed.strip().split(":")
    if len(parts) > 3 or not all(part.isascii() and part.isdigit() and len(part) < 6 for part in parts):
        return None
    seconds = 0.0
    for part in parts:
        seconds = seconds * _SIXTY + int(part)
    return min(seconds, _LONGEST)


def percent_of(typed: str) -> float | None:
    part = typed.strip().rstrip("%").strip()
    return min(float(part), _MOST_PCT) if part.isascii() and part.isdigit() and len(part) < 6 else None


def range_text(name: str, value: float | None) -> str:
    """As it is typed."""
    if value is None:
        return ""
    if name == "cqr":
        return str(int(value))
    return clock(value)


def _one_of(value: str, allowed: tuple[str, ...]) -> str:
    return value if value in allowed else ""


def clean_text(value: str) -> str:
    return value.replace("\x00", "").strip()[:_MAX_TEXT]


def date_of(value: str) -> date | None:
    try:
        day = parse_date(value)
    except ValueError:
        return None
    return day if day and 1970 <= day.year < 3000 else None


def number_of(value: str) -> int:
    """0 for what is no number."""
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else 0


def ids_of(values: Iterable[str]) -> list[UUID]:
    """What is no id is passed over."""
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found


def midnight(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None
