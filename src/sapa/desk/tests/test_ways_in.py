"""Signing in and out, one-time links, language and theme, and the pages of failures."""

from __future__ import annotations

from django.test import Client, RequestFactory

from sapa.accounts.models import Person
from sapa.accounts.services import link_create
from sapa.desk.views.failures import server_error
from tests.fixtures.cast import SignedIn

PASSWORD = "correct horse battery"


def test_name_and_password_open_the_list(bogdan: Person) -> None:
    bogdan.set_password(PASSWORD)
    bogdan.language = "kk"
    bogdan.save()
    response = Client().post("/sign-in", {"username": "bogdan", "password": PASSWORD})
    assert response["Location"] == "/calls/"
    assert response.cookies["django_language"].value == "kk"


def test_a_wrong_password_is_told(bogdan: Person) -> None:
    response = Client().post("/sign-in", {"username": "bogdan", "password": "wrong"})
    assert b"do not belong together" in response.content


def test_looking_at_a_link_does_not_spend_it(bogdan: Person) -> None:
    address = f"/enter/{link_create(bogdan)}"
    client = Client()
    assert b"Sign in as Bogdan" in client.get(address).content
    assert b"Sign in as Bogdan" in client.get(address).content
    assert client.post(address)["Location"] == "/calls/"
    assert client.get("/calls/").status_code == 200


def test_a_spent_link_is_gone(bogdan: Person) -> None:
    address = f"/enter/{link_create(bogdan)}"
    Client().post(address)
    assert Client().get(address).status_code == 410
    assert b"link_unusable" in Client().post(address).content


def test_signing_out_takes_a_post(bogdan: Person, signed_in: SignedIn) -> None:
    client = signed_in(bogdan)
    assert client.get("/sign-out").status_code == 405
    client.post("/sign-out")
    assert client.get("/calls/").status_code == 302


def test_a_language_is_kept_on_the_person(bogdan: Person, signed_in: SignedIn) -> None:
    client = signed_in(bogdan)
    response = client.post("/language", {"language": "pl", "next": "/calls/?q=x"})
    bogdan.refresh_from_db()
    assert (bogdan.language, response["Location"]) == ("pl", "/calls/?q=x")
    assert '<html lang="pl"' in client.get("/calls/").content.decode()


def test_a_language_that_is_not_offered_is_left(bogdan: Person, signed_in: SignedIn) -> None:
    signed_in(bogdan).post("/language", {"language": "xx"})
    bogdan.refresh_from_db()
    assert bogdan.language == ""


def test_next_never_leads_to_another_site(bogdan: Person, signed_in: SignedIn) -> None:
    client = signed_in(bogdan)
    for address in ("https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""):
        assert client.post("/theme", {"theme": "dark", "next": address})["Location"] == "/calls/"
        assert client.post("/language", {"language": "en", "next": address})["Location"] == "/calls/"


def test_the_theme_is_drawn_by_the_server() -> None:
    client = Client()
    client.post("/theme", {"theme": "dark"})
    assert b'data-bs-theme="dark"' in client.get("/sign-in").content
    client.post("/theme", {"theme": "nonsense"})
    assert b'data-bs-theme="dark"' in client.get("/sign-in").content


def test_what_is_not_there_has_a_page(bogdan: Person, signed_in: SignedIn) -> None:
    response = signed_in(bogdan).get("/nothing/here")
    assert response.status_code == 404
    assert b"There is nothing at this address" in response.content
    assert Client().get("/nothing/here").status_code == 404


def test_an_old_form_has_a_page(bogdan: Person) -> None:
    response = Client(enforce_csrf_checks=True).post("/sign-in", {"username": "bogdan", "password": "x"})
    assert response.status_code == 403
    assert b"The form had grown old" in response.content


def test_our_own_mistake_has_a_page_that_needs_nothing() -> None:
    response = server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert b"Our mistake" in response.content
