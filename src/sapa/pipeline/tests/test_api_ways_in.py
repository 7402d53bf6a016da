from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from sapa.accounts.models import ApiToken, Person
from sapa.accounts.services import token_create
from sapa.calls.models import Call
from sapa.core.clock import now_at
from sapa.pipeline.tests.test_api_call_post import CALLS, recording, refusal
from tests.fixtures.cast import SignedIn


def bearer(secret: str) -> Client:
    return Client(headers={"authorization": f"Bearer {secret}"})


@pytest.mark.parametrize("headers", [{}, {"authorization": "Basic Ym9nZGFuOng="}, {"authorization": "Bearer "}])
def test_nobody_gets_in_and_hears_how(db: None, headers: dict[str, str]) -> None:
    response = Client(headers=headers).get(CALLS)
    assert refusal(response) == (401, "not_signed_in")
    assert "sapa token" in response.json()["error"]["message"]


@pytest.mark.parametrize("secret", ["sapa_guess", "ключ", "x" * 10_000, "' OR 1=1 --"])
def test_a_guessed_token_is_nobodys(bogdan: Person, secret: str) -> None:
    token_create(bogdan, label="test")
    assert refusal(bearer(secret).get(CALLS)) == (401, "not_signed_in")


def test_a_revoked_token_stops_working(bogdan: Person) -> None:
    client = bearer(token_create(bogdan, label="test"))
    assert client.get(CALLS).status_code == 200
    ApiToken.objects.update(revoked_at=now_at())
    assert refusal(client.get(CALLS)) == (401, "not_signed_in")


def test_a_token_of_a_person_who_was_put_out_stops_working(bogdan: Person) -> None:
    client = bearer(token_create(bogdan, label="test"))
    Person.objects.update(is_active=False)
    assert refusal(client.get(CALLS)) == (401, "not_signed_in")


def test_a_token_is_not_taken_from_the_address(bogdan: Person) -> None:
    secret = token_create(bogdan, label="test")
    assert Client().get(CALLS, {"token": secret, "authorization": f"Bearer {secret}"}).status_code == 401


def test_a_session_reads_and_needs_its_form_token_to_write(bogdan: Person) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(bogdan)
    assert browser.get(CALLS).status_code == 200
    assert refusal(browser.post(CALLS, {"file": recording()})) == (403, "csrf_failed")
    assert not Call.objects.exists()


def test_a_session_with_its_form_token_writes(bogdan: Person) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(bogdan)
    browser.get("/calls/")  # a page with a form sets the cookie
    token: Any = browser.cookies["csrftoken"].value
    response = browser.post(CALLS, {"file": recording()}, headers={"x-csrftoken": token})
    assert response.status_code == 201


def test_a_token_needs_no_form_token(api_of: SignedIn, bogdan: Person) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"authorization": f"Bearer {token_create(bogdan, label='t')}"})
    assert strict.post(CALLS, {"file": recording()}).status_code == 201
