"""What an agent reads about their own calls: people's marks only, and no figure without its margin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate

from sapa.core.clock import now_at
from sapa.desk.sheets.review import JudgedSheet, ReviewSheet, review_sheet
from sapa.reviews.models import Review
from sapa.reviews.progress import Mean, Week, mean_of, weeks_of
from sapa.reviews.types import Fault
from sapa.scorecards.selectors import scorecard_of

WEEKS = 8
MOST_SHOWN = 50
WIDTH, HEIGHT, LEFT, TOP = 640, 200, 40, 10  # of the picture of the trend, in its own units
BOTTOM = HEIGHT - 30


@dataclass(frozen=True)
class WorkOn:
    """A criterion that was low through the agent, in so many of the calls where it applied."""

    title: str
    low: int
    calls: int


@dataclass(frozen=True)
class Praise:
    review: Review
    titles: tuple[str, ...]


@dataclass(frozen=True)
class Point:
    """A week on the picture: x, and y of the mean and of both ends of its margin."""

    begins_on: date
    mean: Mean
    x: float
    y: float
    y_low: float
    y_high: float


@dataclass(frozen=True)
class MeSheet:
    reviews: tuple[tuple[Review, ReviewSheet], ...]
    mean: Mean | None
    weeks: tuple[Week, ...]
    points: tuple[Point, ...]
    praise: tuple[Praise, ...]
    work_on: tuple[WorkOn, ...]
    not_mine: int
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def ticks(self) -> list[tuple[int, float]]:
        return [(value, _y(value)) for value in (0, 50, 80, 100)]


def me_sheet(about: Iterable[Review]) -> MeSheet:
    sheets = [(review, review_sheet(review)) for review in _newest_of_each_call(about)]
    counted = [(review, review.cqr_pct) for review, _ in sheets if review.cqr_pct is not None and _is_averaged(review)]
    recent = counted[:MOST_SHOWN]
    weeks = weeks_of(
        ((localdate(review.call.started_at), cqr_pct) for review, cqr_pct in counted),
        until=localdate(now_at()),
        weeks=WEEKS,
    )
    judged = [one for _, sheet in sheets[:MOST_SHOWN] for one in sheet.criteria]
    return MeSheet(
        reviews=tuple(sheets[:MOST_SHOWN]),
        mean=mean_of([cqr_pct for _, cqr_pct in recent]),
        weeks=tuple(weeks),
        points=tuple(_points(weeks)),
        praise=tuple(_praise(sheets)),
        work_on=tuple(_work_on(judged)),
        not_mine=sum(one.is_low and one.fault != Fault.AGENT for one in judged),
    )


def _newest_of_each_call(about: Iterable[Review]) -> list[Review]:
    seen: set[object] = set()
    return [one for one in about if one.call_id not in seen and not seen.add(one.call_id)]  # type: ignore[func-returns-value]


def _is_averaged(review: Review) -> bool:
    """Calls like spam are kept out of averages (PRODUCT.md, CQR)."""
    return all(one.in_averages for one in scorecard_of(review.revision).call_types if one.key == review.call_type)


def _points(weeks: list[Week]) -> Iterable[Point]:
    step = (WIDTH - LEFT - 50) / (len(weeks) - 1)
    for place, week in enumerate(weeks):
        if week.mean is not None and week.mean.margin is not None:  # one call alone shows no trend
            x = LEFT + 10 + place * step
            yield Point(
                week.begins_on, week.mean, round(x, 1), _y(week.mean.mean), _y(week.mean.low), _y(week.mean.high)
            )


def _y(points: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * points / 100, 1)


def _praise(sheets: list[tuple[Review, ReviewSheet]]) -> Iterable[Praise]:
    for review, sheet in sheets[:MOST_SHOWN]:
        titles = tuple(one.title for one in sheet.praised)
        if titles or review.praise:
            yield Praise(review, titles)


def _work_on(judged: list[JudgedSheet]) -> list[WorkOn]:
    calls: Counter[str] = Counter(one.title for one in judged if one.grade in {"full", "half", "zero"})
    low: Counter[str] = Counter(one.title for one in judged if one.is_low and one.fault == Fault.AGENT)
    most = sorted(low, key=lambda title: (-low[title] / calls[title], title))
    return [WorkOn(title, low[title], calls[title]) for title in most[:5]]
