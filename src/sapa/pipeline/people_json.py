"""People as the REST API gives and takes them, and who may ask for them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Schema
from pydantic import AfterValidator, Field, StringConstraints

from sapa.accounts.errors import PersonMissing
from sapa.accounts.models import Person, Role
from sapa.accounts.recent import recent_sign_in_require
from sapa.accounts.selectors import acting_person, people
from sapa.accounts.services import administrator_require
from sapa.core.api_shapes import Given, Line
from sapa.core.storable import storable

Username = Annotated[str, StringConstraints(max_length=150), AfterValidator(storable)]
Name = Annotated[Line, Query(description="In the query, since such a name may hold any character: percent-encoded")]
Names = Annotated[list[Line], Field(max_length=1000)]


class PersonChangeIn(Given):
    """What is left out stays as it is. Lists are all there shall be. A team that is not there is made; "" is none."""

    name: Line | None = None
    role: Role | None = None
    team: Line | None = None
    names_hidden: Annotated[bool | None, Field(description="Of agents and customers, for an outside reviewer")] = None
    pbx_names: Names | None = None
    granted_teams: Names | None = None
    granted_queues: Names | None = None


class PersonIn(PersonChangeIn):
    username: Username


class PersonOut(Schema):
    """`team` "" is none. Without a granted team or queue a supervisor or reviewer sees every call. `names_hidden` is of
    account for outside reviewers only."""

    username: str
    name: str
    role: Role
    team: str
    is_active: bool
    language: str
    last_login_at: datetime | None
    names_hidden: bool
    pbx_names: list[str]
    granted_teams: list[str]
    granted_queues: list[str]


class PeopleOut(Schema):
    count: int
    people: list[PersonOut]


class ImportOut(Schema):
    created: int
    changed: int
    teams: int


class LinkOut(Schema):
    url: str


class TokenOut(Schema):
    label: str
    created_at: datetime


class RevokedOut(Schema):
    revoked: int


class UnmappedOut(Schema):
    name: str
    calls: int
    last_at: datetime


class UnmappedListOut(Schema):
    count: int
    names: list[UnmappedOut]


class TeamIn(Given):
    name: Line


class TeamOut(Schema):
    name: str
    people: int


def administrator_of(request: HttpRequest) -> Person:
    """Raises `NotAdministrator`."""
    person = acting_person(request)
    administrator_require(person)
    return person


def administrator_confirmed(request: HttpRequest) -> Person:
    """For what the pages ask a recent sign-in for. Raises `NotAdministrator`, `ConfirmFirst`."""
    person = administrator_of(request)
    recent_sign_in_require(request)
    return person


def person_told(username: str) -> dict[str, Any]:
    """Raises `PersonMissing`."""
    person = people().prefetch_related("queue_grants__queue").filter(username=username).first()
    if person is None:
        raise PersonMissing(username)
    return person_shape(person)


def person_shape(person: Person) -> dict[str, Any]:
    """Asks for names and grants that were fetched before."""
    return {
        "username": person.username,
        "name": person.get_full_name(),
        "role": person.role,
        "team": person.team.name if person.team else "",
        "is_active": person.is_active,
        "language": person.language,
        "last_login_at": person.last_login,
        "names_hidden": person.names_hidden,
        "pbx_names": sorted(one.name for one in person.pbx_names.all()),
        "granted_teams": sorted(grant.team.name for grant in person.team_grants.all()),
        "granted_queues": sorted(grant.queue.name for grant in person.queue_grants.all()),
    }
