"""The second factor of a person: codes of an app, passkeys and recovery codes; and taking all of it away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import qrcode
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from sapa.accounts.lock_out import locked_until
from sapa.accounts.models import Person
from sapa.accounts.selectors import person_named
from sapa.accounts.services import administrator_require
from sapa.audit.services import audit_write

Kind = Authenticator.Type
SIGN_IN_KINDS = (Kind.TOTP, Kind.WEBAUTHN)


@dataclass(frozen=True)
class Passkey:
    id: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True)
class SecondFactor:
    has_codes: bool
    passkeys: tuple[Passkey, ...]
    recovery_left: int

    @property
    def is_on(self) -> bool:
        return self.has_codes or bool(self.passkeys)


@dataclass(frozen=True)
class SignInState:
    """What an administrator sees of somebody's sign-in."""

    has_second_factor: bool
    can_reset: bool
    locked_until: datetime | None


@dataclass(frozen=True)
class Drawing:
    """A QR code: a square of `size` units, and the path of its dark ones."""

    size: int
    path: str


def has_second_factor(person: Person) -> bool:
    return bool(Authenticator.objects.filter(user=person, type__in=SIGN_IN_KINDS).exists())


def second_factor_of(person: Person) -> SecondFactor:
    rows: Iterable[Any] = Authenticator.objects.filter(user=person).order_by("created_at")
    by_kind: dict[str, list[Any]] = {}
    for row in rows:
        by_kind.setdefault(row.type, []).append(row)
    keys = (
        Passkey(row.pk, row.wrap().name, row.created_at, row.last_used_at) for row in by_kind.get(Kind.WEBAUTHN, [])
    )
    return SecondFactor(bool(by_kind.get(Kind.TOTP)), tuple(keys), len(recovery_codes_of(person)))


def sign_in_of(person: Person) -> SignInState:
    is_on = has_second_factor(person)
    has_more = is_on or SocialAccount.objects.filter(user=person).exists()
    return SignInState(is_on, has_more, locked_until(person.username))


def recovery_codes_of(person: Person) -> list[str]:
    """Those that were not used yet."""
    row: Any = Authenticator.objects.filter(user=person, type=Kind.RECOVERY_CODES).first()
    return list(row.wrap().get_unused_codes()) if row else []


@transaction.atomic
def second_factor_reset(actor: Person | None, username: str) -> int:
    """Codes, passkeys, recovery codes and the tie to single sign-on end, for who lost them; how many there were.

    Raises `NotAdministrator`, `PersonMissing`.
    """
    administrator_require(actor)
    person = person_named(username)
    count: int = Authenticator.objects.filter(user=person).delete()[0]
    count += SocialAccount.objects.filter(user=person).delete()[0]
    if count:
        audit_write("second_factor.reset", subject=f"person {person.username}"[:100], person=actor)
    return count


def second_factor_audit(verb: str, person: Person, **details: Any) -> None:
    """Of what a person does to the own one, by allauth's flows."""
    audit_write(verb, subject=f"person {person.username}"[:100], person=person, **details)


def drawing_of(text: str) -> Drawing:
    code = qrcode.QRCode(border=0, error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
    return Drawing(len(rows), "".join(dark))
