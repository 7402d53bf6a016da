"""Which form a call gets: rules in their order, the first that fits counts; without a fitting rule by the call's type,
else by its direction, else the form for everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sapa.calls.models import Call
from sapa.calls.selectors import team_names_of
from sapa.scorecards.errors import ScorecardsUnpublished
from sapa.scorecards.judging import facts_of
from sapa.scorecards.library import DEFAULT_KEY
from sapa.scorecards.models import FormRule, ScorecardRecord, ScorecardRevision

FACTS = ("direction", "queue", "call_type", "team", "language")


@dataclass(frozen=True)
class FormChoice:
    """`why`: by a `rule` (with its number), by the `call_type`, the `direction`, or as the `default`."""

    revision: ScorecardRevision
    why: Literal["rule", "call_type", "direction", "default"]
    rule: int | None = None


def rule_that_fits(rules: Sequence[Mapping[str, Sequence[str]]], facts: Mapping[str, str]) -> int | None:
    """Place of the first rule all of whose conditions name what the call is. One without conditions fits every call."""
    for place, conditions in enumerate(rules):
        if all(facts.get(fact, "") in values for fact, values in conditions.items() if values):
            return place
    return None


def form_choice(call: Call) -> FormChoice:
    """Raises `ScorecardsUnpublished`."""
    return form_choices([call])[0]


def form_choices(calls: Sequence[Call]) -> list[FormChoice]:
    """One for each call; their queues were fetched before."""
    records = ScorecardRecord.objects.order_by("key").prefetch_related("revisions__scorecard")
    newest = {record.pk: revisions[0] for record in records if (revisions := list(record.revisions.all()))}
    if not newest:
        raise ScorecardsUnpublished
    rules = [rule for rule in FormRule.objects.all() if rule.scorecard_id in newest]
    teams = team_names_of({call.agent_name for call in calls}) if rules else {}
    return [_choice(call, rules, newest, teams) for call in calls]


def _choice(
    call: Call, rules: Sequence[FormRule], newest: Mapping[int, ScorecardRevision], teams: dict[str, str]
) -> FormChoice:
    facts = facts_of(call, teams) | {"call_type": call.call_type, "language": call.language} if rules else {}
    place = rule_that_fits([rule.conditions for rule in rules], facts)
    if place is not None:
        return FormChoice(newest[rules[place].scorecard_id], "rule", place + 1)
    revisions = list(newest.values())
    for revision in revisions:
        if call.call_type and any(kind["key"] == call.call_type for kind in revision.content["call_types"]):
            return FormChoice(revision, "call_type")
    for revision in revisions:
        if call.direction and call.direction in revision.content.get("directions", []):
            return FormChoice(revision, "direction")
    default = next((one for one in revisions if one.scorecard.key == DEFAULT_KEY), revisions[0])
    return FormChoice(default, "default")
