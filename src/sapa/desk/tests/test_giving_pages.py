"""Giving calls out on screen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import localdate

from sapa.accounts.models import Person
from sapa.calls.models import Call, GivenCall
from sapa.core.clock import now_at

pytestmark = pytest.mark.django_db


def test_so_many_of_what_the_list_shows(call: Call, farida: Person, bogdan: Person, signed_in: Any) -> None:
    site: Client = signed_in(bogdan)
    asked = {"person": "farida", "count": "5", "which": "drawn"}
    assert site.post("/given/new?q=Nobody", asked).status_code == 302
    assert not GivenCall.objects.exists(), "the list shows none"
    until_on = localdate(now_at()) + timedelta(days=3)
    page = site.post("/given/new?q=Robert", {**asked, "until": until_on.isoformat()}, follow=True)
    assert "1 call was given to Farida." in page.content.decode()
    row = GivenCall.objects.get()
    assert (row.call, row.person, row.given_by, row.until_on) == (call, farida, bogdan, until_on)


def test_one_call_from_its_page(call: Call, farida: Person, bogdan: Person, signed_in: Any) -> None:
    site: Client = signed_in(bogdan)
    assert f"/given/new?call={call.pk}" in site.get(f"/calls/{call.pk}/").content.decode()
    page = site.post(f"/given/new?call={call.pk}", {"person": "farida"}, follow=True)
    assert page.redirect_chain[-1][0] == f"/calls/{call.pk}/"
    assert GivenCall.objects.get().until_on is None


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"person": "celina"}, "giving_person_invalid"),
        ({"person": ""}, "giving_person_invalid"),
        ({"count": "0"}, "giving_count_invalid"),
        ({"count": "501"}, "giving_count_invalid"),
        ({"count": "9" * 5000}, "giving_count_invalid"),
        ({"count": "²"}, "giving_count_invalid"),
        ({"until": "2001-01-01"}, "giving_day_invalid"),
        ({"until": "tomorrow"}, "giving_day_invalid"),
    ],
)
def test_what_cannot_be_is_said_and_the_form_kept(
    typed: dict[str, str], code: str, call: Call, farida: Person, celina: Person, bogdan: Person, signed_in: Any
) -> None:
    page = signed_in(bogdan).post("/given/new", {"person": "farida", "count": "3", "which": "drawn", **typed})
    assert page.status_code == 400
    assert code in page.content.decode()
    assert 'value="drawn" selected' in page.content.decode()
    assert not GivenCall.objects.exists()


@pytest.mark.parametrize("asked", ["call=nothing", "call=00000000-0000-0000-0000-000000000000"])
def test_a_call_that_is_not_there(asked: str, farida: Person, bogdan: Person, signed_in: Any) -> None:
    assert signed_in(bogdan).get(f"/given/new?{asked}").status_code == 404


def test_without_an_outside_reviewer_it_says_what_to_do(
    call: Call, bogdan: Person, administrator: Person, signed_in: Any
) -> None:
    for address in ("/given/", "/given/new"):
        assert "There is no outside reviewer yet" in signed_in(bogdan).get(address).content.decode()
        assert "/people/new" in signed_in(administrator).get(address).content.decode()


def test_chosen_calls_are_taken_back_and_then_all_unmarked(
    call: Call, farida: Person, bogdan: Person, signed_in: Any
) -> None:
    site: Client = signed_in(bogdan)
    site.post(f"/given/new?call={call.pk}", {"person": "farida"})
    address = f"/given/{farida.pk}/"
    assert "waits" in site.get(address).content.decode()
    site.post(f"{address}take-back", {"act": "chosen"})
    assert GivenCall.objects.exists(), "nothing was chosen"
    site.post(f"{address}take-back", {"act": "chosen", "call": str(call.pk)})
    assert not GivenCall.objects.exists()
    site.post(f"/given/new?call={call.pk}", {"person": "farida"})
    page = site.post(f"{address}take-back", {"act": "unmarked"}, follow=True)
    assert "1 call was taken back." in page.content.decode()
    assert "Nothing is given at present" in page.content.decode()


def test_the_reviewers_own_page_lists_what_waits(call: Call, farida: Person, bogdan: Person, signed_in: Any) -> None:
    site: Client = signed_in(farida)
    assert "Nothing was given to you yet" in site.get("/reviews/").content.decode()
    assert site.get("/").headers["Location"] == "/reviews/"
    signed_in(bogdan).post(f"/given/new?call={call.pk}", {"person": "farida"})
    page = site.get("/reviews/").content.decode()
    assert "Given to you" in page
    assert f"/calls/{call.pk}/" in page
    assert "Robert Johnson" not in page
