from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sapa.accounts.models import ApiToken, Person, SignInLink
from sapa.accounts.selectors import person_by_link, person_by_token
from sapa.accounts.services import link_create, link_use, token_create
from sapa.audit.models import AuditEntry
from sapa.core.clock import now_at
from tests.fixtures.world import FrozenClock


def test_a_link_signs_in_once(bogdan: Person, refused: Callable[..., Any]) -> None:
    secret = link_create(bogdan)
    assert link_use(secret) == bogdan
    with refused("link_unusable"):
        link_use(secret)


def test_looking_at_a_link_does_not_spend_it(bogdan: Person) -> None:
    secret = link_create(bogdan)
    assert person_by_link(secret) == person_by_link(secret) == bogdan
    assert link_use(secret) == bogdan


def test_a_link_lives_for_a_day(bogdan: Person, frozen_clock: FrozenClock, refused: Callable[..., Any]) -> None:
    secret = link_create(bogdan)
    frozen_clock.advance(hours=23, minutes=59)
    assert person_by_link(secret) == bogdan
    frozen_clock.advance(minutes=1)
    for way in (person_by_link, link_use):
        with refused("link_unusable"):
            way(secret)


def test_a_used_link_shows_nobody(bogdan: Person, refused: Callable[..., Any]) -> None:
    secret = link_create(bogdan)
    link_use(secret)
    with refused("link_unusable"):
        person_by_link(secret)


@pytest.mark.parametrize("secret", ["", "guess", "0" * 43])
def test_a_guessed_link_is_nobodys(db: None, secret: str, refused: Callable[..., Any]) -> None:
    for way in (person_by_link, link_use):
        with refused("link_unusable"):
            way(secret)


def test_a_person_who_was_put_out_has_no_way_in(bogdan: Person, refused: Callable[..., Any]) -> None:
    link, token = link_create(bogdan), token_create(bogdan, label="test")
    Person.objects.filter(pk=bogdan.pk).update(is_active=False)
    for way in (person_by_link, link_use):
        with refused("link_unusable"):
            way(link)
    assert person_by_token(token) is None


def test_a_token_acts_as_its_person_until_it_is_revoked(bogdan: Person, celina: Person) -> None:
    first, second = token_create(bogdan, label="one"), token_create(celina, label="two")
    assert (person_by_token(first), person_by_token(second)) == (bogdan, celina)
    ApiToken.objects.filter(person=bogdan).update(revoked_at=now_at())
    assert (person_by_token(first), person_by_token(second)) == (None, celina)


@pytest.mark.parametrize("secret", ["", "sapa_", "sapa_guess"])
def test_a_guessed_token_is_nobodys(bogdan: Person, secret: str) -> None:
    token_create(bogdan, label="test")
    assert person_by_token(secret) is None


def test_only_hashes_are_kept_and_audited(bogdan: Person) -> None:
    secrets = [link_create(bogdan), token_create(bogdan, label="test")]
    kept = [*SignInLink.objects.values_list("secret_sha256", flat=True)]
    kept += [*ApiToken.objects.values_list("secret_sha256", flat=True)]
    kept += [str(details) for details in AuditEntry.objects.values_list("details", flat=True)]
    assert not [text for text in kept for secret in secrets if secret in text]


def test_every_way_in_is_audited(bogdan: Person) -> None:
    link_use(link_create(bogdan))
    token_create(bogdan, label="crm")
    rows = AuditEntry.objects.filter(subject="person bogdan").exclude(verb="person.created").order_by("id")
    assert [(row.verb, row.person, row.details) for row in rows] == [
        ("link.created", None, {}),
        ("link.used", bogdan, {}),
        ("token.created", None, {"label": "crm"}),
    ]
