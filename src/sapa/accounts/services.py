"""Making people, one-time sign-in links and API tokens."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from sapa.accounts.errors import LinkUnusable, PasswordWeak, PersonExists, PersonInvalid, TokenLabelTooLong
from sapa.accounts.models import ApiToken, PbxName, Person, Role, SignInLink
from sapa.accounts.selectors import secret_hash
from sapa.audit.services import audit_write
from sapa.core.clock import now_at

LONGEST_LABEL = 100
LINK_LIVES = timedelta(hours=24)


@transaction.atomic
def person_create(username: str, *, role: Role, password: str | None = None, name: str = "") -> Person:
    """Without a password: by one-time link. Raises `PersonExists`, `PersonInvalid`, `PasswordWeak`."""
    if Person.objects.filter(username=username).exists():
        raise PersonExists(username)
    person = Person(username=username, role=role, first_name=name)
    try:
        person.clean_fields(exclude={"password"})
    except ValidationError as exc:
        raise PersonInvalid(list(exc.messages)) from exc
    if password is None:
        person.set_unusable_password()
    else:
        try:
            validate_password(password, person)
        except ValidationError as exc:
            raise PasswordWeak(list(exc.messages)) from exc
        person.set_password(password)
    person.save()
    audit_write("person.created", subject=f"person {username}", role=role.value)
    return person


@transaction.atomic
def pbx_name_give(person: Person, *, name: str) -> None:
    PbxName.objects.update_or_create(name=name, defaults={"person": person})
    audit_write("person.pbx_name", subject=f"person {person.username}", name=name)


def language_choose(person: Person, code: str) -> None:
    """The language of the person's screens; a preference, not worth an audit row."""
    person.language = code
    person.save(update_fields=["language"])


@transaction.atomic
def link_create(person: Person) -> str:
    """The secret of a link that works once, for a day."""
    secret = secrets.token_urlsafe(32)
    SignInLink.objects.create(person=person, secret_sha256=secret_hash(secret), expires_at=now_at() + LINK_LIVES)
    audit_write("link.created", subject=f"person {person.username}")
    return secret


@transaction.atomic
def link_use(secret: str) -> Person:
    """Spend the link. Two uses at once: the conditional update lets one through. Raises `LinkUnusable`."""
    at = now_at()
    links = SignInLink.objects.filter(
        secret_sha256=secret_hash(secret), used_at=None, expires_at__gt=at, person__is_active=True
    )
    if links.update(used_at=at) != 1:
        raise LinkUnusable
    person = SignInLink.objects.select_related("person").get(secret_sha256=secret_hash(secret)).person
    audit_write("link.used", subject=f"person {person.username}", person=person)
    return person


@transaction.atomic
def token_create(person: Person, *, label: str) -> str:
    if len(label) > LONGEST_LABEL:
        raise TokenLabelTooLong(LONGEST_LABEL)
    secret = f"sapa_{secrets.token_urlsafe(32)}"
    ApiToken.objects.create(person=person, label=label, secret_sha256=secret_hash(secret), created_at=now_at())
    audit_write("token.created", subject=f"person {person.username}", label=label)
    return secret
