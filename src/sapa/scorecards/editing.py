"""Changes of a form, each a function of values: a card in, the changed card out. What is not there is told by
`FormPartMissing`. Keys are given once and stay: results are counted by them over all revisions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeVar

from django.utils.text import slugify

from sapa.scorecards.errors import FormEditInvalid, FormPartMissing
from sapa.scorecards.types import (
    AnchorValue,
    CallType,
    Condition,
    Criterion,
    Direction,
    MeasureSpec,
    Mode,
    PhraseSpec,
    Scorecard,
    Section,
    Text,
)

Edit = Callable[[Scorecard], Scorecard]
Part = TypeVar("Part", Scorecard, CallType, Section, Criterion)
Keyed = TypeVar("Keyed", CallType, Section)
LONGEST_KEY = 40


@dataclass(frozen=True)
class FormFacts:
    title: Text
    purpose: Text
    directions: list[Direction]
    mode: Mode
    band_pct: float


@dataclass(frozen=True)
class CriterionFacts:
    """All of a criterion that its own fields say; conditions and rules are changed one by one."""

    title: Text
    help: Text
    anchors: dict[AnchorValue, Text]
    weights: dict[str, float]
    critical: bool
    na_allowed: bool


def key_for(title: Text, *, taken: Collection[str], kind: str) -> str:
    """A key from the wording, one that was never used in this form. Where the letters are not Latin: `kind` and a
    number."""
    words = title.get("en") or next(iter(title.values()), "")
    stem = slugify(words).replace("-", "_").strip("_")[: LONGEST_KEY - 4]
    is_key = bool(stem) and stem[0].isalpha()
    if is_key and stem not in taken:
        return stem
    stem = stem if is_key else kind
    return next(key for number in count(2 if is_key else 1) if (key := f"{stem}_{number}") not in taken)


def form_replace(card: Scorecard, given: Scorecard) -> Scorecard:
    """Raises `FormEditInvalid` where it is another form."""
    if given.key != card.key:
        raise FormEditInvalid([f"key: must stay {card.key}"])
    return given


def form_set(card: Scorecard, facts: FormFacts) -> Scorecard:
    return _changed(card, **vars(facts))


def call_type_add(card: Scorecard, title: Text) -> Scorecard:
    key = key_for(title, taken={one.key for one in card.call_types}, kind="type")
    return _changed(card, call_types=[*card.call_types, CallType(key=key, title=title)])


def call_type_set(card: Scorecard, key: str, title: Text, *, in_averages: bool) -> Scorecard:
    found = _found(card.call_types, key)
    changed = _changed(found, title=title, in_averages=in_averages)
    return _changed(card, call_types=[changed if one is found else one for one in card.call_types])


def call_type_delete(card: Scorecard, key: str) -> Scorecard:
    """Its weights go with it."""
    found = _found(card.call_types, key)
    without = _changed(card, call_types=[one for one in card.call_types if one is not found])
    return _each_criterion(
        without, lambda one: _changed(one, weights={name: given for name, given in one.weights.items() if name != key})
    )


def section_add(card: Scorecard, title: Text) -> Scorecard:
    key = key_for(title, taken={one.key for one in card.sections}, kind="section")
    return _changed(card, sections=[*card.sections, Section(key=key, title=title)])


def section_set(card: Scorecard, key: str, title: Text) -> Scorecard:
    found = _found(card.sections, key)
    return _changed(card, sections=[_changed(one, title=title) if one is found else one for one in card.sections])


def section_delete(card: Scorecard, key: str) -> Scorecard:
    found = _found(card.sections, key)
    return _changed(card, sections=[one for one in card.sections if one is not found])


def section_move(card: Scorecard, key: str, by: int) -> Scorecard:
    found = _found(card.sections, key)
    others = [one for one in card.sections if one is not found]
    place = min(max(0, card.sections.index(found) + by), len(others))
    return _changed(card, sections=[*others[:place], found, *others[place:]])


def criterion_add(card: Scorecard, section: str, title: Text, *, taken: Collection[str]) -> Scorecard:
    """With weight 1 in every call type, so that it counts from the start. `taken`: keys of earlier revisions."""
    used = {*taken, *(one.key for one in card.criteria)}
    weights = {one.key: 1.0 for one in card.call_types}
    made = Criterion(key=key_for(title, taken=used, kind="criterion"), title=title, weights=weights)
    found = _found(card.sections, section)
    return _with_section(card, found, [*found.criteria, made])


def criterion_set(card: Scorecard, key: str, facts: CriterionFacts) -> Scorecard:
    return _criterion_changed(card, key, **vars(facts))


def criterion_delete(card: Scorecard, key: str) -> Scorecard:
    section, found = _home(card, key)
    return _with_section(card, section, [one for one in section.criteria if one is not found])


def criterion_move(card: Scorecard, key: str, by: int) -> Scorecard:
    """One place up or down; beyond the end of its section into the next one."""
    section, found = _home(card, key)
    place, number = section.criteria.index(found) + by, card.sections.index(section)
    if place < 0 and number > 0:
        above = card.sections[number - 1]
        return criterion_place(card, key, above.key, len(above.criteria))
    if place >= len(section.criteria) and number + 1 < len(card.sections):
        return criterion_place(card, key, card.sections[number + 1].key, 0)
    return criterion_place(card, key, section.key, place)


def criterion_place(card: Scorecard, key: str, section: str, place: int) -> Scorecard:
    """To that place of that section, counted without the criterion itself."""
    _home_section, found = _home(card, key)
    _found(card.sections, section)
    without = criterion_delete(card, key)
    target = _found(without.sections, section)
    place = min(max(0, place), len(target.criteria))
    return _with_section(without, target, [*target.criteria[:place], found, *target.criteria[place:]])


def marker_add(card: Scorecard, key: str, spec: PhraseSpec | MeasureSpec) -> Scorecard:
    return _criterion_changed(card, key, markers=[*_home(card, key)[1].markers, spec])


def marker_set(card: Scorecard, key: str, number: int, spec: PhraseSpec | MeasureSpec) -> Scorecard:
    markers = list(_home(card, key)[1].markers)
    _numbered(markers, number)
    markers[number] = spec
    return _criterion_changed(card, key, markers=markers)


def marker_delete(card: Scorecard, key: str, number: int) -> Scorecard:
    markers = list(_home(card, key)[1].markers)
    _numbered(markers, number)
    return _criterion_changed(card, key, markers=[*markers[:number], *markers[number + 1 :]])


def condition_add(card: Scorecard, key: str, condition: Condition) -> Scorecard:
    return _criterion_changed(card, key, conditions=[*_home(card, key)[1].conditions, condition])


def condition_delete(card: Scorecard, key: str, number: int) -> Scorecard:
    conditions = list(_home(card, key)[1].conditions)
    _numbered(conditions, number)
    return _criterion_changed(card, key, conditions=[*conditions[:number], *conditions[number + 1 :]])


def _changed(part: Part, **fields: Any) -> Part:
    return part.model_copy(update=fields)


def _numbered(parts: Sequence[object], number: int) -> None:
    if not 0 <= number < len(parts):
        raise FormPartMissing(str(number))


def _found(parts: Sequence[Keyed], key: str) -> Keyed:
    found = next((one for one in parts if one.key == key), None)
    if found is None:
        raise FormPartMissing(key)
    return found


def _home(card: Scorecard, key: str) -> tuple[Section, Criterion]:
    for section in card.sections:
        for one in section.criteria:
            if one.key == key:
                return section, one
    raise FormPartMissing(key)


def _with_section(card: Scorecard, section: Section, criteria: list[Criterion]) -> Scorecard:
    changed = _changed(section, criteria=criteria)
    return _changed(card, sections=[changed if one is section else one for one in card.sections])


def _criterion_changed(card: Scorecard, key: str, **fields: Any) -> Scorecard:
    section, found = _home(card, key)
    criteria = [_changed(one, **fields) if one is found else one for one in section.criteria]
    return _with_section(card, section, criteria)


def _each_criterion(card: Scorecard, change: Callable[[Criterion], Criterion]) -> Scorecard:
    return _changed(
        card,
        sections=[_changed(one, criteria=[change(criterion) for criterion in one.criteria]) for one in card.sections],
    )
