"""People over the REST API, as a program that keeps them in step with another list would ask."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sapa.accounts.models import PbxName, Person, Role, Team
from sapa.accounts.selectors import pbx_names_of
from sapa.accounts.services import person_disable, team_create
from sapa.audit.models import AuditEntry
from sapa.pipeline.tests.test_api_call_post import refusal
from tests.fixtures.cast import SignedIn

pytestmark = pytest.mark.django_db
PEOPLE = "/api/v1/people"
JSON: dict[str, Any] = {"content_type": "application/json"}
CHANNEL = "Local/101@from-queue/n"


@pytest.fixture
def office(api_of: SignedIn, administrator: Person) -> Client:
    return api_of(administrator)


def usernames(answer: Any) -> list[str]:
    assert answer.status_code == 200
    return [person["username"] for person in answer.json()["people"]]


def test_whoever_asks_reads_who_they_are(api_of: SignedIn, aigerim: Person) -> None:
    aigerim.team = team_create(None, "Cards")
    aigerim.save(update_fields=["team"])
    assert api_of(aigerim).get("/api/v1/me").json() == {
        "username": "aigerim", "name": "Aigerim", "role": "agent", "team": "Cards", "is_active": True, "language": "",
        "last_login_at": None, "names_hidden": True, "pbx_names": ["Aigerim"], "granted_teams": [],
        "granted_queues": [],
    }  # fmt: skip


def test_a_person_is_added_with_all_that_is_said_and_no_secret(office: Client, administrator: Person) -> None:
    facts = {"username": "erlan", "name": "Ерлан", "role": "agent", "team": "Cards", "pbx_names": ["101", CHANNEL]}
    answer = office.post(PEOPLE, facts, **JSON)
    told = answer.json()
    assert (answer.status_code, {name: told[name] for name in facts}) == (201, facts)
    assert told == office.get(f"{PEOPLE}/erlan").json()
    person = Person.objects.get(username="erlan")
    assert not person.has_usable_password()
    assert person.password not in answer.content.decode()
    written = AuditEntry.objects.filter(subject="person erlan").values_list("verb", "person_id")
    assert set(written) == {
        (verb, administrator.pk) for verb in ("person.created", "person.changed", "person.pbx_name")
    }


def test_a_change_leaves_what_it_does_not_name(office: Client, aigerim: Person) -> None:
    told = office.patch(f"{PEOPLE}/aigerim", {"role": "reviewer", "granted_queues": ["night"]}, **JSON).json()
    assert (told["name"], told["role"], told["pbx_names"]) == ("Aigerim", "reviewer", ["Aigerim"])
    assert told["granted_queues"] == ["night"]
    told = office.patch(
        f"{PEOPLE}/aigerim", {"pbx_names": ["102"], "granted_queues": [], "team": "Loans"}, **JSON
    ).json()
    assert (told["role"], told["pbx_names"], told["granted_queues"], told["team"]) == (
        "reviewer", ["102"], [], "Loans",
    )  # fmt: skip
    told = office.patch(f"{PEOPLE}/aigerim", {"team": "", "names_hidden": False}, **JSON).json()
    assert (told["team"], told["names_hidden"]) == ("", False)
    assert office.patch(f"{PEOPLE}/aigerim", {"role": "outside_reviewer"}, **JSON).json()["names_hidden"] is False


def test_a_change_that_cannot_be_as_a_whole_changes_nothing(office: Client, bogdan: Person) -> None:
    facts = {"name": "Other", "team": "New", "granted_teams": ["No such"]}
    assert refusal(office.patch(f"{PEOPLE}/bogdan", facts, **JSON)) == (404, "team_missing")
    bogdan.refresh_from_db()
    assert (bogdan.first_name, bogdan.team, Team.objects.count()) == ("Bogdan", None, 0)


@pytest.mark.parametrize(
    ("facts", "status", "code"),
    [
        ({"username": "bogdan"}, 409, "person_exists"),
        ({"username": "Bogdan"}, 409, "person_exists"),
        ({"username": "two words"}, 400, "person_invalid"),
        ({"username": "a/b"}, 400, "person_invalid"),
        ({"username": ""}, 400, "person_invalid"),
        ({"username": "x\0"}, 400, "input_invalid"),
        ({"username": "x", "name": "\0"}, 400, "input_invalid"),
        ({"username": "x", "name": "\ud800"}, 400, "input_invalid"),
        ({"username": "x", "name": "n" * 151}, 400, "person_invalid"),
        ({"username": "x", "pbx_names": ["n" * 101]}, 400, "pbx_name_invalid"),
        ({"username": "x", "pbx_names": [""]}, 400, "pbx_name_invalid"),
        ({"username": "x", "pbx_names": "101"}, 400, "input_invalid"),
        ({"username": "x", "pbx_names": [None]}, 400, "input_invalid"),
        ({"username": "x", "granted_queues": [" "]}, 400, "queue_invalid"),
        ({"username": "x", "team": " "}, 400, "team_invalid"),
        ({"username": "x", "role": "boss"}, 400, "input_invalid"),
        ({"username": "x", "rôle": "agent"}, 400, "input_invalid"),
        ({"username": "x", "password": "a secret sentence"}, 400, "input_invalid"),
        ({"username": 5}, 400, "input_invalid"),
        ({"name": "nobody"}, 400, "input_invalid"),
        ([], 400, "input_invalid"),
    ],
)
def test_what_cannot_be_is_refused_and_nobody_is_made(
    office: Client, bogdan: Person, facts: Any, status: int, code: str
) -> None:
    before = Person.objects.count()
    assert refusal(office.post(PEOPLE, facts, **JSON)) == (status, code)
    assert (Person.objects.count(), PbxName.objects.count()) == (before, 0)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b'{"username": ' + b"9" * 5000 + b"}"])
def test_what_is_no_json_is_refused(office: Client, body: bytes) -> None:
    status, code = refusal(office.generic("POST", PEOPLE, body, **JSON))
    assert (status, code) in {(400, "bad_request"), (400, "input_invalid")}


def test_a_body_that_is_too_large_is_refused_before_it_is_read(office: Client) -> None:
    body = b'{"username": "' + b"x" * 3_000_000 + b'"}'
    assert refusal(office.generic("POST", PEOPLE, body, **JSON)) == (413, "request_too_large")


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("nobody", 404, "person_missing"),
        ("BOGDAN", 404, "person_missing"),
        ("%ff", 404, "person_missing"),
        ("жанна", 404, "person_missing"),
        ("%25", 404, "person_missing"),
        ("%00", 400, "input_invalid"),
        ("x" * 151, 400, "input_invalid"),
        ("a%2Fb", 404, "address_missing"),
    ],
)
def test_a_name_that_nobody_has_is_told(office: Client, bogdan: Person, name: str, status: int, code: str) -> None:
    assert refusal(office.get(f"{PEOPLE}/{name}")) == (status, code)
    if code != "address_missing":
        assert refusal(office.post(f"{PEOPLE}/{name}/disable")) == (status, code)


def test_people_come_by_name_in_pages_with_the_whole_count(office: Client, bogdan: Person, celina: Person) -> None:
    answer = office.get(PEOPLE, {"limit": 1, "offset": 1})
    assert (answer.json()["count"], usernames(answer)) == (3, ["bogdan"])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"role": "reviewer"}, ["celina"]),
        ({"team": "Cards"}, ["aigerim"]),
        ({"team": ""}, ["administrator", "bogdan", "celina"]),
        ({"active": "false"}, ["celina"]),
        ({"active": "true", "role": "reviewer"}, []),
        ({"text": "BOG"}, ["bogdan"]),
        ({"text": "aigerim"}, ["aigerim"]),
        ({"text": "card"}, ["aigerim"]),
        ({"text": "%"}, []),
    ],
)
def test_people_are_found(
    office: Client, aigerim: Person, bogdan: Person, celina: Person, query: dict[str, str], found: list[str]
) -> None:
    office.patch(f"{PEOPLE}/aigerim", {"team": "Cards"}, **JSON)
    person_disable(None, "celina")
    assert usernames(office.get(PEOPLE, query)) == found


@pytest.mark.parametrize(
    "query", [{"role": "boss"}, {"active": "perhaps"}, {"text": "\0"}, {"limit": 201}, {"team": "\0"}]
)
def test_a_question_that_makes_no_sense_is_refused(office: Client, query: dict[str, Any]) -> None:
    assert refusal(office.get(PEOPLE, query)) == (400, "input_invalid")


def test_the_last_administrator_stays(office: Client, administrator: Person) -> None:
    assert refusal(office.post(f"{PEOPLE}/administrator/disable")) == (409, "last_administrator")
    assert refusal(office.patch(f"{PEOPLE}/administrator", {"role": "agent"}, **JSON)) == (409, "last_administrator")


def test_an_administrator_who_is_not_the_last_may_go_and_the_token_with_them(office: Client) -> None:
    assert office.post(PEOPLE, {"username": "second", "role": "administrator"}, **JSON).status_code == 201
    assert office.post(f"{PEOPLE}/administrator/disable").json()["is_active"] is False
    assert refusal(office.get(PEOPLE)) == (401, "not_signed_in")


def test_disabling_and_enabling_again_and_again_is_fine(office: Client, bogdan: Person) -> None:
    for act, is_active in (("disable", False), ("disable", False), ("enable", True), ("enable", True)):
        answer = office.post(f"{PEOPLE}/bogdan/{act}")
        assert (answer.status_code, answer.json()["is_active"]) == (200, is_active)
    assert AuditEntry.objects.filter(verb__in=["person.disabled", "person.enabled"]).count() == 2


def test_a_table_is_taken_whole_as_often_as_it_comes(office: Client) -> None:
    def sent() -> Any:
        content = f"username,name,role,team,pbx_names\nerlan,Erlan,agent,Cards,{CHANNEL};101\n".encode()
        return office.post("/api/v1/import/people", {"file": SimpleUploadedFile("people.csv", content)})

    assert sent().json() == {"created": 1, "changed": 0, "teams": 1}
    assert sent().json() == {"created": 0, "changed": 1, "teams": 0}
    assert sorted(pbx_names_of(Person.objects.get(username="erlan"))) == ["101", CHANNEL]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"name\nx\n",
        b"username\na b\n",
        b"username,role\nx,boss\n",
        b"username,name\nx,\0\n",
    ],
)
def test_a_table_that_cannot_be_changes_nobody(office: Client, content: bytes) -> None:
    before = Person.objects.count()
    answer = office.post("/api/v1/import/people", {"file": SimpleUploadedFile("people.csv", content)})
    assert refusal(answer) in {(400, "people_invalid"), (400, "input_invalid")}
    assert Person.objects.count() == before


def test_a_table_without_a_file_is_refused(office: Client) -> None:
    assert refusal(office.post("/api/v1/import/people", {"file": "username\nx\n"})) == (400, "input_invalid")


def test_only_administrators_ask_about_others(api_of: SignedIn, bogdan: Person) -> None:
    client = api_of(bogdan)
    there, missing = client.get(f"{PEOPLE}/bogdan"), client.get(f"{PEOPLE}/nobody")
    assert refusal(there) == refusal(missing) == (403, "not_administrator")
    assert refusal(client.post(PEOPLE, {"username": "x"}, **JSON)) == (403, "not_administrator")
    assert not Person.objects.filter(username="x", role=Role.NONE).exists()
