"""All that an administrator says of one person on one page, done as one act: facts, names and grants together."""

from __future__ import annotations

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
    """`team` "" is none; one that is not there is made. Names and grants are all there shall be."""

    name: str
    role: Role
    team: str = ""
    pbx_names: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    names_hidden: bool = True


@transaction.atomic
def person_add(actor: Person | None, username: str, wanted: Arrangement) -> Person:
    """Raises `NotAdministrator`, `PersonExists`, `PersonInvalid`, and what `person_arrange` raises."""
    administrator_require(actor)
    person_create(username, role=wanted.role, name=wanted.name, actor=actor)
    return person_arrange(actor, username, wanted)


@transaction.atomic
def person_arrange(actor: Person | None, username: str, wanted: Arrangement) -> Person:
    """Raises `NotAdministrator`, `PersonMissing`, `PersonInvalid`, `TeamInvalid`, `TeamMissing`, `PbxNameInvalid`,
    `QueueInvalid`, `LastAdministrator`; then nothing was changed."""
    administrator_require(actor)
    if wanted.team:
        team_create(actor, wanted.team)
    facts = PersonChange(wanted.name, wanted.role, wanted.team.strip(), wanted.names_hidden)
    person = person_change(actor, username, facts)
    has = set(PbxName.objects.filter(person=person).values_list("name", flat=True))
    for name in wanted.pbx_names:
        pbx_name_give(person, name=name, actor=actor)
    for name in sorted(has - set(wanted.pbx_names)):
        pbx_name_take(actor, name)
    teams = set(person.team_grants.values_list("team__name", flat=True))
    for team in sorted(set(wanted.teams) - teams):
        team_grant(actor, username, team)
    for team in sorted(teams - set(wanted.teams)):
        team_grant_end(actor, username, team)
    queues = set(person.queue_grants.values_list("queue__name", flat=True))
    for queue in sorted(set(wanted.queues) - queues):
        queue_grant(actor, username, queue)
    for queue in sorted(queues - set(wanted.queues)):
        queue_grant_end(actor, username, queue)
    return person_named(username)
