"""The rules by which calls are heard, over the REST API."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status

from sapa.accounts.models import Person
from sapa.accounts.selectors import acting_person
from sapa.accounts.services import administrator_require
from sapa.core.api_shapes import ERRORS, Line
from sapa.transcripts.rules import hearing_rule_remove, hearing_rule_set
from sapa.transcripts.rules_file import RuleShape, rule_told
from sapa.transcripts.selectors import hearing_rules

router = Router(tags=["hearing"])
Key = Annotated[Line, Query("", description="That of the rule; left out: any")]


class HearingRuleOut(Schema):
    """For the calls of `queue` in `language_heard`, "" being any. Blank fields are filled by the next rule that fits,
    and at last by the settings."""

    queue: str
    language_heard: str
    language_told: str
    engine: str
    model: str
    hints: list[str]


@router.get("/hearing-rules", response={200: list[HearingRuleOut], **ERRORS}, summary="Rules by which calls are heard")
def rule_list(request: HttpRequest) -> list[dict[str, Any]]:
    """For administrators only, as all of them here."""
    _administrator(request)
    return [rule_told(rule.as_rule()) for rule in hearing_rules()]


@router.put("/hearing-rules", response={200: HearingRuleOut, **ERRORS}, summary="Set the rule of a queue and language")
def rule_put(request: HttpRequest, given: RuleShape) -> dict[str, Any]:
    """Made, or put in place of what it was, whole: what is left out is blank. Calls heard before stay as they are."""
    return rule_told(hearing_rule_set(_administrator(request), given.as_rule()).as_rule())


@router.delete("/hearing-rules", response={204: None, **ERRORS}, summary="Remove the rule of a queue and language")
def rule_delete(request: HttpRequest, queue: Key = "", language_heard: Key = "") -> Status[None]:
    hearing_rule_remove(_administrator(request), queue=queue, language_heard=language_heard)
    return Status(204, None)


def _administrator(request: HttpRequest) -> Person:
    person = acting_person(request)
    administrator_require(person)
    return person
