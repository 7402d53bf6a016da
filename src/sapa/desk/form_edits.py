"""What a page of the form builder sends, as an edit of the form. Which edits there are stands in `EDITS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, get_args

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from pydantic import TypeAdapter, ValidationError

from sapa.desk.form_rule_edits import measure_given, number_given, phrase_given
from sapa.desk.sheets.form_fields import ANCHOR_FIELDS, text_given
from sapa.scorecards import editing
from sapa.scorecards.editing import CriterionFacts, Edit, FormFacts
from sapa.scorecards.errors import FormEditInvalid, FormPartMissing
from sapa.scorecards.findings import ANCHORS
from sapa.scorecards.types import Condition, Direction, Mode, Scorecard, Text


@dataclass(frozen=True)
class GivenEdit:
    """`part` is the key of what is changed; `where` is the place that the page goes back to."""

    verb: str
    part: str
    edit: Edit
    where: str


def edit_given(given: QueryDict) -> GivenEdit:
    """Raises `FormPartMissing` for an edit that there is not, `FormEditInvalid` for values that cannot be kept."""
    verb, part = given.get("act", ""), given.get("part", "")
    make = EDITS.get(verb)
    if make is None:
        raise FormPartMissing(verb)
    kind, edit = make(part, given)
    return GivenEdit(verb, part, edit, f"{kind}:{part}" if part else kind)


def new_title(given: QueryDict) -> Text:
    """Of what is added: one wording, in the language of the screen."""
    words = given.get("new_title", "").strip()
    if not words:
        raise FormEditInvalid([_("Write a title first.")])
    return {get_language() or "en": words}


Made = tuple[str, Edit]


def _form(part: str, given: QueryDict) -> Made:
    mode = given.get("mode", "")
    band_pct = number_given(given, "band_pct", _("A good call starts at"))
    facts = FormFacts(
        title=text_given(given, "title"),
        purpose=text_given(given, "purpose"),
        directions=[one for one in _directions() if one in given.getlist("directions")],
        mode=next((one for one in _modes() if one == mode), "cqr"),
        band_pct=80.0 if band_pct is None else band_pct,
    )
    if not 0 < facts.band_pct <= 100:
        raise FormEditInvalid([_("A good call starts at more than 0 and at most 100.")])
    return "form", partial(editing.form_set, facts=facts)


def _directions() -> tuple[Direction, ...]:
    return get_args(Direction)


def _modes() -> tuple[Mode, ...]:
    return get_args(Mode)


def _call_type_add(part: str, given: QueryDict) -> Made:
    return "call_types", partial(editing.call_type_add, title=new_title(given))


def _call_type_set(part: str, given: QueryDict) -> Made:
    title = text_given(given, "title")
    return "call_type", partial(editing.call_type_set, key=part, title=title, in_averages="in_averages" in given)


def _section_add(part: str, given: QueryDict) -> Made:
    return "sections", partial(editing.section_add, title=new_title(given))


def _section_set(part: str, given: QueryDict) -> Made:
    return "section", partial(editing.section_set, key=part, title=text_given(given, "title"))


def _criterion_set(part: str, given: QueryDict) -> Made:
    weights = {
        name.removeprefix("weight_"): number_given(given, name, _("Weight"))
        for name in given
        if name.startswith("weight_")
    }
    if any(weight is not None and not 0 < weight <= 1000 for weight in weights.values()):
        raise FormEditInvalid([_("A weight is above 0 and at most 1000. Leave it empty where it is not asked.")])
    facts = CriterionFacts(
        title=text_given(given, "title"),
        help=text_given(given, "help"),
        anchors={value: text for value in ANCHORS if (text := text_given(given, ANCHOR_FIELDS[value]))},
        weights={key: weight for key, weight in weights.items() if weight is not None},
        critical="critical" in given,
        na_allowed="na_allowed" in given,
    )
    return "criterion", partial(editing.criterion_set, key=part, facts=facts)


def _criterion_place(part: str, given: QueryDict) -> Made:
    place = given.get("place", "")
    if not place.isdecimal() or len(place) > 6:
        raise FormPartMissing(place)
    section = given.get("section", "")
    return "criterion", partial(editing.criterion_place, key=part, section=section, place=int(place))


def _numbered(given: QueryDict) -> int:
    number = given.get("number", "")
    if not number.isdecimal() or len(number) > 6:
        raise FormPartMissing(number)
    return int(number)


def _marker_save(part: str, given: QueryDict) -> Made:
    spec = measure_given(given) if given.get("kind") == "measure" else phrase_given(given)
    if given.get("number"):
        return "criterion", partial(editing.marker_set, key=part, number=_numbered(given), spec=spec)
    return "criterion", partial(editing.marker_add, key=part, spec=spec)


def _marker_delete(part: str, given: QueryDict) -> Made:
    return "criterion", partial(editing.marker_delete, key=part, number=_numbered(given))


def _condition_add(part: str, given: QueryDict) -> Made:
    return "criterion", partial(editing.condition_add, key=part, condition=_condition(given))


def _condition(given: QueryDict) -> Condition:
    kind = given.get("kind", "")
    content: dict[str, Any] = {"kind": kind, "values": [one for one in given.getlist("values") if one]}
    if kind == "answer":
        content["criterion"] = given.get("criterion", "")
    elif kind == "fact":
        words = [one.strip() for one in given.get("names", "").split(",")]
        content |= {"fact": given.get("fact", ""), "values": [one for one in words if one]}
    else:
        limit = {side: number_given(given, side, label) for side, label in _sides().items()}
        content = {"kind": "measure", "measure": given.get("measure", ""), "limit": limit}
    try:
        return CONDITION.validate_python(content)
    except ValidationError as exc:
        raise FormEditInvalid([_("Choose what the condition asks for, and at least one value.")]) from exc


def _sides() -> dict[str, str]:
    return {"at_least": _("At least"), "at_most": _("At most")}


def _condition_delete(part: str, given: QueryDict) -> Made:
    return "criterion", partial(editing.condition_delete, key=part, number=_numbered(given))


def _whole(kind: str, change: Callable[..., Scorecard], **fixed: Any) -> Callable[[str, QueryDict], Made]:
    return lambda part, given: (kind, partial(change, key=part, **fixed))


CONDITION: TypeAdapter[Condition] = TypeAdapter(Condition)
EDITS: dict[str, Callable[[str, QueryDict], Made]] = {
    "form_set": _form,
    "call_type_add": _call_type_add,
    "call_type_set": _call_type_set,
    "call_type_delete": _whole("call_types", editing.call_type_delete),
    "section_add": _section_add,
    "section_set": _section_set,
    "section_delete": _whole("sections", editing.section_delete),
    "section_up": _whole("section", editing.section_move, by=-1),
    "section_down": _whole("section", editing.section_move, by=1),
    "criterion_set": _criterion_set,
    "criterion_delete": _whole("sections", editing.criterion_delete),
    "criterion_up": _whole("criterion", editing.criterion_move, by=-1),
    "criterion_down": _whole("criterion", editing.criterion_move, by=1),
    "criterion_place": _criterion_place,
    "marker_save": _marker_save,
    "marker_delete": _marker_delete,
    "condition_add": _condition_add,
    "condition_delete": _condition_delete,
}
