"""Where a person is signed in, and ending that: one place, all others, or everywhere."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from sapa.accounts.errors import PasswordWeak
from sapa.accounts.models import Person
from sapa.accounts.selectors import person_named
from sapa.accounts.services import administrator_require
from sapa.audit.services import audit_write

BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("YaBrowser", "Yandex"), ("Firefox", "Firefox"), ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """One browser that a person is signed in with."""

    id: int
    device: str
    address: str
    signed_in_at: datetime
    last_seen_at: datetime
    is_this: bool


def device_name(user_agent: str) -> str:
    """“Firefox, Windows”, or the beginning of what the program calls itself. Every browser claims to be those further
    down its list, so the first that is found counts."""
    found = [next((name for mark, name in names if mark in user_agent), "") for names in (BROWSERS, SYSTEMS)]
    return ", ".join(name for name in found if name) or user_agent[:60]


def places_of(person: Person, this_key: str | None = None) -> list[Place]:
    """This one first, then by when they were last seen. Rows of sessions that are over are tidied away."""
    rows = UserSession.objects.purge_and_list(person)
    places = [
        Place(
            row.pk, device_name(row.user_agent), row.ip, row.created_at, row.last_seen_at, row.session_key == this_key
        )
        for row in rows
    ]
    return sorted(places, key=lambda place: (place.is_this, place.last_seen_at), reverse=True)


@transaction.atomic
def place_end(person: Person, place_id: int) -> bool:
    """One of the person's own; False: it was over already."""
    row = UserSession.objects.filter(user=person, pk=place_id).first()
    if row is None:
        return False
    row.end()
    audit_write("sessions.ended", subject=_subject(person), person=person, which="one")
    return True


@transaction.atomic
def other_places_end(request: HttpRequest, person: Person) -> None:
    _salt(person)
    _stay(request, person)
    audit_write("sessions.ended", subject=_subject(person), person=person, which="others")


@transaction.atomic
def places_end(actor: Person | None, username: str) -> None:
    """Signed out everywhere, by an administrator. Raises `NotAdministrator`, `PersonMissing`."""
    administrator_require(actor)
    person = person_named(username)
    _salt(person)
    for row in UserSession.objects.filter(user=person):
        row.end()
    audit_write("sessions.ended", subject=_subject(person), person=actor, which="all")


@transaction.atomic
def password_change(request: HttpRequest, person: Person, password: str) -> None:
    """The person's own; signed out everywhere but here. Raises `PasswordWeak`."""
    try:
        validate_password(password, person)
    except ValidationError as exc:
        raise PasswordWeak(list(exc.messages)) from exc
    person.set_password(password)
    person.save(update_fields=["password"])
    _stay(request, person)
    audit_write("person.password_set", subject=_subject(person), person=person)


def _salt(person: Person) -> None:
    person.session_salt = secrets.token_urlsafe(12)
    person.save(update_fields=["session_salt"])


def _stay(request: HttpRequest, person: Person) -> None:
    """All sessions ended with the change; this one goes on under a new key, and is the only one listed."""
    update_session_auth_hash(request, person)
    for row in UserSession.objects.filter(user=person).exclude(session_key=request.session.session_key):
        row.end()
    UserSession.objects.create_from_request(request)


def _subject(person: Person) -> str:
    return f"person {person.username}"[:100]
