"""Where one is signed in, and ending that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from sapa.accounts.models import Person
from sapa.accounts.services import link_create, person_disable, person_enable, token_create
from sapa.accounts.sessions import device_name, places_end, places_of
from sapa.audit.models import AuditEntry
from tests.fixtures.cast import SignedIn
from tests.fixtures.world import FrozenClock

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
PASSWORD = "a sentence that nobody guesses"


def _enter(person: Person, agent: str = FIREFOX, address: str = "192.0.2.7") -> Client:
    client = Client(REMOTE_ADDR=address, headers={"user-agent": agent})
    client.post(f"/enter/{link_create(person)}")
    assert _is_in(client)
    return client


def _is_in(client: Client) -> bool:
    return bool(client.get("/calls/").status_code == 200)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox, Windows"),
        (PHONE, "Chrome, Android"),
        (PHONE.replace("Mobile Safari", "Mobile Safari Edg/140"), "Edge, Android"),
        ("curl/8.0", "curl/8.0"),
        ("", ""),
    ],
)
def test_a_device_is_told_in_two_words(agent: str, name: str) -> None:
    assert device_name(agent) == name


def test_all_places_are_listed_this_one_first(bogdan: Person) -> None:
    here = _enter(bogdan)
    _enter(bogdan, PHONE, "192.0.2.8")
    shown = here.get("/account/").content.decode()
    assert shown.index("Firefox, Windows") < shown.index("Chrome, Android")
    assert "192.0.2.8" in shown
    assert shown.count("this one") == 1


def test_one_place_is_ended_and_the_others_go_on(bogdan: Person) -> None:
    here, there, third = _enter(bogdan), _enter(bogdan, PHONE), _enter(bogdan)
    place = next(place for place in places_of(bogdan) if place.device == "Chrome, Android")
    here.post(f"/account/sessions/{place.id}/end")
    assert [_is_in(client) for client in (here, there, third)] == [True, False, True]


def test_nobody_ends_the_place_of_somebody_else(bogdan: Person, celina: Person) -> None:
    here, hers = _enter(bogdan), _enter(celina)
    assert here.post(f"/account/sessions/{places_of(celina)[0].id}/end").status_code == 404
    assert _is_in(hers)


def test_all_others_end_and_this_one_goes_on(bogdan: Person, signed_in: SignedIn) -> None:
    here, there, unlisted = _enter(bogdan), _enter(bogdan, PHONE), signed_in(bogdan)
    here.post("/account/sessions/end")
    assert [_is_in(client) for client in (here, there, unlisted)] == [True, False, False]
    assert [place.device for place in places_of(bogdan)] == ["Firefox, Windows"]


def test_another_password_ends_all_others(bogdan: Person) -> None:
    here, there = _enter(bogdan), _enter(bogdan, PHONE)
    here.post("/account/password", {"password": PASSWORD, "password_again": PASSWORD})
    assert [_is_in(client) for client in (here, there)] == [True, False]
    assert Client().post("/sign-in", {"username": "bogdan", "password": PASSWORD})["Location"] == "/calls/"
    assert AuditEntry.objects.get(verb="person.password_set").person == bogdan


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ((PASSWORD, "another one altogether"), b"The two passwords differ."),
        (("short", "short"), b"too short"),
        (("", ""), b"Give the password twice."),
    ],
)
def test_a_password_that_cannot_be_changes_nothing(
    given: tuple[str, str], told: bytes, bogdan: Person, signed_in: SignedIn
) -> None:
    response = signed_in(bogdan).post("/account/password", {"password": given[0], "password_again": given[1]})
    assert response.status_code == 400
    assert told in response.content
    bogdan.refresh_from_db()
    assert not bogdan.has_usable_password()


def test_an_administrator_ends_all_places_of_somebody(
    bogdan: Person, administrator: Person, signed_in: SignedIn, refused: Callable[..., Any]
) -> None:
    his, hers = _enter(bogdan), signed_in(administrator)
    hers.post(f"/people/{bogdan.pk}/sign-out")
    assert [_is_in(client) for client in (his, hers)] == [False, True]
    entry = AuditEntry.objects.get(verb="sessions.ended")
    assert (entry.subject, entry.person, entry.details) == ("person bogdan", administrator, {"which": "all"})
    with refused("not_administrator"):
        places_end(bogdan, "administrator")


def test_who_is_disabled_and_enabled_again_must_sign_in_again(bogdan: Person) -> None:
    here = _enter(bogdan)
    person_disable(None, "bogdan")
    person_enable(None, "bogdan")
    assert not _is_in(here)


def test_tokens_of_programs_go_on(bogdan: Person) -> None:
    program = Client(headers={"authorization": f"Bearer {token_create(bogdan, label='crm')}"})
    places_end(None, "bogdan")
    assert program.get("/api/v1/calls").status_code == 200


def test_where_it_was_last_seen_is_written_now_and_then(bogdan: Person, frozen_clock: FrozenClock) -> None:
    here = _enter(bogdan)
    here.get("/calls/", REMOTE_ADDR="192.0.2.99")
    assert places_of(bogdan)[0].address == "192.0.2.7"  # looking does not write each time
    frozen_clock.advance(minutes=6)
    here.get("/calls/", REMOTE_ADDR="192.0.2.99")
    assert places_of(bogdan)[0].address == "192.0.2.99"
