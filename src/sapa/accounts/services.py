"""Making and changing people and teams, one-time sign-in links and API tokens."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from sapa.accounts.errors import (
    LastAdministrator,
    LinkUnusable,
    NotAdministrator,
    PasswordWeak,
    PbxNameInvalid,
    PeopleInvalid,
    PersonDisabled,
    PersonExists,
    PersonInvalid,
    PersonMissing,
    TeamInvalid,
    TokenLabelTooLong,
    TokenMissing,
)
from sapa.accounts.models import ApiToken, PbxName, Person, Role, SignInLink, Team, TeamGrant
from sapa.accounts.people_csv import LONGEST_PBX_NAME, PersonRow
from sapa.accounts.selectors import person_named, secret_hash, team_named
from sapa.audit.services import audit_write
from sapa.core.clock import now_at
from sapa.core.errors import SapaError
from sapa.core.storable import is_storable

LONGEST_LABEL = 100
LONGEST_TEAM = 100
LINK_LIVES = timedelta(hours=24)


@transaction.atomic
def person_create(
    username: str, *, role: Role, password: str | None = None, name: str = "", actor: Person | None = None
) -> Person:
    """Without a password: by one-time link. Capitals make no other name.

    Raises `NotAdministrator`, `PersonExists`, `PersonInvalid`, `PasswordWeak`.
    """
    administrator_require(actor)
    person = Person(username=username, role=role, first_name=name)
    _check(person)
    if (there := Person.objects.filter(username__iexact=username).first()) is not None:
        raise PersonExists(there.username)
    if password is None:
        person.set_unusable_password()
    else:
        try:
            validate_password(password, person)
        except ValidationError as exc:
            raise PasswordWeak(list(exc.messages)) from exc
        person.set_password(password)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as exc:  # somebody was faster
        raise PersonExists(username) from exc
    audit_write("person.created", subject=_subject(person), person=actor, role=role.value)
    return person


@transaction.atomic
def pbx_name_give(person: Person, *, name: str, actor: Person | None = None) -> None:
    """From now on that name of the phone system stands for this person, whoever had it before.

    Raises `NotAdministrator`, `PbxNameInvalid`.
    """
    administrator_require(actor)
    if not name.strip() or len(name) > LONGEST_PBX_NAME or not is_storable(name):
        raise PbxNameInvalid(f"A name of the phone system has 1 to {LONGEST_PBX_NAME} characters.")
    had = PbxName.objects.select_related("person").filter(name=name).first()
    if had is not None and had.person_id == person.pk:
        return
    PbxName.objects.update_or_create(name=name, defaults={"person": person})
    taken_from = {"taken_from": had.person.username} if had else {}
    audit_write("person.pbx_name", subject=_subject(person), person=actor, name=name, **taken_from)


@transaction.atomic
def pbx_name_take(actor: Person | None, name: str, *, of: Person | None = None) -> None:
    """The name stands for nobody again; with `of` only where it stood for that person.

    Raises `NotAdministrator`, `PbxNameInvalid`.
    """
    administrator_require(actor)
    had = PbxName.objects.select_related("person").filter(name=name).first()
    if had is None or (of is not None and had.person_id != of.pk):
        raise PbxNameInvalid(f"{name} of the phone system does not stand for {of.username if of else 'anybody'}.")
    had.delete()
    audit_write("person.pbx_name_taken", subject=_subject(had.person), person=actor, name=name)


def language_choose(person: Person, code: str) -> None:
    """The language of the person's screens; a preference, not worth an audit row."""
    person.language = code
    person.save(update_fields=["language"])


@transaction.atomic
def link_create(person: Person, *, actor: Person | None = None) -> str:
    """The secret of a link that works once, for a day. Raises `NotAdministrator`, `PersonDisabled`."""
    administrator_require(actor)
    if not person.is_active:
        raise PersonDisabled(person.username)
    secret = secrets.token_urlsafe(32)
    SignInLink.objects.create(person=person, secret_sha256=secret_hash(secret), expires_at=now_at() + LINK_LIVES)
    audit_write("link.created", subject=_subject(person), person=actor)
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


