"""Passkeys: what a browser is asked to do, and whether what it answers is right."""

from __future__ import annotations

import json
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import begin_authentication, begin_registration
from django.db import transaction

from sapa.accounts.models import Person
from sapa.accounts.second_factor import second_factor_audit

LONGEST_NAME = 100


def is_passkey_right(form: Any) -> bool:
    """allauth 65.21 lets some malformed credentials through to fido2, which stumbles over them."""
    try:
        return bool(form.is_valid())
    except (ValueError, TypeError, KeyError, AttributeError):
        return False


def asked_of_browser(person: Person | None) -> dict[str, Any]:
    """To show any passkey, or one of this person's. The challenge is kept in the session."""
    return _plain(begin_authentication(person))


def asked_for_new(person: Person) -> dict[str, Any]:
    return _plain(begin_registration(person, passwordless=True))


@transaction.atomic
def passkey_rename(person: Person, key_id: int, name: str) -> bool:
    """False: the person has no such passkey, or this is no name."""
    row: Any = Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN, pk=key_id).first()
    wanted = name.strip()[:LONGEST_NAME]
    if row is None or not wanted:
        return False
    row.wrap().name = wanted
    row.save(update_fields=["data"])
    second_factor_audit("passkey.renamed", person, name=wanted)
    return True


def passkey_of(person: Person, key_id: int) -> Any:
    return Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN, pk=key_id).first()


def _plain(options: dict[str, Any]) -> dict[str, Any]:
    """fido2's mappings become JSON as they are; only what is in `publicKey` goes to the browser's own parser."""
    plain: dict[str, Any] = json.loads(json.dumps(options, default=dict))
    return dict(plain["publicKey"])
