"""The call list: calls a person may see, with what each stage found, filtered and sorted by the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from sapa.accounts.models import Person
from sapa.analytics.models import CallTag
from sapa.calls.models import Call, DispositionChoice
from sapa.calls.selectors import NAMING, calls_visible_to, sound_state
from sapa.calls.types import SoundState
from sapa.desk.filters import NO_SOUND, CallFilter
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.selectors import LineStanding, lines_of
from sapa.reviews.models import ReviewState
from sapa.reviews.selectors import evaluations_shown_to, reviews_shown_to
from sapa.transcripts.models import TranscriptRecord

PAGE_ROWS = 50
SORTS: dict[str, tuple[str, ...]] = {
    "time": ("started_at",),
    "direction": ("direction",),
    "agent": ("agent_name",),
    "customer": ("customer_name", "customer_number"),
    "queue": ("queue__name",),
    "duration": ("duration_s",),
    "language": ("heard_language",),
    "state": ("line_state",),
    "cqr": ("cqr_pct",),
    "verdict": ("verdict",),
    "tags": ("tag_count",),
}
_FIELDS = (
    "id", "started_at", "direction", "agent_name", "customer_name", "customer_number", "queue__name",
    "duration_s", "heard_language", "file_name", "line_state", "cqr_pct", "coverage_pct", "verdict", "tag_count",
    "people_cqr_pct", "people_verdict", "disposition", "revision", "ended_at", "story__recordings",
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
    what was asked for, without what the person may not ask for."""

    wanted: CallFilter
    rows: list[CallRow]
    total: int
    in_all: int
    number: int
    pages: int

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE_ROWS + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.rows else 0


def call_page(person: Person, wanted: CallFilter) -> CallPage:
    visible = calls_visible_to(person)
    wanted = wanted.without_names() if person.hides_names else wanted
    matching = calls_matching(person, wanted)
    total = matching.count()
    pages = max(1, -(-total // PAGE_ROWS))
    number = min(wanted.page, pages)
    ordered = matching.order_by(*_ordering(wanted))[(number - 1) * PAGE_ROWS : number * PAGE_ROWS]
    in_all = visible.count() if wanted.is_narrow else total
    return CallPage(wanted, _rows(person, ordered), total, in_all, number, pages)


def calls_matching(person: Person, wanted: CallFilter) -> QuerySet[Call]:
    return _filtered(_with_findings(person, calls_visible_to(person)), wanted)


def call_rows(person: Person, call_ids: Iterable[UUID]) -> list[CallRow]:
    """Rows of these calls as they stand now, for a list that is already on somebody's screen."""
    found = _with_findings(person, calls_visible_to(person).filter(pk__in=list(call_ids)))
    return _rows(person, found)


def _with_findings(person: Person, calls: QuerySet[Call]) -> QuerySet[Call]:
    newest = evaluations_shown_to(person).filter(call=OuterRef("pk")).order_by("-created_at", "-pk")
    submitted = reviews_shown_to(person).filter(call=OuterRef("pk"), state=ReviewState.SUBMITTED)
    reviews = submitted.order_by("-submitted_at", "pk")
    stages = StageRow.objects.filter(call=OuterRef("pk"))
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
        line_state=Case(
            *(
                When(Exists(stages.filter(state=state)), then=Value(state.value))
                for state in (StageState.FAILED, StageState.RUNNING, StageState.WAITING)
            ),
            When(Exists(stages), then=Value(StageState.DONE.value)),
            default=Value(""),  # the phone system told of it, and no recording came
            output_field=CharField(),
        ),
    )


def _filtered(calls: QuerySet[Call], wanted: CallFilter) -> QuerySet[Call]:
    since, until = wanted.between()
    if since:
        calls = calls.filter(started_at__gte=since)
    if until:
        calls = calls.filter(started_at__lt=until)
    exact = {
        "agent_name": wanted.agent,
        "queue__name": wanted.queue,
        "verdict": wanted.verdict,
        "disposition": wanted.result,
        "line_state": wanted.state if wanted.state != NO_SOUND else "",
    }
    given: dict[str, Any] = {field: value for field, value in exact.items() if value}
    calls = calls.filter(**given)
    if wanted.state == NO_SOUND:
        calls = calls.filter(~Exists(StageRow.objects.filter(call=OuterRef("pk"))))
    if wanted.direction:
        calls = calls.filter(direction="" if wanted.direction == "unknown" else wanted.direction)
    if wanted.text:
        calls = calls.filter(_text_match(wanted.text))
    return calls


def _text_match(text: str) -> Q:
    found = Q()
    for field in ("customer_number", "customer_name", "agent_name", "file_name", "external_id"):
        found |= Q(**{f"{field}__icontains": text})
    digits = "".join(sign for sign in text if sign.isdigit())
    if len(digits) >= 3 and not any(sign.isalpha() for sign in text):
        found |= Q(customer_number__contains=digits)  # "+7 (701) 555" finds 7701555…
    return found


def _ordering(wanted: CallFilter) -> list[Any]:
    fields = SORTS.get(wanted.sort_key, SORTS["time"])
    ordering: list[Any] = [
        F(field).desc(nulls_last=True) if wanted.is_descending else F(field).asc(nulls_last=True) for field in fields
    ]
    return [*ordering, "-started_at", "id"]


def _rows(person: Person, calls: QuerySet[Call]) -> list[CallRow]:
    values = list(calls.values(*_FIELDS))
    lines = lines_of([row["id"] for row in values])
    rows = []
    for row in values:
        line_state, revision, announced, ended_at = map(
            row.pop, ("line_state", "revision", "story__recordings", "ended_at")
        )
        sound = sound_state(
            has_file=bool(row["file_name"] or line_state or not revision),
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
