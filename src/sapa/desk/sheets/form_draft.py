"""The form builder as its page shows it: sections and criteria with what is found at each, weights by call type, the
part that is open for editing, and the form as a reviewer will see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sapa.analytics.measures import DEFINITIONS
from sapa.analytics.types import TagKind
from sapa.calls.models import DirectionChoice
from sapa.desk.sheets.form_fields import Field, Given, LanguagePanel, criterion_texts, field_of, language_panels
from sapa.desk.sheets.form_rule import RuleForm, rule_form
from sapa.desk.wording.form_parts import FACT_NAMES, MODES, condition_words, in_words, part_title, rule_words
from sapa.scorecards.finding_words import Finding
from sapa.scorecards.types import Criterion, Scorecard, Section

DIRECTIONS = tuple((one.value, one.label) for one in DirectionChoice if one.value)


@dataclass(frozen=True)
class CriterionRow:
    key: str
    title: str
    weights: tuple[tuple[str, str], ...]
    critical: bool
    na_allowed: bool
    rules: tuple[str, ...]
    conditions: tuple[str, ...]
    findings: tuple[Finding, ...]
    is_first: bool
    is_last: bool
    comments: int


@dataclass(frozen=True)
class SectionRow:
    key: str
    title: str
    criteria: tuple[CriterionRow, ...]
    findings: tuple[Finding, ...]
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class TypeRow:
    """`machine_pct`: the share of the weight that machine rules cover."""

    key: str
    title: str
    in_averages: bool
    total: float
    machine_pct: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class PlaceFinding:
    where: str
    title: str
    finding: Finding


@dataclass(frozen=True)
class OpenPart:
    """The part whose fields are shown. `given` is what was typed and could not be saved."""

    kind: str
    key: str
    panels: tuple[LanguagePanel, ...] = ()
    fields: dict[str, Any] = field(default_factory=dict)
    weights: tuple[Field, ...] = ()
    rule: RuleForm | None = None
    others: tuple[tuple[str, str], ...] = ()
    criterion: Criterion | None = None

    @property
    def where(self) -> str:
        return f"{self.kind}:{self.key}" if self.key else self.kind


@dataclass(frozen=True)
class BuilderSheet:
    title: str
    mode: str
    band_pct: float
    directions: str
    types: tuple[TypeRow, ...]
    sections: tuple[SectionRow, ...]
    form_findings: tuple[Finding, ...]
    errors: tuple[PlaceFinding, ...]
    warnings: tuple[PlaceFinding, ...]
    opened: OpenPart | None

    @property
    def directions_offered(self) -> list[tuple[str, str]]:
        return [(key, str(words)) for key, words in DIRECTIONS]

    @property
    def modes_offered(self) -> list[tuple[str, str]]:
        return [(key, str(words)) for key, words in MODES.items()]

    @property
    def facts_offered(self) -> list[tuple[str, str]]:
        return [(key, str(words)) for key, words in FACT_NAMES.items() if key != "call_type"]

    @property
    def measures_offered(self) -> list[tuple[str, str]]:
        return [(one.key, f"{one.title} ({one.key})") for one in DEFINITIONS.values()]

    @property
    def tags_offered(self) -> list[str]:
        return [kind.value for kind in TagKind]


def builder_sheet(
    card: Scorecard,
    findings: Sequence[Finding],
    *,
    opened: str,
    given: Given = None,
    comments: Mapping[str, int] = MappingProxyType({}),
) -> BuilderSheet:
    """`comments`: how many people wrote on each criterion."""
    at: dict[str, list[Finding]] = {}
    for one in findings:
        at.setdefault(one.where, []).append(one)
    told = [PlaceFinding(one.where, part_title(card, one.where), one) for one in findings]
    labels = dict(DIRECTIONS)
    return BuilderSheet(
        title=in_words(card.title, card.key),
        mode=str(MODES[card.mode]),
        band_pct=card.band_pct,
        directions=", ".join(str(labels[one]) for one in card.directions) or _("every direction"),
        types=tuple(_type(card, one.key, at) for one in card.call_types),
        sections=tuple(_section(card, place, at, comments) for place in range(len(card.sections))),
        form_findings=tuple(at.get("form", ())),
        errors=tuple(one for one in told if one.finding.is_error),
        warnings=tuple(one for one in told if not one.finding.is_error),
        opened=_opened(card, opened, given),
    )


def _type(card: Scorecard, key: str, at: Mapping[str, list[Finding]]) -> TypeRow:
    call_type = next(one for one in card.call_types if one.key == key)
    asked = [one for one in card.criteria if one.weights.get(key, 0) > 0]
    total = sum(one.weights[key] for one in asked)
    by_machine = sum(one.weights[key] for one in asked if one.markers)
    return TypeRow(
        key=key,
        title=in_words(call_type.title, key),
        in_averages=call_type.in_averages,
        total=total,
        machine_pct=round(100 * by_machine / total) if total else 0,
        findings=tuple(at.get(f"call_type:{key}", ())),
    )


def _section(card: Scorecard, place: int, at: Mapping[str, list[Finding]], comments: Mapping[str, int]) -> SectionRow:
    section = card.sections[place]
    last = len(card.sections) - 1
    rows = tuple(
        _criterion(card, section, number, at, (place == 0 and number == 0, place == last), comments)
        for number in range(len(section.criteria))
    )
    findings = tuple(at.get(f"section:{section.key}", ()))
    return SectionRow(section.key, in_words(section.title, section.key), rows, findings, place == 0, place == last)


def _criterion(
    card: Scorecard,
    section: Section,
    number: int,
    at: Mapping[str, list[Finding]],
    edges: tuple[bool, bool],
    comments: Mapping[str, int],
) -> CriterionRow:
    one = section.criteria[number]
    is_first, in_last = edges
    types = [(call_type.key, in_words(call_type.title, call_type.key)) for call_type in card.call_types]
    conditions = [condition_words(condition, card) for condition in one.conditions]
    if one.only_if is not None:
        conditions.append(rule_words(one.only_if))
    return CriterionRow(
        key=one.key,
        title=in_words(one.title, one.key),
        weights=tuple((title, f"{one.weights[key]:g}") for key, title in types if key in one.weights),
        critical=one.critical,
        na_allowed=one.na_allowed,
        rules=tuple(rule_words(spec) for spec in one.markers),
        conditions=tuple(conditions),
        findings=tuple(at.get(f"criterion:{one.key}", ())),
        is_first=is_first,
        is_last=in_last and number == len(section.criteria) - 1,
        comments=comments.get(one.key, 0),
    )


def _opened(card: Scorecard, where: str, given: Given) -> OpenPart | None:
    """None when there is no such part."""
    kind, _separator, key = where.partition(":")
    language = get_language() or "en"
    if kind == "form":
        texts = {"title": (_("Title"), card.title, 1), "purpose": (_("What it is for"), card.purpose, 2)}
        return OpenPart("form", "", language_panels(texts, given, language), _form_fields(card, given))
    if kind == "call_type":
        call_type = next((one for one in card.call_types if one.key == key), None)
        if call_type is None:
            return None
        fields = {"in_averages": call_type.in_averages if given is None else "in_averages" in given}
        panels = language_panels({"title": (_("Title"), call_type.title, 1)}, given, language)
        return OpenPart(kind, key, panels, fields)
    if kind == "section":
        section = next((one for one in card.sections if one.key == key), None)
        if section is None:
            return None
        return OpenPart(kind, key, language_panels({"title": (_("Title"), section.title, 1)}, given, language))
    if kind in {"criterion", "rule"}:
        return _opened_criterion(card, kind, key, given)
    return None


def _form_fields(card: Scorecard, given: Given) -> dict[str, Any]:
    if given is None:
        return {"mode": card.mode, "band_pct": f"{card.band_pct:g}", "directions": card.directions}
    directions = given.getlist("directions") if hasattr(given, "getlist") else []
    return {"mode": given.get("mode", ""), "band_pct": given.get("band_pct", ""), "directions": directions}


def _opened_criterion(card: Scorecard, kind: str, key: str, given: Given) -> OpenPart | None:
    """`rule:<criterion>:<number>`, or `phrase` or `measure` for a new one instead of the number."""
    key, _separator, number = key.partition(":")
    one = next((one for one in card.criteria if one.key == key), None)
    if one is None:
        return None
    if kind == "rule":
        made = rule_form(one, number, given)
        return OpenPart(kind, key, rule=made, criterion=one) if made else None
    own = given if given is not None and given.get("act") == "criterion_set" else None
    weights = tuple(
        field_of(
            f"weight_{call_type.key}",
            in_words(call_type.title, call_type.key),
            f"{one.weights[call_type.key]:g}" if call_type.key in one.weights else "",
            own,
        )
        for call_type in card.call_types
    )
    return OpenPart(
        kind,
        key,
        language_panels(criterion_texts(one), own, get_language() or "en"),
        {
            "critical": one.critical if own is None else "critical" in own,
            "na_allowed": one.na_allowed if own is None else "na_allowed" in own,
        },
        weights,
        others=tuple((other.key, in_words(other.title, other.key)) for other in card.criteria if other.key != key),
        criterion=one,
    )
