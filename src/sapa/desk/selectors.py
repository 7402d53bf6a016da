"""The call list: calls a person may see, with what each stage found, filtered and sorted by the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from sapa.accounts.models import Person
from sapa.analytics.models import CallTag
from sapa.calls.log_conditions import as_checks, leading, log_calls
from sapa.calls.log_orders import cursor_from
from sapa.calls.log_page import Counted, log_count, log_page
from sapa.calls.models import Call, DispositionChoice
from sapa.calls.selectors import NAMING, calls_visible_to, sound_state, visible_conditions
from sapa.calls.types import SoundState
from sapa.desk.call_conditions import conditions_of, newest_evaluation
from sapa.desk.call_orders import FOR_FEW, MOST_SORTED, order_of
from sapa.desk.filters import CallFilter
from sapa.pipeline.selectors import LineStanding, lines_of
from sapa.reviews.models import ReviewState
from sapa.reviews.selectors import reviews_shown_to
from sapa.transcripts.models import TranscriptRecord

PAGE_ROWS = 50
_FIELDS = (
    "id", "started_at", "direction", "agent_name", "customer_name", "customer_number", "queue__name",
    "duration_s", "heard_language", "file_name", "cqr_pct", "coverage_pct", "verdict", "tag_count",
    "people_cqr_pct", "people_verdict", "disposition", "revision", "ended_at", "story__recordings", "wait_s",
    "talk_s", "ring_s", "hold_s",
)  # fmt: skip


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
    in_all = log_count(visible_conditions(person))
    conditions = conditions_of(person, wanted, is_small=in_all.is_exact)
    total = log_count(conditions) if wanted.is_narrow else in_all
    is_few = total.is_exact and total.number <= MOST_SORTED
    order = order_of(person, wanted, is_few=is_few)
    cursor = cursor_from(wanted.after, order) or cursor_from(wanted.before, order, is_back=True)
    page = log_page(conditions, order, cursor, PAGE_ROWS, counted=total)
    if cursor and not page.ids:
        page = log_page(conditions, order, None, PAGE_ROWS, counted=total)
    return CallPage(
        wanted,
        call_rows(person, page.ids),
        Counted(max(total.number, page.place + len(page.ids)), total.is_exact),
        in_all,
        page.place,
        page.newer.as_text() if page.newer else "",
        page.older.as_text() if page.older else "",
        is_unsorted=not is_few and wanted.sort_key in FOR_FEW,
    )


def calls_matching(person: Person, wanted: CallFilter) -> QuerySet[Call]:
    in_all = log_count(visible_conditions(person))
    conditions = conditions_of(person, wanted, is_small=in_all.is_exact)
    return log_calls().filter(as_checks(conditions, but=leading(conditions)))


def call_rows(person: Person, call_ids: Iterable[UUID]) -> list[CallRow]:
    """Rows of these calls as they stand now, in this order; those that are not theirs to see are left out."""
    ids = list(call_ids)
    rows = {row.id: row for row in _rows(person, _with_findings(person, calls_visible_to(person).filter(pk__in=ids)))}
    return [rows[call_id] for call_id in ids if call_id in rows]


def _with_findings(person: Person, calls: QuerySet[Call]) -> QuerySet[Call]:
    newest = newest_evaluation(person)
    submitted = reviews_shown_to(person).filter(call=OuterRef("pk"), state=ReviewState.SUBMITTED)
    reviews = submitted.order_by("-submitted_at", "pk")
    heard = TranscriptRecord.objects.filter(call=OuterRef("pk"))
    tags = CallTag.objects.filter(call=OuterRef("pk")).order_by().values("call")
    return calls.annotate(
        cqr_pct=Subquery(newest.values("cqr_pct")[:1]),
        coverage_pct=Subquery(newest.values("coverage_pct")[:1]),
        verdict=Coalesce(Subquery(newest.values("verdict")[:1]), Value("")),
        people_cqr_pct=Subquery(reviews.values("cqr_pct")[:1]),
        people_verdict=Coalesce(Subquery(reviews.values("verdict")[:1]), Value("")),
        heard_language=Coalesce(Subquery(heard.values("language")[:1]), F("language")),
        tag_count=Coalesce(Subquery(tags.annotate(n=Count("pk")).values("n")), Value(0)),
    )


def _rows(person: Person, calls: QuerySet[Call]) -> list[CallRow]:
    values = list(calls.order_by().values(*_FIELDS))
    lines = lines_of([row["id"] for row in values])
    rows = []
    for row in values:
        revision, announced, ended_at = map(row.pop, ("revision", "story__recordings", "ended_at"))
        sound = sound_state(
            has_file=bool(row["file_name"] or not revision or lines[row["id"]].is_begun),
            announced=announced or (),
            started_at=row["started_at"],
            ended_at=ended_at,
        )
        if person.hides_names:
            row.update({field: "" for field in NAMING if field in row})
        queue, language = row.pop("queue__name") or "", row.pop("heard_language")
        result = DispositionChoice(row.pop("disposition"))
        rows.append(CallRow(**row, queue=queue, language=language, result=result, sound=sound, line=lines[row["id"]]))
    return rows
