"""The call list: calls a person may see, with what each stage found, filtered and sorted by the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from sapa.accounts.models import Person
from sapa.analytics.models import CallTag
from sapa.calls.log_conditions import as_checks, leading, log_calls
from sapa.calls.log_counting import Counted, log_count, log_size
from sapa.calls.log_orders import cursor_from
from sapa.calls.log_page import log_page
from sapa.calls.models import Call, DispositionChoice
from sapa.calls.selectors import NAMING, calls_visible_to, sound_state, visible_conditions
from sapa.calls.types import SoundState
from sapa.desk.call_conditions import conditions_of
from sapa.desk.call_orders import FOR_FEW, MOST_SORTED, order_of
from sapa.desk.filters import CallFilter
from sapa.pipeline.selectors import LineStanding, lines_of
from sapa.reviews.models import ReviewState
from sapa.reviews.selectors import evaluations_shown_to, reviews_shown_to
from sapa.transcripts.models import TranscriptRecord

PAGE_ROWS = 50
_FIELDS = (
    "id", "started_at", "direction", "agent_name", "customer_name", "customer_number", "queue__name", "language",
    "duration_s", "wait_s", "talk_s", "ring_s", "hold_s", "file_name", "disposition", "revision", "ended_at",
    "story__recordings",
)  # fmt: skip


_NOTHING_FOUND = {
    "cqr_pct": None, "coverage_pct": None, "verdict": "", "people_cqr_pct": None, "people_verdict": "", "tag_count": 0,
}  # fmt: skip


@dataclass(frozen=True)
class CallRow:
    """One line of the list. The machine's figures are left empty where they are hidden from the person (ADR 17)."""

    id: UUID
    started_at: datetime
    direction: str
    agent_name: str
    customer_name: str
    customer_number: str
    queue: str
    duration_s: float | None
    wait_s: float | None
    talk_s: float | None
    ring_s: float | None
    hold_s: float | None
    language: str
    file_name: str
    cqr_pct: float | None
    coverage_pct: float | None
    verdict: str
    tag_count: int
    people_cqr_pct: float | None
    people_verdict: str
    result: DispositionChoice
    sound: SoundState
    line: LineStanding


@dataclass(frozen=True)
class CallPage:
    """One page of the list: `total` counts every call that matches, `in_all` every call that is theirs; `wanted` is
    what was asked for, without what the person may not ask for. `newer` and `older` are cursors, empty where there is
    nothing. `is_unsorted`: there are too many calls for the order that was asked for."""

    wanted: CallFilter
    rows: list[CallRow]
    total: Counted
    in_all: Counted
    place: int
    newer: str
    older: str
    is_unsorted: bool

    @property
    def first(self) -> int:
        return self.place + 1

    @property
    def last(self) -> int:
        return self.place + len(self.rows)

    @property
    def is_whole(self) -> bool:
        return not (self.newer or self.older)


def call_page(person: Person, wanted: CallFilter) -> CallPage:
    wanted = wanted.without_names() if person.hides_names else wanted
    visible = visible_conditions(person)
    in_all = log_size(visible) if wanted.is_narrow else log_count(visible)
    conditions = conditions_of(person, wanted, visible=visible, is_small=in_all.is_exact)
    total = log_count(conditions) if wanted.is_narrow else in_all
    is_few = total.is_exact and total.number <= MOST_SORTED
    order = order_of(person, wanted, is_few=is_few)
    cursor = cursor_from(wanted.after, order) or cursor_from(wanted.before, order, is_back=True)
    page = log_page(conditions, order, cursor, PAGE_ROWS, counted=total)
    if cursor and not page.ids:
        page = log_page(conditions, order, None, PAGE_ROWS, counted=total)
    is_whole = page.newer is None and page.older is None
    number = len(page.ids) if is_whole else max(total.number, page.place + len(page.ids))
    return CallPage(
        wanted,
        call_rows(person, page.ids),
        replace(total, number=number, is_exact=total.is_exact or is_whole),
        in_all,
        page.place,
        page.newer.as_text() if page.newer else "",
        page.older.as_text() if page.older else "",
        is_unsorted=not is_few and wanted.sort_key in FOR_FEW,
    )


def calls_matching(person: Person, wanted: CallFilter) -> QuerySet[Call]:
    visible = visible_conditions(person)
    conditions = conditions_of(person, wanted, visible=visible, is_small=log_size(visible).is_exact)
    return log_calls().filter(as_checks(conditions, but=leading(conditions)))


def call_rows(person: Person, call_ids: Iterable[UUID]) -> list[CallRow]:
    """Rows of these calls as they stand now, in this order; those that are not theirs to see are left out."""
    ids = list(call_ids)
    visible = calls_visible_to(person).filter(pk__in=ids)
    values = {row["id"]: row for row in visible.order_by().values(*_FIELDS)}
    found = _findings(person, values)
    lines = lines_of(values)
    return [_row(person, values[call_id], found[call_id], lines[call_id]) for call_id in ids if call_id in values]


def _findings(person: Person, call_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """What the stages found of each call, as far as the person is shown it. A question for each stage is answered in
    less time than it takes to put them all into one."""
    found: dict[UUID, dict[str, Any]] = {call_id: dict(_NOTHING_FOUND) for call_id in call_ids}
    evaluations = evaluations_shown_to(person).filter(call__in=call_ids).order_by("created_at", "pk")
    for call_id, cqr_pct, coverage_pct, verdict in evaluations.values_list(
        "call", "cqr_pct", "coverage_pct", "verdict"
    ):
        found[call_id] |= {"cqr_pct": cqr_pct, "coverage_pct": coverage_pct, "verdict": verdict}
    reviews = reviews_shown_to(person).filter(call__in=call_ids, state=ReviewState.SUBMITTED)
    for call_id, cqr_pct, verdict in reviews.order_by("submitted_at", "-pk").values_list("call", "cqr_pct", "verdict"):
        found[call_id] |= {"people_cqr_pct": cqr_pct, "people_verdict": verdict}
    for call_id, language in TranscriptRecord.objects.filter(call__in=call_ids).values_list("call", "language"):
        found[call_id]["language"] = language
    tags = CallTag.objects.filter(call__in=call_ids).order_by().values("call").annotate(number=Count("pk"))
    for call_id, number in tags.values_list("call", "number"):
        found[call_id]["tag_count"] = number
    return found


def _row(person: Person, told: dict[str, Any], found: dict[str, Any], line: LineStanding) -> CallRow:
    revision, announced, ended_at = map(told.pop, ("revision", "story__recordings", "ended_at"))
    sound = sound_state(
        has_file=bool(told["file_name"] or not revision or line.is_begun),
        announced=announced or (),
        started_at=told["started_at"],
        ended_at=ended_at,
    )
    if person.hides_names:
        told |= {field: "" for field in NAMING if field in told}
    queue, result = told.pop("queue__name") or "", DispositionChoice(told.pop("disposition"))
    return CallRow(**(told | found), queue=queue, result=result, sound=sound, line=line)
