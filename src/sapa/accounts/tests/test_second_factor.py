"""Codes of an app, recovery codes, and what an administrator may demand and reset."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from sapa.accounts.models import Person
from sapa.accounts.second_factor import has_second_factor, recovery_codes_of, second_factor_reset
from sapa.accounts.services import link_create, token_create
from sapa.audit.models import AuditEntry
from tests.fixtures.cast import SignedIn, code_now

PASSWORD = "correct horse battery"


@pytest.fixture
def bogdan(bogdan: Person) -> Person:
    cache.clear()  # which codes were used, and how many were wrong
    bogdan.set_password(PASSWORD)
    bogdan.save(update_fields=["password"])
    return bogdan


@pytest.fixture
def secret(bogdan: Person, signed_in: SignedIn) -> str:
    """Bogdan turned codes on."""
    return _turn_on(signed_in(bogdan))


def _turn_on(client: Client) -> str:
    shown = re.search(r'class="command secret"[^>]*>([A-Z2-7 ]+)<', client.get("/account/codes").content.decode())
    assert shown
    secret = shown[1].replace(" ", "")
    assert client.post("/account/codes", {"code": code_now(secret)})["Location"] == "/account/recovery"
    return secret


def _after_password() -> Client:
    client = Client()
    response = client.post("/sign-in", {"username": "bogdan", "password": PASSWORD, "next": "/account/"})
    assert response["Location"] == "/sign-in/second"
    assert client.get("/calls/").status_code == 302
    return client


def test_a_password_alone_opens_nothing_and_the_code_does(secret: str) -> None:
    client = _after_password()
    assert client.post("/sign-in/second", {"code": code_now(secret)})["Location"] == "/account/"
    assert client.get("/calls/").status_code == 200


def test_a_wrong_code_is_told(secret: str) -> None:
    client = _after_password()
    response = client.post("/sign-in/second", {"code": "000000"})
    assert b"This is not right" in response.content
    assert client.get("/calls/").status_code == 302


def test_a_code_works_once(secret: str) -> None:
    code = code_now(secret)
    assert _after_password().post("/sign-in/second", {"code": code}).status_code == 302
    assert _after_password().post("/sign-in/second", {"code": code}).status_code == 200


def test_codes_are_not_guessed_for_long(secret: str) -> None:
    client = _after_password()
    for number in range(5):
        client.post("/sign-in/second", {"code": f"00000{number}"})
    assert _after_password().post("/sign-in/second", {"code": code_now(secret)}).status_code == 429


def test_a_recovery_code_stands_for_it_once(secret: str, bogdan: Person) -> None:
    first = recovery_codes_of(bogdan)[0]
    assert _after_password().post("/sign-in/second", {"code": first}).status_code == 302
    assert len(recovery_codes_of(bogdan)) == 9
    cache.clear()  # as if time had gone by
    assert _after_password().post("/sign-in/second", {"code": first}).status_code == 200


def test_new_recovery_codes_end_the_old_ones(secret: str, bogdan: Person, signed_in: SignedIn) -> None:
    old = set(recovery_codes_of(bogdan))
    client = signed_in(bogdan)
    client.post("/account/recovery")
    shown = client.get("/account/recovery").content.decode()
    assert all(code in shown for code in recovery_codes_of(bogdan))
    assert not old & set(recovery_codes_of(bogdan))


def test_a_link_stands_for_the_password_only(secret: str, bogdan: Person) -> None:
    client = Client()
    assert client.post(f"/enter/{link_create(bogdan)}")["Location"] == "/sign-in/second"
    assert client.post("/sign-in/second", {"code": code_now(secret)})["Location"] == "/calls/"


def test_a_code_that_is_not_right_turns_nothing_on(bogdan: Person, signed_in: SignedIn) -> None:
    client = signed_in(bogdan)
    client.get("/account/codes")
    assert b"Nothing was turned on" in client.post("/account/codes", {"code": "000000"}).content
    assert not has_second_factor(bogdan)


def test_turning_off_takes_the_recovery_codes_along(secret: str, bogdan: Person, signed_in: SignedIn) -> None:
    signed_in(bogdan).post("/account/codes/off")
    assert not Authenticator.objects.exists()
    assert Client().post("/sign-in", {"username": "bogdan", "password": PASSWORD})["Location"] == "/calls/"


def test_each_step_is_audited(secret: str, bogdan: Person, signed_in: SignedIn) -> None:
    signed_in(bogdan).post("/account/recovery")
    signed_in(bogdan).post("/account/codes/off")
    verbs = AuditEntry.objects.filter(person=bogdan, verb__startswith="second_factor").order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == [
        "second_factor.codes_on", "second_factor.recovery_made", "second_factor.codes_off",
    ]  # fmt: skip


def test_an_administrator_resets_it(
    secret: str, bogdan: Person, administrator: Person, signed_in: SignedIn, refused: Callable[..., Any]
) -> None:
    with refused("not_administrator"):
        second_factor_reset(bogdan, "bogdan")
    client = signed_in(administrator)
    assert b"Reset the second factor" in client.get(f"/people/{bogdan.pk}/").content
    client.post(f"/people/{bogdan.pk}/second-factor")
    assert not has_second_factor(bogdan)
    assert AuditEntry.objects.get(verb="second_factor.reset").person == administrator


def test_a_demanded_one_is_set_up_before_anything_else(
    administrator: Person, bogdan: Person, signed_in: SignedIn, settings: Any
) -> None:
    settings.SAPA_ADMINISTRATOR_SECOND_FACTOR = True
    client = signed_in(administrator)
    assert client.get("/people/")["Location"] == "/account/"
    assert b"Administrators need a second factor here" in client.get("/account/").content
    answer = client.get("/api/v1/calls")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "second_factor_needed")
    assert signed_in(bogdan).get("/calls/").status_code == 200
    _turn_on(client)
    assert client.get("/people/").status_code == 200


def test_programs_are_not_asked(secret: str, administrator: Person, settings: Any) -> None:
    settings.SAPA_ADMINISTRATOR_SECOND_FACTOR = True
    program = Client(headers={"authorization": f"Bearer {token_create(administrator, label='crm')}"})
    assert program.get("/api/v1/calls").status_code == 200


def test_a_credential_that_is_none_is_refused(secret: str, bogdan: Person, signed_in: SignedIn) -> None:
    for nonsense in ("", "[]", "{}", "no json", '{"id": "x", "rawId": "x", "response": {}, "type": "public-key"}'):
        assert _after_password().post("/sign-in/second", {"credential": nonsense}).status_code == 200
        assert Client().post("/sign-in/passkey", {"credential": nonsense}).status_code == 200
        assert signed_in(bogdan).post("/account/passkeys/new", {"credential": nonsense}).status_code == 400
        assert signed_in(bogdan).post("/confirm", {"credential": nonsense}).status_code == 200
