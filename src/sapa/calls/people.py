"""All that an administrator says of one person, on one page or in one request, done as one act: facts, names and grants
together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from sapa.accounts.models import PbxName, Person, Role
from sapa.accounts.selectors import person_named
from sapa.accounts.services import (
    PersonChange,
    administrator_require,
    pbx_name_give,
    pbx_name_take,
    person_change,
    person_create,
    team_create,
    team_grant,
    team_grant_end,
)
from sapa.calls.services import queue_grant, queue_grant_end


@dataclass(frozen=True)
class Arrangement:
    """None leaves it as it is. `team` "" is none; one that is not there is made. Names and grants are all there shall
    be."""

    name: str | None = None
    role: Role | None = None
    team: str | None = None
    pbx_names: tuple[str, ...] | None = None
    teams: tuple[str, ...] | None = None
    queues: tuple[str, ...] | None = None
    names_hidden: bool | None = None


@transaction.atomic
def person_add(actor: Person | None, username: str, wanted: Arrangement) -> Person:
    """Raises `NotAdministrator`, `PersonExists`, `PersonInvalid`, and what `person_arrange` raises."""
    administrator_require(actor)
    person_create(username, role=wanted.role or Role.NONE, name=wanted.name or "", actor=actor)
    return person_arrange(actor, username, wanted)


@transaction.atomic
def person_arrange(actor: Person | None, username: str, wanted: Arrangement) -> Person:
    """Raises `NotAdministrator`, `PersonMissing`, `PersonInvalid`, `TeamInvalid`, `TeamMissing`, `PbxNameInvalid`,
    `QueueInvalid`, `LastAdministrator`; then nothing was changed."""
    administrator_require(actor)
    if wanted.team:
        team_create(actor, wanted.team)
    team = wanted.team.strip() if wanted.team is not None else None
    facts = PersonChange(wanted.name, wanted.role, team, wanted.names_hidden)
    person = person_change(actor, username, facts)
    if wanted.pbx_names is not None:
        _pbx_names(actor, person, wanted.pbx_names)
    if wanted.teams is not None:
        _team_grants(actor, person, set(wanted.teams))
    if wanted.queues is not None:
        _queue_grants(actor, person, set(wanted.queues))
    return person_named(username)


def _pbx_names(actor: Person | None, person: Person, wanted: Sequence[str]) -> None:
    has = set(PbxName.objects.filter(person=person).values_list("name", flat=True))
    for name in wanted:
        pbx_name_give(person, name=name, actor=actor)
    for name in sorted(has - set(wanted)):
        pbx_name_take(actor, name)


def _team_grants(actor: Person | None, person: Person, wanted: set[str]) -> None:
    has = set(person.team_grants.values_list("team__name", flat=True))
    for team in sorted(wanted - has):
        team_grant(actor, person.username, team)
    for team in sorted(has - wanted):
        team_grant_end(actor, person.username, team)


def _queue_grants(actor: Person | None, person: Person, wanted: set[str]) -> None:
    has = set(person.queue_grants.values_list("queue__name", flat=True))
    for queue in sorted(wanted - has):
        queue_grant(actor, person.username, queue)
    for queue in sorted(has - wanted):
        queue_grant_end(actor, person.username, queue)
