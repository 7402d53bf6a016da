"""Dangerous acts ask who is there, and what was typed meanwhile is not lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sapa.accounts.models import Person
from tests.fixtures.cast import SignedIn, session_give
from tests.fixtures.world import FrozenClock

PASSWORD = "correct horse battery"


@pytest.fixture
def administrator(administrator: Person) -> Person:
    cache.clear()
    administrator.set_password(PASSWORD)
    administrator.save(update_fields=["password"])
    return administrator


@pytest.fixture
def old(administrator: Person) -> Client:
    """The administrator's session, signed in long ago."""
    client = Client()
    session_give(client, administrator, is_recent=False)
    return client


def _fields(content: bytes) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(?!csrf)([^"]+)" value="([^"]*)"', content.decode()))


def test_a_form_is_asked_for_before_it_is_filled_in(old: Client) -> None:
    response = old.get("/people/new?x=1")
    assert response["Location"] == "/confirm?next=%2Fpeople%2Fnew%3Fx%3D1"
    page = old.get(response["Location"])
    response = old.post("/confirm", {**_fields(page.content), "password": PASSWORD})
    assert response["Location"] == "/people/new?x=1"
    assert old.get("/people/new").status_code == 200


def test_a_form_that_was_sent_is_kept_and_sent_on(old: Client) -> None:
    response = old.post("/people/new", {"username": "erlan", "name": 'Er"lan', "role": "agent", "pbx_names": "a\nb"})
    page = old.get(response["Location"])
    assert not Person.objects.filter(username="erlan").exists()
    assert b"is kept" in page.content
    carry_on = old.post("/confirm", {**_fields(page.content), "password": PASSWORD})
    assert b'action="/people/new"' in carry_on.content
    assert b'value="Er&quot;lan"' in carry_on.content
    assert b'value="a\nb"' in carry_on.content


def test_several_values_of_one_name_are_kept(old: Client, bogdan: Person) -> None:
    address = f"/people/{bogdan.pk}/"
    response = old.post(address, {"role": "supervisor", "teams": ["Cards", "Loans"]})
    page = old.get(response["Location"])
    carry_on = old.post("/confirm", {**_fields(page.content), "password": PASSWORD})
    assert carry_on.content.count(b'name="teams"') == 2


def test_a_wrong_password_confirms_nothing(old: Client) -> None:
    response = old.post("/confirm", {"next": "/people/new", "password": "wrong"})
    assert b"Nothing was changed" in response.content
    assert old.get("/people/new").status_code == 302


def test_wrong_passwords_lock_out_here_too(old: Client) -> None:
    statuses = [old.post("/confirm", {"password": "wrong"}).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 200, 429]
    assert old.post("/confirm", {"password": PASSWORD}).status_code == 429


def test_files_and_passwords_are_not_kept(old: Client) -> None:
    file = SimpleUploadedFile("people.csv", b"username,role\nzarina,agent\n")
    sent: list[tuple[str, dict[str, Any]]] = [
        ("/people/import", {"table": file}),
        ("/account/password", {"password": "a sentence nobody guesses", "password_again": "x"}),
    ]
    for address, form in sent:
        asked = old.post(address, form)["Location"]
        assert "again=yes" in asked
        assert "sentence" not in str(dict(old.session))
        back = Client()
        back.cookies = old.cookies
        page = old.get(asked)
        response = old.post("/confirm", {**_fields(page.content), "password": PASSWORD}, follow=True)
        assert response.request["PATH_INFO"] == address
        assert b"give them once more" in response.content
        session = old.session
        session["sapa_confirmed_at"] = 0
        session.save()


def test_the_form_of_another_tab_is_not_sent_on(old: Client, bogdan: Person) -> None:
    old.post(f"/people/{bogdan.pk}/switch")
    response = old.post("/confirm", {"act": "", "next": "/people/new", "password": PASSWORD})
    assert response["Location"] == "/people/new"
    response = old.post("/confirm", {"act": "guess", "next": "/people/new", "password": PASSWORD})
    assert response["Location"] == "/people/new"


def test_it_leads_to_no_other_site(old: Client) -> None:
    response = old.post("/confirm", {"next": "https://elsewhere.example/", "password": PASSWORD})
    assert response["Location"] == "/calls/"


def test_a_sign_in_grows_old(administrator: Person, frozen_clock: FrozenClock, settings: Any) -> None:
    settings.SAPA_CONFIRM_MINUTES = 10
    client = Client()
    client.post("/sign-in", {"username": "administrator", "password": PASSWORD})
    frozen_clock.advance(minutes=9)
    assert client.get("/people/new").status_code == 200
    frozen_clock.advance(minutes=1)
    assert client.get("/people/new").status_code == 302


def test_who_has_no_password_is_told_what_to_do(bogdan: Person, signed_in: SignedIn) -> None:
    assert b"have no password yet" in signed_in(bogdan).get("/confirm").content


def test_an_htmx_request_leaves_the_page(old: Client, bogdan: Person) -> None:
    headers = {"hx-request": "true", "hx-current-url": "http://testserver/people/?q=b"}
    response = old.post(f"/people/{bogdan.pk}/switch", headers=headers)
    assert response["HX-Redirect"] == "/confirm?next=%2Fpeople%2F"
