"""Reading people, links and tokens."""

from __future__ import annotations

import hashlib
from typing import TypedDict

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from sapa.accounts.errors import LinkUnusable, PersonMissing, TeamMissing
from sapa.accounts.models import ApiToken, PbxName, Person, SignInLink, Team
from sapa.core.clock import now_at


class TeamCounted(TypedDict):
    name: str
    people: int


def secret_hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def person_by_token(secret: str) -> Person | None:
    token = (
        ApiToken.objects.select_related("person")
        .filter(secret_sha256=secret_hash(secret), revoked_at=None, person__is_active=True)
        .first()
    )
    return token.person if token else None


def pbx_names_of(person: Person) -> list[str]:
    return list(PbxName.objects.filter(person=person).values_list("name", flat=True))


def has_people() -> bool:
    return Person.objects.exists()


def person_named(username: str) -> Person:
    try:
        return Person.objects.get(username=username)
    except Person.DoesNotExist as exc:
        raise PersonMissing(username) from exc


def team_named(name: str) -> Team:
    """Raises `TeamMissing`, which names those that there are."""
    team = Team.objects.filter(name=name).first()
    if team is None:
        raise TeamMissing(name, list(Team.objects.order_by("name").values_list("name", flat=True)[:50]))
    return team


def teams_counted() -> list[TeamCounted]:
    """By name, and how many people are in each."""
    counted = Team.objects.annotate(count=Count("people")).order_by("name")
    return [TeamCounted(name=team.name, people=team.count) for team in counted]


def people() -> QuerySet[Person]:
    """Everybody, by name, with what a list of people shows."""
    shown = Person.objects.select_related("team").prefetch_related("pbx_names", "team_grants__team")
    return shown.order_by("username")


def people_found(
    *, text: str = "", role: str = "", team: str | None = None, is_active: bool | None = None
) -> QuerySet[Person]:
    """`text` is looked for in their names, those of the phone system and of the team; `team` "" is those in none."""
    found = people()
    if is_active is not None:
        found = found.filter(is_active=is_active)
    if role:
        found = found.filter(role=role)
    if team is not None:
        found = found.filter(team__name=team) if team else found.filter(team=None)
    if text := text.replace("\0", ""):
        named = Q(username__icontains=text) | Q(first_name__icontains=text) | Q(team__name__icontains=text)
        found = found.filter(named | Q(pk__in=Person.objects.filter(pbx_names__name__icontains=text)))
    return found


def acting_person(request: HttpRequest) -> Person:
    """The signed-in person of a request. Sign-in is required by middleware, so anything else is our mistake."""
    person = request.user
    if not isinstance(person, Person):
        raise TypeError("this view is reached without signing in; it must not ask who acts")
    return person


def person_by_link(secret: str) -> Person:
    """Whom a one-time link would sign in, without spending it. Raises `LinkUnusable`."""
    link = (
        SignInLink.objects.select_related("person")
        .filter(secret_sha256=secret_hash(secret), used_at=None, expires_at__gt=now_at(), person__is_active=True)
        .first()
    )
    if link is None:
        raise LinkUnusable
    return link.person
