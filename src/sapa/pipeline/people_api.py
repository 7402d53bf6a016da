"""People over the REST API: who there is, adding, changing, disabling and importing them. Their ways in, names and
grants are in `access_api`."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import File, Query, Router, Status
from ninja.files import UploadedFile

from sapa.accounts.models import Role
from sapa.accounts.people_csv import people_from_csv
from sapa.accounts.selectors import acting_person, people_found
from sapa.accounts.services import PeopleImported, people_import, person_disable, person_enable
from sapa.calls.people import Arrangement, person_add, person_arrange
from sapa.core.api_shapes import ERRORS, Line
from sapa.pipeline.people_json import (
    ImportOut,
    PeopleOut,
    PersonChangeIn,
    PersonIn,
    PersonOut,
    Username,
    administrator_confirmed,
    administrator_of,
    person_shape,
    person_told,
)

MOST_PEOPLE = 200
router = Router(tags=["people"])


@router.get("/me", response={200: PersonOut, **ERRORS}, summary="Who you are")
def me_get(request: HttpRequest) -> dict[str, Any]:
    return person_told(acting_person(request).username)


@router.get("/people", response={200: PeopleOut, **ERRORS}, summary="People by name to sign in with")
def people_list(
    request: HttpRequest,
    limit: Annotated[int, Query(ge=1, le=MOST_PEOPLE)] = 50,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
    role: Role | None = None,
    team: Annotated[Line | None, Query(description="Exactly this one; empty: those in no team")] = None,
    active: Annotated[bool | None, Query(description="Left out: the disabled ones too")] = None,
    text: Annotated[Line, Query("", description="In their names, those of the phone system or of the team")] = "",
) -> dict[str, Any]:
    """Administrators only, as everything about other people."""
    administrator_of(request)
    found = people_found(text=text.strip(), role=role.value if role else "", team=team, is_active=active)
    page = found.prefetch_related("queue_grants__queue")[offset : offset + limit]
    return {"count": found.count(), "people": [person_shape(person) for person in page]}


@router.post("/people", response={201: PersonOut, **ERRORS}, summary="Add a person")
def people_post(request: HttpRequest, given: PersonIn) -> Status[dict[str, Any]]:
    """Without a password: make a sign-in link, or let them come by single sign-on. 409 `person_exists`."""
    actor = administrator_confirmed(request)
    person = person_add(actor, given.username, _arrangement(given))
    return Status(201, person_told(person.username))


@router.get("/people/{username}", response={200: PersonOut, **ERRORS}, summary="One person")
def person_get(request: HttpRequest, username: Username) -> dict[str, Any]:
    administrator_of(request)
    return person_told(username)


@router.patch("/people/{username}", response={200: PersonOut, **ERRORS}, summary="Change a person")
def person_patch(request: HttpRequest, username: Username, given: PersonChangeIn) -> dict[str, Any]:
    """All of it or nothing. 409 `last_administrator`: somebody else must have that role first."""
    actor = administrator_confirmed(request)
    return person_told(person_arrange(actor, username, _arrangement(given)).username)


@router.post("/people/{username}/disable", response={200: PersonOut, **ERRORS}, summary="Disable a person")
def person_disable_post(request: HttpRequest, username: Username) -> dict[str, Any]:
    """Signed out everywhere; tokens and links end. Again: nothing changes."""
    actor = administrator_confirmed(request)
    return person_told(person_disable(actor, username).username)


@router.post("/people/{username}/enable", response={200: PersonOut, **ERRORS}, summary="Enable a person")
def person_enable_post(request: HttpRequest, username: Username) -> dict[str, Any]:
    """They may sign in again; tokens and links that ended stay ended."""
    actor = administrator_confirmed(request)
    return person_told(person_enable(actor, username).username)


@router.post("/import/people", response={200: ImportOut, **ERRORS}, summary="People from a CSV")
def people_import_post(request: HttpRequest, file: File[UploadedFile]) -> PeopleImported:
    """Columns `username` and, where wanted, `name`, `role`, `team`, `pbx_names`. Whole or not at all: 400
    `people_invalid` names every line that cannot be."""
    actor = administrator_confirmed(request)
    return people_import(actor, people_from_csv(file.read()))


def _arrangement(given: PersonChangeIn) -> Arrangement:
    lists = (given.pbx_names, given.granted_teams, given.granted_queues)
    pbx_names, teams, queues = (tuple(names) if names is not None else None for names in lists)
    return Arrangement(given.name, given.role, given.team, pbx_names, teams, queues, given.names_hidden)
