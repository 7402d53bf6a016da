"""Forms as the REST API gives and takes them, and who may ask for them. Content has the structure of the YAML."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Schema
from pydantic import Field, StringConstraints

from sapa.accounts.models import Person
from sapa.accounts.selectors import acting_person
from sapa.core.api_shapes import Given, Line
from sapa.scorecards.changes import Change
from sapa.scorecards.finding_words import Finding
from sapa.scorecards.models import ScorecardDraft, ScorecardRecord, ScorecardRevision
from sapa.scorecards.selectors import card_of, forms_changer_require, forms_reader_require, scorecard_of
from sapa.scorecards.trying import CallTrial, Trial, TrialBesideNow
from sapa.scorecards.types import Direction, Key, Scorecard, Text

Number = Annotated[int, Path(ge=1, lt=2**31)]
LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]
Version = Annotated[int, Field(ge=1, lt=2**31, description="The version of the draft that was seen")]
Values = Annotated[list[Line], Field(max_length=100)]


class DraftBrief(Schema):
    version: int
    based_on: int | None
    changed_by: str
    changed_at: datetime


class FormBrief(Schema):
    """`revision` null: never published."""

    key: str
    title: Text
    mode: str
    revision: int | None
    published_at: datetime | None
    draft: DraftBrief | None


class RevisionBrief(Schema):
    number: int
    published_at: datetime


class FormOut(Schema):
    key: str
    revision: int
    published_at: datetime
    is_newest: bool
    revisions: list[RevisionBrief]
    content: dict[str, Any]


class FormIn(Given):
    """Blank, or a copy of a published form. Without a key one is made from the title."""

    title: Text
    key: Key | None = None
    copy_of: Key | None = None


class DraftOut(DraftBrief):
    key: str
    can_undo: bool
    content: dict[str, Any]


class DraftMakeIn(Given):
    """From the newest revision, or from that one."""

    revision: Annotated[int, Field(ge=1, lt=2**31)] | None = None


class DraftIn(Given):
    version: Version
    content: Scorecard


class VersionIn(Given):
    version: Version


class LossOut(Schema):
    code: str
    sentence: str


class ImportOut(Schema):
    """`losses`: what the shape of the file could not carry over."""

    draft: DraftOut
    losses: list[LossOut]


class FindingOut(Schema):
    """`where`: `form`, or `call_type:…`, `section:…`, `criterion:…` with the key."""

    code: str
    where: str
    sentence: str


class CheckOut(Schema):
    """`errors` keep it from being published; `changes` are those since the newest revision."""

    errors: list[FindingOut]
    warnings: list[FindingOut]
    changes: list[FindingOut]


class PublishedOut(Schema):
    """`changed` false: the newest revision had this content already."""

    key: str
    revision: int
    changed: bool
    published_at: datetime


class CriterionTrialOut(Schema):
    """`counts` of `1`, `0.5`, `0`, `abstained`, `not_applicable`; `calls` with each of them, some of the newest."""

    key: str
    counts: dict[str, int]
    calls: dict[str, list[UUID]]


class TrialSideOut(Schema):
    """`bands`: calls with a CQR from 0, 10, … 90."""

    mean_pct: float | None
    bands: list[int]
    verdicts: dict[str, int]
    criteria: list[CriterionTrialOut]


class CallTrialOut(Schema):
    id: UUID
    draft_pct: float | None
    now_pct: float | None


class TrialOut(Schema):
    """`asked` calls were wanted, `done` of them were tried in the time that there was."""

    asked: int
    done: int
    took_s: float
    draft: TrialSideOut
    now: TrialSideOut
    calls: list[CallTrialOut]


class Conditions(Given):
    """All that are named must fit; one without values fits every call."""

    direction: list[Direction] = Field(default=[], max_length=100)
    queue: Values = []
    call_type: Values = []
    team: Values = []
    language: Values = []


class RuleIn(Given):
    form: Key
    conditions: Conditions = Conditions()


class PlaceIn(Given):
    place: int = Field(ge=1, le=1000, description="1 is asked first; beyond the end is last")


class RuleOut(Schema):
    id: int
    place: int
    form: str
    conditions: dict[str, list[str]]


class ChoiceOut(Schema):
    """By a `rule` (its place), by the `call_type`, the `direction`, or as the `default`."""

    form: str
    revision: int
    why: Literal["rule", "call_type", "direction", "default"]
    rule: int | None


def forms_reader(request: HttpRequest) -> Person:
    """Raises `FormsNotYours`."""
    person = acting_person(request)
    forms_reader_require(person)
    return person


def forms_changer(request: HttpRequest) -> Person:
    """Raises `FormsNotYours`."""
    person = acting_person(request)
    forms_changer_require(person)
    return person


def form_brief(record: ScorecardRecord) -> dict[str, Any]:
    """Asks for revisions and draft that were fetched before."""
    newest = next(iter(record.revisions.all()), None)
    draft: ScorecardDraft | None = getattr(record, "draft", None)  # Django raises where there is none
    card = scorecard_of(newest) if newest else card_of(draft) if draft else Scorecard(key=record.key, title={})
    return {
        "key": record.key,
        "title": card.title,
        "mode": card.mode,
        "revision": newest.number if newest else None,
        "published_at": newest.published_at if newest else None,
        "draft": _draft_brief(draft) if draft else None,
    }


def form_told(revision: ScorecardRevision) -> dict[str, Any]:
    revisions = list(revision.scorecard.revisions.all())
    return {
        "key": revision.scorecard.key,
        "revision": revision.number,
        "published_at": revision.published_at,
        "is_newest": revision.number == revisions[0].number,
        "revisions": [{"number": one.number, "published_at": one.published_at} for one in revisions],
        "content": _content(scorecard_of(revision)),
    }


def draft_told(draft: ScorecardDraft) -> dict[str, Any]:
    return {
        **_draft_brief(draft),
        "key": draft.scorecard.key,
        "can_undo": draft.undo_content is not None,
        "content": _content(card_of(draft)),
    }


def told(findings: list[Finding] | list[Change]) -> list[dict[str, str]]:
    return [{"code": one.code, "where": one.where, "sentence": one.sentence} for one in findings]


def trial_told(trial: TrialBesideNow) -> dict[str, Any]:
    return {
        "asked": trial.asked,
        "done": trial.done,
        "took_s": round(trial.took_s, 3),
        "draft": _side(trial.draft),
        "now": _side(trial.now),
        "calls": [_call(one) for one in trial.calls],
    }


def _draft_brief(draft: ScorecardDraft) -> dict[str, Any]:
    return {
        "version": draft.version,
        "based_on": draft.based_on.number if draft.based_on else None,
        "changed_by": str(draft.changed_by or ""),
        "changed_at": draft.changed_at,
    }


def _content(card: Scorecard) -> dict[str, Any]:
    """What was said, without the defaults, as it is written in a file."""
    return card.model_dump(mode="json", exclude_unset=True)


def _side(trial: Trial) -> dict[str, Any]:
    criteria = [{"key": one.key, "counts": one.counts, "calls": one.calls} for one in trial.criteria.values()]
    return {
        "mean_pct": trial.mean_pct,
        "bands": trial.bands,
        "verdicts": {str(verdict): count for verdict, count in trial.verdicts.items()},
        "criteria": criteria,
    }


def _call(one: CallTrial) -> dict[str, Any]:
    return {"id": one.call.pk, "draft_pct": one.draft_pct, "now_pct": one.now_pct}
