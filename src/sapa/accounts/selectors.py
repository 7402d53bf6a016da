"""Reading people, links and tokens."""

from __future__ import annotations

import hashlib

from django.db.models import QuerySet
from django.http import HttpRequest

from sapa.accounts.errors import LinkUnusable, PersonMissing, TeamMissing
from sapa.accounts.models import ApiToken, PbxName, Person, SignInLink, Team
from sapa.core.clock import now_at


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


def people() -> QuerySet[Person]:
    """Everybody, by name, with what a list of people shows."""
    shown = Person.objects.select_related("team").prefetch_related("pbx_names", "team_grants__team")
    return shown.order_by("username")


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