def administrator_require(actor: Person | None) -> None:
    """None is the command line: whoever may run that may do anything. Raises `NotAdministrator`."""
    if actor is not None and not actor.is_administrator:
        raise NotAdministrator


@dataclass(frozen=True)
class PersonChange:
    """What is to be different; None leaves it. `team` "" takes the person out of the team."""

    name: str | None = None
    role: Role | None = None
    team: str | None = None
    names_hidden: bool | None = None


@transaction.atomic
def person_change(actor: Person | None, username: str, change: PersonChange) -> Person:
    """Raises `NotAdministrator`, `PersonMissing`, `PersonInvalid`, `TeamMissing`, `LastAdministrator`."""
    administrator_require(actor)
    person = _locked(username)
    told: dict[str, str] = {}
    if change.name is not None and change.name != person.first_name:
        person.first_name = told["name"] = change.name
    if change.role is not None and change.role != person.role:
        _not_the_last(person)
        person.role = told["role"] = change.role.value
    if change.team is not None and change.team != (person.team.name if person.team else ""):
        person.team = team_named(change.team) if change.team else None
        told["team"] = change.team
    if change.names_hidden is not None and change.names_hidden != person.names_hidden:
        person.names_hidden = change.names_hidden
        told["names"] = "hidden" if change.names_hidden else "shown"
    _check(person)
    if told:
        person.save(update_fields=["first_name", "role", "team", "names_hidden"])
        audit_write("person.changed", subject=_subject(person), person=actor, **told)
    return person


@transaction.atomic
def person_disable(actor: Person | None, username: str) -> Person:
    """Signed out everywhere at the next request; tokens and links end, names and marks stay.

    Raises `NotAdministrator`, `PersonMissing`, `LastAdministrator`.
    """
    administrator_require(actor)
    person = _locked(username)
    if person.is_active:
        _not_the_last(person)
        person.is_active = False
        person.session_salt = secrets.token_urlsafe(12)  # enabled again, no old session comes back
        person.save(update_fields=["is_active", "session_salt"])
        at = now_at()
        tokens = person.api_tokens.filter(revoked_at=None).update(revoked_at=at)
        SignInLink.objects.filter(person=person, used_at=None).update(expires_at=at)
        audit_write("person.disabled", subject=_subject(person), person=actor, tokens_revoked=tokens)
    return person


@transaction.atomic
def person_enable(actor: Person | None, username: str) -> Person:
    """Tokens and links that ended stay ended. Raises `NotAdministrator`, `PersonMissing`."""
    administrator_require(actor)
    person = _locked(username)
    if not person.is_active:
        person.is_active = True
        person.save(update_fields=["is_active"])
        audit_write("person.enabled", subject=_subject(person), person=actor)
    return person


@transaction.atomic
def password_set(actor: Person | None, username: str, password: str) -> None:
    """Other sessions of the person end. Raises `NotAdministrator`, `PersonMissing`, `PasswordWeak`."""
    administrator_require(actor)
    person = _locked(username)
    try:
        validate_password(password, person)
    except ValidationError as exc:
        raise PasswordWeak(list(exc.messages)) from exc
    person.set_password(password)
    person.save(update_fields=["password"])
    audit_write("person.password_set", subject=_subject(person), person=actor)


@transaction.atomic
def token_revoke(actor: Person | None, username: str, *, label: str) -> int:
    """All of the person's tokens of that label; how many.

    Raises `NotAdministrator`, `PersonMissing`, `TokenMissing`.
    """
    administrator_require(actor)
    person = _locked(username)
    count = person.api_tokens.filter(label=label, revoked_at=None).update(revoked_at=now_at())
    if not count:
        raise TokenMissing(label)
    audit_write("token.revoked", subject=_subject(person), person=actor, label=label, count=count)
    return count


