"""Forms as their pages show them: the list, one form with its revisions, and a form as a reviewer marks with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext as _

from sapa.desk.wording.figures import plain
from sapa.desk.wording.form_parts import MODES, condition_words, in_words, rule_words
from sapa.scorecards.models import ScorecardDraft, ScorecardRecord, ScorecardRevision
from sapa.scorecards.selectors import card_of, scorecard_of
from sapa.scorecards.types import AnchorValue, Criterion, Scorecard

_ANCHORS: tuple[AnchorValue, ...] = ("1", "0.5", "0")


@dataclass(frozen=True)
class FormRow:
    """`calls`: how many were marked by the machine with it, over all its revisions."""

    key: str
    title: str
    mode: str
    revision: int | None
    published_at: datetime | None
    calls: int
    draft: ScorecardDraft | None


@dataclass(frozen=True)
class CriterionView:
    key: str
    title: str
    help: str
    weight: float | None
    share_pct: int | None
    critical: bool
    na_allowed: bool
    anchors: tuple[tuple[str, str], ...]
    conditions: tuple[str, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True)
class FormView:
    """A form as a reviewer meets it in a call of one type; `total` is the weight that counts there."""

    title: str
    purpose: str
    mode: str
    band_pct: float
    call_type: str
    types: tuple[tuple[str, str], ...]
    total: float
    sections: tuple[tuple[str, tuple[CriterionView, ...]], ...]


@dataclass(frozen=True)
class RevisionRow:
    number: int
    published_at: datetime
    calls: int
    criteria: int


@dataclass(frozen=True)
class FormSheet:
    key: str
    title: str
    revision: ScorecardRevision | None
    is_newest: bool
    view: FormView | None
    revisions: tuple[RevisionRow, ...]
    draft: ScorecardDraft | None


def form_rows() -> list[FormRow]:
    records = ScorecardRecord.objects.prefetch_related("revisions", "draft__changed_by").order_by("key")
    counted = ScorecardRecord.objects.annotate(calls=Count("revisions__evaluations__call", distinct=True))
    calls = dict(counted.values_list("pk", "calls"))
    rows = [_row(record, calls[record.pk]) for record in records]
    return sorted(rows, key=lambda row: row.title.casefold())


def _row(record: ScorecardRecord, calls: int) -> FormRow:
    newest = next(iter(record.revisions.all()), None)
    draft = getattr(record, "draft", None)  # Django raises where there is none
    card = scorecard_of(newest) if newest else card_of(draft) if draft else None
    return FormRow(
        key=record.key,
        title=in_words(card.title, record.key) if card else record.key,
        mode=str(MODES[card.mode]) if card else "",
        revision=newest.number if newest else None,
        published_at=newest.published_at if newest else None,
        calls=calls,
        draft=draft,
    )


def form_sheet(record: ScorecardRecord, *, number: int | None, call_type: str) -> FormSheet | None:
    """Of the newest revision or that one; None when there is none with this number."""
    revisions = list(record.revisions.annotate(calls=Count("evaluations")).order_by("-number"))
    shown = next((one for one in revisions if number is None or one.number == number), None)
    if shown is None and number is not None:
        return None
    draft = ScorecardDraft.objects.select_related("changed_by", "based_on").filter(scorecard=record).first()
    card = scorecard_of(shown) if shown else card_of(draft) if draft else None
    if card is None:
        return None
    rows = tuple(
        RevisionRow(one.number, one.published_at, one.calls, len(scorecard_of(one).criteria)) for one in revisions
    )
    is_newest = shown is not None and shown.number == revisions[0].number
    view = form_view(card, call_type) if shown else None
    return FormSheet(record.key, in_words(card.title, card.key), shown, is_newest, view, rows, draft)


def form_view(card: Scorecard, call_type: str) -> FormView:
    """In the call type that is asked for, or the first one."""
    types = tuple((one.key, in_words(one.title, one.key)) for one in card.call_types)
    shown = call_type if call_type in dict(types) else next(iter(dict(types)), "")
    asked = [one for one in card.criteria if one.weights.get(shown, 0) > 0]
    total = sum(one.weights[shown] for one in asked)
    sections = []
    for section in card.sections:
        rows = tuple(_view(one, card, shown, total) for one in section.criteria if one in asked)
        if rows:
            sections.append((in_words(section.title, section.key), rows))
    return FormView(
        title=in_words(card.title, card.key),
        purpose=in_words(card.purpose, ""),
        mode=str(MODES[card.mode]),
        band_pct=card.band_pct,
        call_type=shown,
        types=types,
        total=total,
        sections=tuple(sections),
    )


def _view(one: Criterion, card: Scorecard, call_type: str, total: float) -> CriterionView:
    weight = one.weights.get(call_type)
    anchors: list[tuple[str, str]] = []
    anchors += [(plain(float(value)), in_words(one.anchors.get(value, {}), _("not written yet"))) for value in _ANCHORS]
    if one.na_allowed:
        anchors.append(("–", _("not applicable")))
    conditions = [condition_words(condition, card) for condition in one.conditions]
    if one.only_if is not None:
        conditions.append(rule_words(one.only_if))
    return CriterionView(
        key=one.key,
        title=in_words(one.title, one.key),
        help=in_words(one.help, ""),
        weight=weight,
        share_pct=round(100 * weight / total) if weight and total else None,
        critical=one.critical,
        na_allowed=one.na_allowed,
        anchors=tuple(anchors),
        conditions=tuple(conditions),
        rules=tuple(rule_words(spec) for spec in one.markers),
    )
