"""Which form a call gets, over the REST API: the rules in their order, and what one call gets and why."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Router, Status

from sapa.calls.selectors import call_visible_to
from sapa.core.api_shapes import ERRORS
from sapa.scorecards.choosing import form_choice
from sapa.scorecards.forms_json import ChoiceOut, PlaceIn, RuleIn, RuleOut, forms_changer
from sapa.scorecards.models import FormRule
from sapa.scorecards.rules import rule_delete, rule_place, rule_save
from sapa.scorecards.selectors import form_rules

router = Router(tags=["forms"])
RuleId = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("/form-rules", response={200: list[RuleOut], **ERRORS}, summary="Rules that choose the form, in order")
def rule_list(request: HttpRequest) -> list[dict[str, Any]]:
    """The first that fits counts."""
    forms_changer(request)
    return _rules()


@router.post("/form-rules", response={201: RuleOut, **ERRORS}, summary="Add a rule at the end")
def rule_post(request: HttpRequest, given: RuleIn) -> Status[dict[str, Any]]:
    return Status(201, _told(rule_save(forms_changer(request), given.form, given.conditions.model_dump())))


@router.put("/form-rules/{rule_id}", response={200: RuleOut, **ERRORS}, summary="Change a rule")
def rule_put(request: HttpRequest, rule_id: RuleId, given: RuleIn) -> dict[str, Any]:
    return _told(rule_save(forms_changer(request), given.form, given.conditions.model_dump(), rule_id=rule_id))


@router.delete("/form-rules/{rule_id}", response={204: None, **ERRORS}, summary="Delete a rule")
def rule_delete_one(request: HttpRequest, rule_id: RuleId) -> Status[None]:
    rule_delete(forms_changer(request), rule_id)
    return Status(204, None)


@router.post("/form-rules/{rule_id}/move", response={200: list[RuleOut], **ERRORS}, summary="Put a rule elsewhere")
def rule_move_post(request: HttpRequest, rule_id: RuleId, given: PlaceIn) -> list[dict[str, Any]]:
    """Gives all of them in their new order."""
    rule_place(forms_changer(request), rule_id, given.place)
    return _rules()


@router.get("/calls/{call_id}/form", response={200: ChoiceOut, **ERRORS}, summary="Which form a call gets, and why")
def choice_get(request: HttpRequest, call_id: UUID) -> dict[str, Any]:
    """As the rules and forms are now; a call that was judged keeps what it got until it is judged again."""
    choice = form_choice(call_visible_to(forms_changer(request), call_id))
    revision = choice.revision
    return {
        "form": revision.scorecard.key, "revision": revision.number, "why": choice.why, "rule": choice.rule,
    }  # fmt: skip


def _rules() -> list[dict[str, Any]]:
    return [
        {"id": rule.pk, "place": place, "form": rule.scorecard.key, "conditions": rule.conditions}
        for place, rule in enumerate(form_rules(), start=1)
    ]


def _told(rule: FormRule) -> dict[str, Any]:
    return next(one for one in _rules() if one["id"] == rule.pk)
