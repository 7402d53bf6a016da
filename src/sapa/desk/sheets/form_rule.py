"""The fields of one machine rule: phrase groups with an empty one more, or the limits of a measure."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sapa.desk.sheets.form_fields import Given, LanguagePanel, language_panels
from sapa.desk.wording.form_parts import PARTIES
from sapa.scorecards.types import Criterion, Element, Limit, MeasureSpec, PhraseSpec

EMPTY_GROUP = Element(key="new")


@dataclass(frozen=True)
class GroupForm:
    number: int
    key: str
    title: str
    panels: tuple[LanguagePanel, ...]
    flags: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True)
class RuleForm:
    """`number` is empty for a new rule. `values` are the plain fields by name, as text."""

    kind: str
    number: str
    values: dict[str, str]
    groups: tuple[GroupForm, ...] = ()

    @property
    def parties_offered(self) -> list[tuple[str, str]]:
        return [(key, str(words)) for key, words in PARTIES.items()]


def rule_form(one: Criterion, number: str, given: Given) -> RuleForm | None:
    """None when there is no such rule."""
    own = given if given is not None and given.get("act") == "marker_save" else None
    if number in {"phrase", "measure"}:
        return _phrase("", None, own) if number == "phrase" else _measure("", None, own)
    if not number.isdecimal() or len(number) > 4 or int(number) >= len(one.markers):
        return None
    spec = one.markers[int(number)]
    return _phrase(number, spec, own) if isinstance(spec, PhraseSpec) else _measure(number, spec, own)


def _text(value: float | int | None) -> str:
    return "" if value is None else f"{value:g}"


def _measure(number: str, spec: MeasureSpec | None, given: Given) -> RuleForm:
    full, half = (spec.full, spec.half) if spec else (Limit(), Limit())
    values = {
        "measure": spec.measure if spec else "",
        "full_at_least": _text(full.at_least),
        "full_at_most": _text(full.at_most),
        "half_at_least": _text(half.at_least),
        "half_at_most": _text(half.at_most),
        "needs_talk_s": _text(spec.needs_talk_s if spec else 20.0),
        "evidence_tag": (spec.evidence_tag or "") if spec else "",
    }
    return RuleForm("measure", number, _over(values, given))


def _over(values: dict[str, str], given: Given) -> dict[str, str]:
    return values if given is None else {name: given.get(name, "") for name in values}


def _phrase(number: str, spec: PhraseSpec | None, given: Given) -> RuleForm:
    values = {
        "by": spec.by if spec else "agent",
        "first_s": _text(spec.place.first_s) if spec else "",
        "last_s": _text(spec.place.last_s) if spec else "",
        "first_turns": _text(spec.place.first_turns) if spec else "",
        "full_at": _text(spec.full_at) if spec else "",
        "half_at": _text(spec.half_at) if spec else "1",
        "forbidden": "on" if spec and spec.forbidden else "",
        "abstain": "on" if spec and spec.when_missing == "abstain" else "",
    }
    elements = [*(spec.elements if spec else ()), EMPTY_GROUP]
    groups = tuple(_group(place, element, given) for place, element in enumerate(elements))
    return RuleForm("phrase", number, _over(values, given), groups)


def _group(number: int, element: Element, given: Given) -> GroupForm:
    start = f"e{number}_"
    said = {code: "\n".join(element.said.get(code, ())) for code, _title in settings.LANGUAGES}
    like = {code: "\n".join(element.like.get(code, ())) for code, _title in settings.LANGUAGES}
    texts = {
        f"{start}title": (_("Name of the group"), element.title, 1),
        f"{start}said": (_("Phrases, one on each line"), said, 3),
        f"{start}like": (_("Sentences that mean it, one on each line"), like, 2),
    }
    flags = {
        "required": (_("Without it at most 0.5"), element.required),
        "partial": (_("Counts towards 0.5 only"), element.partial),
        "unsure": (_("May be innocent: leave it to a person"), element.unsure),
    }
    key = "" if element is EMPTY_GROUP else element.key
    language = get_language() or "en"
    title = element.title.get(language) or element.title.get("en") or key.replace("_", " ")
    return GroupForm(
        number=number,
        key=key,
        title=title,
        panels=language_panels(texts, given, language),
        flags=tuple(
            (f"{start}{name}", label, stored if given is None else f"{start}{name}" in given)
            for name, (label, stored) in flags.items()
        ),
    )