@transaction.atomic
def team_create(actor: Person | None, name: str) -> Team:
    """The same name again is the same team. Raises `NotAdministrator`, `TeamInvalid`."""
    administrator_require(actor)
    if not name.strip() or len(name) > LONGEST_TEAM or not name.isprintable():
        raise TeamInvalid(f"A team has a name of 1 to {LONGEST_TEAM} characters in one line.")
    team, created = Team.objects.get_or_create(name=name.strip())
    if created:
        audit_write("team.created", subject=f"team {team.name}"[:100], person=actor)
    return team


@transaction.atomic
def team_grant(actor: Person | None, username: str, team: str) -> None:
    """From now on this person controls the calls of that team (and of others granted), and no more all of them.

    Raises `NotAdministrator`, `PersonMissing`, `TeamMissing`.
    """
    administrator_require(actor)
    person = _locked(username)
    if TeamGrant.objects.get_or_create(person=person, team=team_named(team))[1]:
        audit_write("team.granted", subject=_subject(person), person=actor, team=team)


@transaction.atomic
def team_grant_end(actor: Person | None, username: str, team: str) -> None:
    """Raises `NotAdministrator`, `PersonMissing`, `TeamMissing`."""
    administrator_require(actor)
    person = _locked(username)
    if TeamGrant.objects.filter(person=person, team=team_named(team)).delete()[0]:
        audit_write("team.grant_ended", subject=_subject(person), person=actor, team=team)


@dataclass(frozen=True)
class PeopleImported:
    created: int
    changed: int
    teams: int


@transaction.atomic
def people_import(actor: Person | None, rows: Sequence[PersonRow]) -> PeopleImported:
    """All of them or none; teams that are not there are made. Who is here already is changed where a row says so.

    Raises `NotAdministrator`, `PeopleInvalid` with the line of everything that cannot be.
    """
    administrator_require(actor)
    teams = {row.team for row in rows if row.team}
    before = Team.objects.count()
    problems, known = [], {person.username.lower(): person.username for person in Person.objects.all()}
    for name in sorted(teams):
        team_create(actor, name)
    changed = 0
    for row in rows:
        username = known.get(row.username.lower())
        try:
            if username is None:
                role = row.role or Role.NONE
                username = person_create(row.username, role=role, name=row.name or "", actor=actor).username
            else:
                changed += 1
            person_change(actor, username, PersonChange(row.name, row.role, row.team))
            for name in row.pbx_names:
                pbx_name_give(person_named(username), name=name, actor=actor)
        except SapaError as exc:
            problems.append(f"Line {row.line}: {exc.message}")
    if problems:
        raise PeopleInvalid(problems)
    return PeopleImported(len(rows) - changed, changed, Team.objects.count() - before)


def _locked(username: str) -> Person:
    person = Person.objects.select_for_update(of=("self",)).filter(username=username).first()
    if person is None:
        raise PersonMissing(username)
    return person


def _check(person: Person) -> None:
    """Raises `PersonInvalid`."""
    if not is_storable(person.first_name):
        raise PersonInvalid(["The name holds a character that cannot be kept."])
    try:
        person.clean_fields(exclude={"password"})
    except ValidationError as exc:
        raise PersonInvalid(list(exc.messages)) from exc


def _not_the_last(person: Person) -> None:
    """All administrators are locked, in one order, so that two who put each other out do not both succeed."""
    administrators = Person.objects.filter(role=Role.ADMINISTRATOR, is_active=True).order_by("pk")
    left = [other.pk for other in administrators.select_for_update(of=("self",)) if other.pk != person.pk]
    if person.is_administrator and not left:
        raise LastAdministrator(person.username)


def _subject(person: Person) -> str:
    return f"person {person.username}"[:100]
