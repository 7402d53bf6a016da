"""What publishing would change: two contents of a form, told apart part by part. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from sapa.scorecards.types import CallType, Criterion, Scorecard, Section

SENTENCES = {
    "added": _("New."),
    "removed": _("No longer in the form. Its earlier marks stay."),
    "title_changed": _("Another title."),
    "purpose_changed": _("Another purpose."),
    "directions_changed": _("For other directions."),
    "mode_changed": _("Another way to judge."),
    "band_changed": _("A good call starts at %(now)s instead of %(before)s."),
    "averages_changed": _("Counted in averages otherwise than before."),
    "cues_changed": _("Other phrases show this call type."),
    "order_changed": _("Another order."),
    "help_changed": _("Another help text."),
    "anchors_changed": _("Another wording of what 1, 0.5 and 0 sound like."),
    "weight_changed": _("Weight in %(type)s: %(now)s instead of %(before)s."),
    "weight_added": _("Asked in %(type)s now, with weight %(now)s."),
    "weight_removed": _("No longer asked in %(type)s."),
    "critical_now": _("Critical now: a 0 fails the call."),
    "critical_no_more": _("No longer critical."),
    "na_now": _("A person may say that it does not apply."),
    "na_no_more": _("A person can no longer say that it does not apply."),
    "conditions_changed": _("Asked under other conditions."),
    "markers_changed": _("Other machine rules."),
    "moved": _("In another section."),
}


@dataclass(frozen=True)
class Change:
    """`where` as in findings."""

    code: str
    where: str
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """In the language that is active."""
        return str(SENTENCES[self.code]) % self.facts


def changes_between(before: Scorecard, now: Scorecard) -> list[Change]:
    return [
        *_form(before, now),
        *_parts("call_type", before.call_types, now.call_types, _call_type),
        *_parts("section", before.sections, now.sections, _section),
        *_parts("criterion", before.criteria, now.criteria, criterion_changes),
        *_moved(before, now),
    ]


def _form(before: Scorecard, now: Scorecard) -> Iterator[Change]:
    yield from _differing(before, now, "form", ("title", "purpose", "directions", "mode"))
    if before.band_pct != now.band_pct:
        yield Change("band_changed", "form", {"before": f"{before.band_pct:g}", "now": f"{now.band_pct:g}"})


def _differing(before: Any, now: Any, where: str, names: Sequence[str]) -> Iterator[Change]:
    for name in names:
        if getattr(before, name) != getattr(now, name):
            yield Change(f"{name}_changed", where)


def _parts(kind: str, before: Sequence[Any], now: Sequence[Any], differ: Any) -> Iterator[Change]:
    old, new = {one.key: one for one in before}, {one.key: one for one in now}
    for key, one in new.items():
        if key not in old:
            yield Change("added", f"{kind}:{key}")
        else:
            yield from differ(old[key], one, f"{kind}:{key}")
    for key in old:
        if key not in new:
            yield Change("removed", f"{kind}:{key}")


def _call_type(before: CallType, now: CallType, where: str) -> Iterator[Change]:
    yield from _differing(before, now, where, ("title", "cues"))
    if before.in_averages != now.in_averages:
        yield Change("averages_changed", where)


def _section(before: Section, now: Section, where: str) -> Iterator[Change]:
    yield from _differing(before, now, where, ("title",))
    both = {one.key for one in before.criteria} & {one.key for one in now.criteria}
    orders = [[one.key for one in section.criteria if one.key in both] for section in (before, now)]
    if orders[0] != orders[1]:
        yield Change("order_changed", where)


def criterion_changes(before: Criterion, now: Criterion, where: str) -> Iterator[Change]:
    yield from _differing(before, now, where, ("title", "help", "anchors"))
    yield from _weights(before.weights, now.weights, where)
    if before.critical != now.critical:
        yield Change("critical_now" if now.critical else "critical_no_more", where)
    if before.na_allowed != now.na_allowed:
        yield Change("na_now" if now.na_allowed else "na_no_more", where)
    if before.only_if != now.only_if or before.conditions != now.conditions:
        yield Change("conditions_changed", where)
    yield from _differing(before, now, where, ("markers",))


def _weights(before: Mapping[str, float], now: Mapping[str, float], where: str) -> Iterator[Change]:
    for key in [*now, *(key for key in before if key not in now)]:
        old, new = before.get(key), now.get(key)
        if old == new:
            continue
        code = "weight_added" if old is None else "weight_removed" if new is None else "weight_changed"
        facts = {"type": key, "before": _figure(old), "now": _figure(new)}
        yield Change(code, where, facts)


def _figure(weight: float | None) -> str:
    return "" if weight is None else f"{weight:g}"


def _moved(before: Scorecard, now: Scorecard) -> Iterator[Change]:
    homes = [{one.key: section.key for section in card.sections for one in section.criteria} for card in (before, now)]
    for key, home in homes[1].items():
        if homes[0].get(key, home) != home:
            yield Change("moved", f"criterion:{key}")
    both = {one.key for one in before.sections} & {one.key for one in now.sections}
    orders = [[one.key for one in card.sections if one.key in both] for card in (before, now)]
    if orders[0] != orders[1]:
        yield Change("order_changed", "form")
