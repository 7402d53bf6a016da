"""What the fields of a machine rule say: phrases by group and language, or the limits of a measure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeVar

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from pydantic import ValidationError

from sapa.desk.sheets.form_fields import text_given
from sapa.scorecards.editing import key_for
from sapa.scorecards.errors import FormEditInvalid
from sapa.scorecards.types import MeasureSpec, PhraseSpec

MOST_ELEMENTS = 30
Spec = TypeVar("Spec", MeasureSpec, PhraseSpec)


def number_given(given: Mapping[str, str], name: str, label: str) -> float | None:
    """None when it is empty. A comma is taken for a point. Raises `FormEditInvalid`."""
    typed = given.get(name, "").strip().replace(",", ".")
    if not typed:
        return None
    try:
        number = float(typed)
    except ValueError as exc:
        raise FormEditInvalid([_("%(label)s: “%(typed)s” is no number.") % {"label": label, "typed": typed}]) from exc
    if not math.isfinite(number):
        raise FormEditInvalid([_("%(label)s: “%(typed)s” is no number.") % {"label": label, "typed": typed}])
    return number


def measure_given(given: QueryDict) -> MeasureSpec:
    content: dict[str, Any] = {
        "kind": "measure",
        "measure": given.get("measure", ""),
        "needs_talk_s": _needs_talk_s(given),
    }
    for part, label in (("full", "1"), ("half", "0.5")):
        sides = {side: number_given(given, f"{part}_{side}", label) for side in ("at_least", "at_most")}
        content[part] = {side: number for side, number in sides.items() if number is not None}
    if given.get("evidence_tag"):
        content["evidence_tag"] = given["evidence_tag"]
    if not content["full"]:
        raise FormEditInvalid([_("Say from which value or up to which value it is 1.")])
    return _checked(MeasureSpec, content)


def _needs_talk_s(given: QueryDict) -> float:
    number = number_given(given, "needs_talk_s", _("Seconds of talk that are needed"))
    return 20.0 if number is None else number


def phrase_given(given: QueryDict) -> PhraseSpec:
    """Groups that say nothing at all are left out: the page always offers an empty one more."""
    elements: list[dict[str, Any]] = []
    for number in range(MOST_ELEMENTS):
        element = _element(given, f"e{number}_", {one["key"] for one in elements})
        if element is not None:
            elements.append(element)
    if not elements:
        raise FormEditInvalid([_("Write at least one phrase to listen for.")])
    content: dict[str, Any] = {"kind": "phrase", "by": given.get("by", "agent"), "elements": elements}
    place = {name: number_given(given, name, label) for name, label in _places().items()}
    content["place"] = {name: number for name, number in place.items() if number is not None}
    needed = {name: number_given(given, name, label) for name, label in _needed().items()}
    content |= {name: number for name, number in needed.items() if number is not None}
    content["forbidden"] = "forbidden" in given
    content["when_missing"] = "abstain" if "abstain" in given else "zero"
    return _checked(PhraseSpec, content)


def _places() -> dict[str, str]:
    return {"first_s": _("First seconds"), "last_s": _("Last seconds"), "first_turns": _("First turns")}


def _needed() -> dict[str, str]:
    return {"full_at": _("Groups needed for 1"), "half_at": _("Groups needed for 0.5")}


def _element(given: QueryDict, start: str, taken: set[str]) -> dict[str, Any] | None:
    said, like = (_lines(given, f"{start}{name}") for name in ("said", "like"))
    title = text_given(given, f"{start}title")
    if not (said or like):
        return None
    words = title or {code: lines[0] for code, lines in (said or like).items()}
    element: dict[str, Any] = {"key": given.get(f"{start}key") or key_for(words, taken=taken, kind="phrases")}
    element |= {"title": title, "said": said, "like": like}
    return element | {flag: f"{start}{flag}" in given for flag in ("required", "partial", "unsure")}


def _lines(given: QueryDict, name: str) -> dict[str, list[str]]:
    typed = {code: given.get(f"{name}_{code}", "").splitlines() for code, _title in settings.LANGUAGES}
    kept = {code: [line.strip() for line in lines if line.strip()] for code, lines in typed.items()}
    return {code: lines for code, lines in kept.items() if lines}


def _checked(shape: type[Spec], content: dict[str, Any]) -> Spec:
    try:
        return shape.model_validate(content)
    except ValidationError as exc:
        problems = [f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}" for error in exc.errors()]
        raise FormEditInvalid(problems) from exc
