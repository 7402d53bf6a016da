"""What people come in by and what they see, over the REST API: links, tokens, sessions, names of the phone system,
teams and grants."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Status

from sapa.accounts.selectors import TeamCounted, person_named, teams_counted
from sapa.accounts.services import (
    link_create,
    pbx_name_give,
    pbx_name_take,
    team_create,
    team_grant,
    team_grant_end,
    token_revoke,
)
from sapa.accounts.sessions import places_end
from sapa.calls.selectors import pbx_names_unmapped
from sapa.calls.services import queue_grant, queue_grant_end
from sapa.core.api_shapes import ERRORS, Line
from sapa.pipeline.people_json import (
    LinkOut,
    Name,
    PersonOut,
    RevokedOut,
    TeamIn,
    TeamOut,
    TokenOut,
    UnmappedListOut,
    Username,
    administrator_confirmed,
    administrator_of,
    person_told,
)
from sapa.pipeline.site import link_path

MOST_NAMES = 200
router = Router(tags=["people"])


@router.post("/people/{username}/sign-in-link", response={201: LinkOut, **ERRORS}, summary="A link that signs in once")
def link_post(request: HttpRequest, username: Username) -> Status[dict[str, Any]]:
    """Told only now; it holds for a day and stands for the password, not for the second factor."""
    actor = administrator_confirmed(request)
    secret = link_create(person_named(username), actor=actor)
    return Status(201, {"url": request.build_absolute_uri(link_path(secret))})


@router.post("/people/{username}/sign-out", response={204: None, **ERRORS}, summary="Sign a person out everywhere")
def sign_out_post(request: HttpRequest, username: Username) -> Status[None]:
    places_end(administrator_confirmed(request), username)
    return Status(204, None)


@router.get("/people/{username}/tokens", response={200: list[TokenOut], **ERRORS}, summary="Tokens in force")
def token_list(request: HttpRequest, username: Username) -> list[dict[str, Any]]:
    """By their labels; a secret is told by `sapa token` and never again."""
    administrator_confirmed(request)
    tokens = person_named(username).api_tokens.filter(revoked_at=None).order_by("created_at")
    return [{"label": token.label, "created_at": token.created_at} for token in tokens]


@router.delete("/people/{username}/tokens", response={200: RevokedOut, **ERRORS}, summary="Revoke tokens of a label")
def token_delete(request: HttpRequest, username: Username, label: Annotated[Line, Query()]) -> dict[str, int]:
    return {"revoked": token_revoke(administrator_confirmed(request), username, label=label)}


@router.put("/people/{username}/pbx-names", response={200: PersonOut, **ERRORS}, summary="Give a phone system's name")
def pbx_name_put(request: HttpRequest, username: Username, name: Name) -> dict[str, Any]:
    """From now on, and in all earlier calls, it stands for this person, whoever had it before."""
    actor = administrator_confirmed(request)
    pbx_name_give(person_named(username), name=name, actor=actor)
    return person_told(username)


@router.delete("/people/{username}/pbx-names", response={200: PersonOut, **ERRORS}, summary="Take such a name away")
def pbx_name_delete(request: HttpRequest, username: Username, name: Name) -> dict[str, Any]:
    actor = administrator_confirmed(request)
    pbx_name_take(actor, name, of=person_named(username))
    return person_told(username)


@router.put("/people/{username}/granted-teams", response={200: PersonOut, **ERRORS}, summary="Grant a team")
def team_grant_put(request: HttpRequest, username: Username, name: Name) -> dict[str, Any]:
    """From the first grant on the person sees the calls of what was granted, and no more all of them."""
    team_grant(administrator_confirmed(request), username, name)
    return person_told(username)


@router.delete("/people/{username}/granted-teams", response={200: PersonOut, **ERRORS}, summary="End a team's grant")
def team_grant_delete(request: HttpRequest, username: Username, name: Name) -> dict[str, Any]:
    team_grant_end(administrator_confirmed(request), username, name)
    return person_told(username)


@router.put("/people/{username}/granted-queues", response={200: PersonOut, **ERRORS}, summary="Grant a queue")
def queue_grant_put(request: HttpRequest, username: Username, name: Name) -> dict[str, Any]:
    """A queue that had no call yet is made known by it."""
    queue_grant(administrator_confirmed(request), username, name)
    return person_told(username)


@router.delete("/people/{username}/granted-queues", response={200: PersonOut, **ERRORS}, summary="End a queue's grant")
def queue_grant_delete(request: HttpRequest, username: Username, name: Name) -> dict[str, Any]:
    queue_grant_end(administrator_confirmed(request), username, name)
    return person_told(username)


@router.get(
    "/pbx-names/unmapped", response={200: UnmappedListOut, **ERRORS}, summary="Names in calls that stand for nobody"
)
def unmapped_list(
    request: HttpRequest,
    limit: Annotated[int, Query(ge=1, le=MOST_NAMES)] = 50,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> dict[str, Any]:
    """Those with the most calls first."""
    administrator_of(request)
    names = pbx_names_unmapped()
    return {"count": len(names), "names": [asdict(one) for one in names[offset : offset + limit]]}


@router.get("/teams", response={200: list[TeamOut], **ERRORS}, summary="Teams, and how many are in each")
def team_list(request: HttpRequest) -> list[TeamCounted]:
    administrator_of(request)
    return teams_counted()


@router.post("/teams", response={201: TeamOut, 200: TeamOut, **ERRORS}, summary="Make a team")
def team_post(request: HttpRequest, given: TeamIn) -> Status[TeamCounted]:
    """201 when it was made now, 200 when it was there."""
    actor = administrator_confirmed(request)
    were = {one["name"] for one in teams_counted()}
    team = team_create(actor, given.name)
    told = next(one for one in teams_counted() if one["name"] == team.name)
    return Status(200 if team.name in were else 201, told)
