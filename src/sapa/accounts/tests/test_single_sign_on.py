"""Single sign-on, against an issuer of our own on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from sapa.accounts.models import Person, Role
from sapa.accounts.second_factor import second_factor_reset
from sapa.accounts.services import person_create, person_disable
from sapa.accounts.tests.fake_issuer import CLIENT_ID, SECRET, Issuer, issuer_served, state_of
from sapa.audit.models import AuditEntry
from sapa.config import env
from tests.fixtures.cast import SignedIn

MAIL = "Zarina@example.com"


@pytest.fixture
def issuer(settings: Any) -> Iterator[Issuer]:
    with issuer_served() as served:
        served.claims = {"sub": "u-1", "email": MAIL, "email_verified": True, "preferred_username": "zarina"}
        settings.SOCIALACCOUNT_PROVIDERS = env.oidc_provider(
            served.address, client_id=CLIENT_ID, secret=SECRET, label="Example AD"
        )
        yield served


@pytest.fixture
def zarina(db: None) -> Person:
    return person_create(MAIL.lower(), role=Role.REVIEWER, name="Zarina")


def _come(client: Client | None = None, *, tamper: dict[str, str] | None = None, wanted: str = "") -> Any:
    client = client or Client()
    sent = client.get("/sign-in/with/sso", {"next": wanted} if wanted else {})
    asked = state_of(sent["Location"])
    return client.get("/sign-in/with/sso/done", {"code": "c", "state": asked["state"], **(tamper or {})})


def _refusal(response: Any, status: int, code: str) -> None:
    assert response.status_code == status
    assert code.encode() in response.content
    assert not SocialAccount.objects.exists()


def test_the_button_is_there_only_with_an_issuer(db: None, issuer: Issuer, settings: Any) -> None:
    assert b"Sign in with Example AD" in Client().get("/sign-in?next=/account/").content
    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert b"Sign in with Example" not in Client().get("/sign-in").content


def test_the_browser_is_sent_with_state_and_a_challenge(db: None, issuer: Issuer) -> None:
    location = Client().get("/sign-in/with/sso")["Location"]
    asked = state_of(location)
    assert location.startswith(f"{issuer.address}/authorize?")
    assert (asked["client_id"], asked["response_type"]) == (CLIENT_ID, "code")
    assert asked["redirect_uri"] == "http://testserver/sign-in/with/sso/done"
    assert asked["code_challenge_method"] == "S256"
    assert asked["state"]


def test_a_verified_mail_that_is_the_name_signs_in(zarina: Person, issuer: Issuer) -> None:
    client = Client()
    assert _come(client, wanted="/account/")["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
    assert issuer.asked[0]["client_secret"] == [SECRET]
    assert issuer.asked[0]["code_verifier"]
    assert AuditEntry.objects.get(verb="sso.tied").person == zarina


def test_nobody_is_made(db: None, issuer: Issuer) -> None:
    _refusal(_come(), 403, "sso_unknown")
    assert not Person.objects.exists()


@pytest.mark.parametrize("verified", [False, None, "true"])
def test_a_mail_that_is_not_verified_is_nobodys(zarina: Person, issuer: Issuer, verified: Any) -> None:
    issuer.claims["email_verified"] = verified
    _refusal(_come(), 403, "sso_unverified")


def test_the_user_name_counts_where_it_is_chosen(bogdan: Person, issuer: Issuer, settings: Any) -> None:
    settings.SAPA_OIDC_CLAIM = "preferred_username"
    issuer.claims |= {"preferred_username": "Bogdan", "email_verified": False}
    assert _come()["Location"] == "/calls/"


def test_somebody_disabled_stays_out(zarina: Person, issuer: Issuer) -> None:
    person_disable(None, zarina.username)
    _refusal(_come(), 403, "sso_unknown")


def test_somebody_disabled_after_the_first_time_stays_out(zarina: Person, issuer: Issuer) -> None:
    _come()
    person_disable(None, zarina.username)
    response = _come()
    assert (response.status_code, b"sso_unknown" in response.content) == (403, True)


def test_from_then_on_the_issuers_own_id_counts(zarina: Person, issuer: Issuer) -> None:
    _come()
    issuer.claims["email"] = "married@example.com"
    assert _come()["Location"] == "/calls/"


def test_the_name_given_to_somebody_else_opens_nothing(zarina: Person, issuer: Issuer) -> None:
    _come()
    issuer.claims["sub"] = "u-2"
    response = _come()
    assert (response.status_code, b"sso_other" in response.content) == (409, True)
    second_factor_reset(None, zarina.username)
    assert _come()["Location"] == "/calls/"


def test_user_info_of_another_account_is_refused(zarina: Person, issuer: Issuer) -> None:
    issuer.signed = {"sub": "u-9"}
    _refusal(_come(), 401, "sso_failed")


@pytest.mark.parametrize("signed", [{"aud": "another program"}, {"iss": "https://elsewhere.example"}, {"exp": 1}])
def test_a_token_for_somebody_else_is_refused(zarina: Person, issuer: Issuer, signed: dict[str, Any]) -> None:
    issuer.signed = signed
    _refusal(_come(), 401, "sso_failed")


def test_a_state_that_was_not_given_out_is_refused(zarina: Person, issuer: Issuer) -> None:
    _refusal(_come(tamper={"state": "guess"}), 401, "sso_failed")


def test_an_issuer_that_refuses_is_told(zarina: Person, issuer: Issuer) -> None:
    issuer.fails = True
    _refusal(_come(), 401, "sso_failed")


def test_an_issuer_that_is_away_is_told(zarina: Person, issuer: Issuer, settings: Any) -> None:
    away = env.oidc_provider("http://127.0.0.1:9", client_id=CLIENT_ID, secret=SECRET, label="")
    settings.SOCIALACCOUNT_PROVIDERS = away
    _refusal(Client().get("/sign-in/with/sso"), 401, "sso_failed")


def test_who_turned_back_at_the_issuer_is_told(zarina: Person, issuer: Issuer) -> None:
    client = Client()
    asked = state_of(client.get("/sign-in/with/sso")["Location"])
    response = client.get("/sign-in/with/sso/done", {"error": "access_denied", "state": asked["state"]})
    _refusal(response, 401, "sso_failed")


def test_a_second_factor_is_asked_for_here_too(zarina: Person, issuer: Issuer, signed_in: SignedIn) -> None:
    from sapa.accounts.tests.test_second_factor import _turn_on

    _turn_on(signed_in(zarina))
    assert _come()["Location"] == "/sign-in/second"


def test_to_confirm_one_signs_in_there_again(zarina: Person, issuer: Issuer) -> None:
    client = Client()
    _come(client)
    shown = client.get("/confirm?next=/account/password").content.decode()
    assert "Sign in again with Example AD" in shown
    assert "prompt%3Dlogin" in shown
    asked = state_of(client.get("/sign-in/with/sso?process=login&auth_params=prompt%3Dlogin")["Location"])
    assert asked["prompt"] == "login"
