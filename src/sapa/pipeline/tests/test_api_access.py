"""Ways in, names of the phone system, teams and grants over the REST API."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client

from sapa.accounts.models import PbxName, Person, SignInLink
from sapa.accounts.services import person_disable, team_create, token_create
from sapa.audit.models import AuditEntry
from sapa.calls.models import Call
from sapa.pipeline.tests.test_api_call_post import refusal
from tests.fixtures.cast import SignedIn, session_give

pytestmark = pytest.mark.django_db
PEOPLE = "/api/v1/people"
JSON: dict[str, Any] = {"content_type": "application/json"}
STRANGE = (
    "Local/101@from-queue/n",
    "..",
    ".",
    "/",
    "100%",
    "%2F",
    "a b",
    "Айгерим",
    "a?b#c&d=e",
    "+7701",
    " 101",
    "a\nb",
)


@pytest.fixture
def office(api_of: SignedIn, administrator: Person) -> Client:
    return api_of(administrator)


def asked(address: str, **query: str) -> str:
    return f"{address}?{urlencode(query)}"


def test_a_link_signs_the_person_in_once(office: Client, administrator: Person, bogdan: Person) -> None:
    answer = office.post(f"{PEOPLE}/bogdan/sign-in-link")
    url = answer.json()["url"]
    assert (answer.status_code, url.startswith("http://testserver/enter/")) == (201, True)
    browser = Client()
    assert browser.post(url)["Location"] == "/calls/"
    assert browser.get("/api/v1/me").json()["username"] == "bogdan"
    assert Client().post(url).status_code == 410
    assert AuditEntry.objects.get(verb="link.created").person_id == administrator.pk


def test_there_is_no_link_for_who_is_disabled(office: Client, bogdan: Person) -> None:
    person_disable(None, "bogdan")
    assert refusal(office.post(f"{PEOPLE}/bogdan/sign-in-link")) == (409, "person_disabled")
    assert not SignInLink.objects.exists()


def test_sessions_end_everywhere(office: Client, signed_in: SignedIn, bogdan: Person) -> None:
    browser = signed_in(bogdan)
    assert browser.get("/calls/").status_code == 200
    assert office.post(f"{PEOPLE}/bogdan/sign-out").status_code == 204
    assert browser.get("/calls/").status_code == 302


def test_tokens_are_told_by_label_and_revoked(office: Client, bogdan: Person) -> None:
    secret = token_create(bogdan, label="crm/1 %")
    answer = office.get(f"{PEOPLE}/bogdan/tokens")
    assert [one["label"] for one in answer.json()] == ["crm/1 %"]
    assert secret not in answer.content.decode()
    address = asked(f"{PEOPLE}/bogdan/tokens", label="crm/1 %")
    assert office.delete(address).json() == {"revoked": 1}
    assert refusal(office.delete(address)) == (404, "token_missing")
    assert refusal(Client(headers={"authorization": f"Bearer {secret}"}).get("/api/v1/me")) == (401, "not_signed_in")


@pytest.mark.parametrize("name", STRANGE)
def test_whatever_the_phone_system_calls_somebody_is_given_and_taken(office: Client, bogdan: Person, name: str) -> None:
    address = asked(f"{PEOPLE}/bogdan/pbx-names", name=name)
    assert office.put(address).json()["pbx_names"] == [name]
    assert PbxName.objects.get().name == name
    assert office.delete(address).json()["pbx_names"] == []


def test_a_name_is_taken_from_nobody_else(office: Client, aigerim: Person, bogdan: Person) -> None:
    assert refusal(office.delete(asked(f"{PEOPLE}/bogdan/pbx-names", name="Aigerim"))) == (400, "pbx_name_invalid")
    assert PbxName.objects.get().person == aigerim
    assert office.put(asked(f"{PEOPLE}/bogdan/pbx-names", name="Aigerim")).json()["pbx_names"] == ["Aigerim"]
    assert PbxName.objects.get().person == bogdan


@pytest.mark.parametrize("name", ["", "\0", "x" * 101, "x" * 201])
def test_a_name_that_cannot_be_is_refused(office: Client, bogdan: Person, name: str) -> None:
    status, code = refusal(office.put(asked(f"{PEOPLE}/bogdan/pbx-names", name=name)))
    assert (status, code in {"pbx_name_invalid", "input_invalid"}) == (400, True)
    assert refusal(office.put(f"{PEOPLE}/bogdan/pbx-names")) == (400, "input_invalid")


def test_names_in_calls_that_are_nobody_are_told(office: Client, call: Call) -> None:
    answer = office.get("/api/v1/pbx-names/unmapped").json()
    assert answer == {"count": 1, "names": [{"name": "Aigerim", "calls": 1, "last_at": "2026-03-09T09:15:00Z"}]}
    assert office.get("/api/v1/pbx-names/unmapped", {"offset": 1}).json() == {"count": 1, "names": []}


def test_a_team_is_made_once(office: Client, aigerim: Person) -> None:
    assert office.post("/api/v1/teams", {"name": "Cards/Loans"}, **JSON).status_code == 201
    again = office.post("/api/v1/teams", {"name": " Cards/Loans "}, **JSON)
    assert (again.status_code, again.json()) == (200, {"name": "Cards/Loans", "people": 0})
    office.patch(f"{PEOPLE}/aigerim", {"team": "Cards/Loans"}, **JSON)
    assert office.get("/api/v1/teams").json() == [{"name": "Cards/Loans", "people": 1}]


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "a\nb"])
def test_a_team_that_cannot_be_is_refused(office: Client, name: str) -> None:
    assert refusal(office.post("/api/v1/teams", {"name": name}, **JSON)) == (400, "team_invalid")


def test_grants_are_given_and_ended(office: Client, bogdan: Person) -> None:
    team_create(None, "Cards/1")
    teams, queues = f"{PEOPLE}/bogdan/granted-teams", f"{PEOPLE}/bogdan/granted-queues"
    assert office.put(asked(teams, name="Cards/1")).json()["granted_teams"] == ["Cards/1"]
    assert office.put(asked(queues, name="ночь 100%")).json()["granted_queues"] == ["ночь 100%"]
    assert office.get("/api/v1/people/bogdan").json()["granted_teams"] == ["Cards/1"]
    assert office.delete(asked(teams, name="Cards/1")).json()["granted_teams"] == []
    assert office.delete(asked(queues, name="ночь 100%")).json()["granted_queues"] == []
    assert refusal(office.put(asked(teams, name="No such"))) == (404, "team_missing")
    assert refusal(office.put(asked(queues, name=" "))) == (400, "queue_invalid")


def test_an_old_session_confirms_first_and_a_new_one_acts(administrator: Person, bogdan: Person) -> None:
    browser = Client()
    session_give(browser, administrator, is_recent=False)
    refused = browser.post(f"{PEOPLE}/bogdan/sign-in-link")
    assert refusal(refused) == (403, "confirm_first")
    assert "/confirm" in refused.json()["error"]["message"]
    assert browser.get(f"{PEOPLE}/bogdan").status_code == 200
    session_give(browser, administrator)
    assert browser.post(f"{PEOPLE}/bogdan/sign-in-link").status_code == 201


def test_a_wrong_token_does_not_spare_an_old_session_the_question(administrator: Person, bogdan: Person) -> None:
    for value, answer in (("Basic x", (403, "confirm_first")), ("Bearer x", (401, "not_signed_in"))):
        browser = Client(headers={"authorization": value})
        session_give(browser, administrator, is_recent=False)
        assert refusal(browser.post(f"{PEOPLE}/bogdan/disable")) == answer


def test_a_session_acts_as_nobody_without_the_token_of_its_form(administrator: Person, bogdan: Person) -> None:
    browser = Client(enforce_csrf_checks=True)
    session_give(browser, administrator)
    assert refusal(browser.post(f"{PEOPLE}/{quote('bogdan')}/sign-in-link")) == (403, "csrf_failed")
    assert not SignInLink.objects.exists()
