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

from sapa.calls.types import Direction, Disposition
from sapa.core.clock import now_at
from sapa.pipeline.models import StageState
from sapa.scorecards.types import Verdict

PERIODS = ("today", "yesterday", "week", "month", "dates")
SORT_KEYS = (
    "time", "direction", "agent", "customer", "queue", "duration", "language", "state", "cqr", "verdict", "tags",
)  # fmt: skip
BY_NAME = {"agent", "customer"}
DIRECTIONS = (*(direction.value for direction in Direction if direction), "unknown")
RESULTS = tuple(disposition.value for disposition in Disposition if disposition)
NO_SOUND = "none"  # a state in the line: none, since no recording has come
_NEWEST_FIRST = "-time"
_MAX_TEXT = 100


@dataclass(frozen=True)
class CallFilter:
    """`sort` is a column key, with a minus for descending."""

    period: str = ""
    since_on: date | None = None
    until_on: date | None = None
    direction: str = ""
    agent: str = ""
    queue: str = ""
    verdict: str = ""
    state: str = ""
    result: str = ""
    text: str = ""
    sort: str = _NEWEST_FIRST
    page: int = 1

    @property
    def sort_key(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def is_descending(self) -> bool:
        return self.sort.startswith("-")

    @property
    def is_narrow(self) -> bool:
        return any(
            (self.period, self.direction, self.agent, self.queue, self.verdict, self.state, self.result, self.text)
        )

    def without_names(self) -> CallFilter:
        """For who is not to know them: what could be found or ordered by a name would tell it."""
        sort = _NEWEST_FIRST if self.sort_key in BY_NAME else self.sort
        return replace(self, agent="", text="", sort=sort)

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
        wanted = replace(self, **{"page": 1, **changes})  # type: ignore[arg-type]
        pairs = {
            "q": wanted.text,
            "period": wanted.period,
            "from": wanted.since_on.isoformat() if wanted.since_on and wanted.period == "dates" else "",
            "to": wanted.until_on.isoformat() if wanted.until_on and wanted.period == "dates" else "",
            "direction": wanted.direction,
            "agent": wanted.agent,
            "queue": wanted.queue,
            "verdict": wanted.verdict,
            "state": wanted.state,
            "result": wanted.result,
            "sort": "" if wanted.sort == _NEWEST_FIRST else wanted.sort,
            "page": "" if wanted.page == 1 else str(wanted.page),
        }
        return "?" + urlencode({key: value for key, value in pairs.items() if value})


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
        verdict=_one_of(asked.get("verdict", ""), tuple(Verdict)),
        state=_one_of(asked.get("state", ""), (*StageState.values, NO_SOUND)),
        result=_one_of(asked.get("result", ""), RESULTS),
        text=clean_text(asked.get("q", "")),
        sort=sort if sort.removeprefix("-") in SORT_KEYS else _NEWEST_FIRST,
        page=_page(asked.get("page", "")),
    )


def _one_of(value: str, allowed: tuple[str, ...]) -> str:
    return value if value in allowed else ""


def clean_text(value: str) -> str:
    return value.replace("\x00", "").strip()[:_MAX_TEXT]


def _page(value: str) -> int:
    return max(1, min(int(value), 1_000_000)) if value.isascii() and value.isdigit() and len(value) < 8 else 1


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
