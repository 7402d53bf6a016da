from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sapa.accounts.models import Person, Role
from sapa.accounts.selectors import pbx_names_of, person_by_link, person_named
from sapa.accounts.services import pbx_name_give, person_create, team_create, token_create
from sapa.calls.services import queue_grant
from sapa.pipeline.tests.workbench import take, tiny_wav

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Person], Client]
GETS = ("/people/", "/people/new", "/people/import", "/people/1/")
POSTS = (
    "/people/new",
    "/people/import",
    "/people/names",
    "/people/1/",
    "/people/1/switch",
    "/people/1/link",
    "/people/1/revoke",
)


@pytest.fixture
def office(administrator: Person, signed_in: SignedIn) -> Client:
    return signed_in(administrator)


def text_of(response: Any) -> str:
    content: str = response.content.decode()
    return content


def test_nobody_but_an_administrator_finds_them(
    aigerim: Person, bogdan: Person, celina: Person, daniyar: Person, signed_in: SignedIn
) -> None:
    for person in (aigerim, bogdan, celina, daniyar):
        client = signed_in(person)
        assert {client.get(address).status_code for address in GETS} == {404}
        assert {client.post(address).status_code for address in POSTS} == {404}
        assert 'href="/people/"' not in text_of(client.get("/calls/"))


def test_everybody_is_listed_with_what_they_see(office: Client, aigerim: Person, bogdan: Person) -> None:
    queue_grant(None, "bogdan", "night")
    text = text_of(office.get("/people/"))
    assert "3 people" in text
    assert "own calls" in text
    assert "night" in text
    assert "every call" in text  # the administrator


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=gerim", "Aigerim"),
        ("q=aigerim", "Aigerim"),
        ("role=supervisor", "Bogdan"),
        ("q=101", "Bogdan"),
        ("q=nobody", ""),
    ],
)
def test_they_are_found_by_name_role_and_extension(
    office: Client, aigerim: Person, bogdan: Person, query: str, found: str
) -> None:
    pbx_name_give(bogdan, name="101")
    text = text_of(office.get(f"/people/?{query}"))
    assert [name for name in ("Aigerim", "Bogdan") if f">{name}</a>" in text] == ([found] if found else [])
    assert ("Nobody matches" in text) == (not found)


def test_a_person_is_added_with_a_link_that_is_shown_once(office: Client) -> None:
    facts = {
        "username": "erlan",
        "name": "Эрлан",
        "role": "agent",
        "team": "Cards",
        "pbx_names": "Erlan\r\n101\r\n\r\n",
    }
    response = office.post("/people/new", facts)
    erlan = person_named("erlan")
    assert response.headers["Location"] == f"/people/{erlan.pk}/"
    assert (erlan.first_name, erlan.role, str(erlan.team)) == ("Эрлан", Role.AGENT, "Cards")
    assert pbx_names_of(erlan) == ["Erlan", "101"]
    text = text_of(office.get(f"/people/{erlan.pk}/"))
    secret = text.split("/enter/")[1].split("<")[0]
    assert person_by_link(secret) == erlan
    assert "/enter/" not in text_of(office.get(f"/people/{erlan.pk}/"))


def test_a_zero_character_finds_nobody_and_breaks_nothing(office: Client) -> None:
    assert office.get("/people/", {"q": "\0"}).status_code == 200
    assert "person_invalid" in text_of(office.post("/people/new", {"username": "erlan", "name": "a\0"}))


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"username": "administrator"}, "person_exists"),
        ({"username": "two words"}, "person_invalid"),
        ({"username": "erlan", "pbx_names": "x" * 101}, "pbx_name_invalid"),
        ({"username": "erlan", "team": "x" * 101}, "team_invalid"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(office: Client, facts: dict[str, str], code: str) -> None:
    response = office.post("/people/new", {"name": "Erlan the Great", "role": "reviewer", **facts})
    text = text_of(response)
    assert response.status_code in {400, 409}
    assert code in text
    assert "Erlan the Great" in text
    assert '<option value="reviewer" selected>' in text
    assert Person.objects.count() == 1


def test_all_that_is_said_of_a_person_is_saved_together(office: Client, bogdan: Person) -> None:
    for team in ("Cards", "Loans"):
        team_create(None, team)
    queue_grant(None, "bogdan", "night")
    facts = {"name": "Bogdan", "role": "supervisor", "team": "", "pbx_names": "", "teams": ["Cards"], "queues": []}
    assert office.post(f"/people/{bogdan.pk}/", facts).status_code == 302
    assert [grant.team.name for grant in bogdan.team_grants.all()] == ["Cards"]
    assert not bogdan.queue_grants.exists()
    text = text_of(office.get(f"/people/{bogdan.pk}/"))
    assert 'value="Cards" checked' in text
    assert 'value="Loans"> ' in text
    assert 'value="night"> ' in text


def test_a_save_that_cannot_be_changes_nothing_and_keeps_what_was_chosen(office: Client, administrator: Person) -> None:
    team_create(None, "Cards")
    facts = {"name": "Boss", "role": "agent", "team": "New", "pbx_names": "1", "teams": ["Cards"]}
    response = office.post(f"/people/{administrator.pk}/", facts)
    text = text_of(response)
    assert (response.status_code, "last_administrator" in text) == (409, True)
    assert 'value="Cards" checked' in text
    administrator.refresh_from_db()
    assert (administrator.role, administrator.team, pbx_names_of(administrator)) == (Role.ADMINISTRATOR, None, [])


def test_a_person_is_disabled_and_enabled_again(office: Client, bogdan: Person, administrator: Person) -> None:
    token_create(bogdan, label="crm")
    office.post(f"/people/{bogdan.pk}/switch")
    assert not person_named("bogdan").is_active
    assert "Bogdan" not in text_of(office.get("/people/")).split("</form>")[1]
    assert "Bogdan" in text_of(office.get("/people/?disabled=yes"))
    office.post(f"/people/{bogdan.pk}/link")
    assert "/enter/" not in text_of(office.get(f"/people/{bogdan.pk}/"))
    office.post(f"/people/{bogdan.pk}/switch")
    assert person_named("bogdan").is_active
    said = text_of(office.post(f"/people/{administrator.pk}/switch", follow=True))
    assert "last administrator" in said


def test_a_token_is_revoked(office: Client, bogdan: Person) -> None:
    token_create(bogdan, label="crm")
    address = f"/people/{bogdan.pk}/revoke"
    assert "The token is revoked." in text_of(office.post(address, {"label": "crm"}, follow=True))
    assert "no such token" in text_of(office.post(address, {"label": "crm"}, follow=True))


def test_a_name_that_is_nobody_becomes_somebody(office: Client, aigerim: Person) -> None:
    take(agent_name="<200>")
    assert "&lt;200&gt;" in text_of(office.get("/people/"))
    office.post("/people/names", {"name": "<200>", "person": str(aigerim.pk)})
    assert pbx_names_of(aigerim) == ["Aigerim", "<200>"]
    assert "nobody yet" not in text_of(office.get("/people/"))
    for wrong in ("", "x", "9" * 30, "0"):
        assert office.post("/people/names", {"name": "x", "person": wrong}).status_code == 404


def test_a_table_of_people_is_taken_or_told_line_by_line(office: Client) -> None:
    good = SimpleUploadedFile("people.csv", b"username,role\nerlan,agent\n")
    assert "Added: 1." in text_of(office.post("/people/import", {"table": good}, follow=True))
    bad = SimpleUploadedFile("people.csv", b"username,role\nbek,boss\n")
    response = office.post("/people/import", {"table": bad})
    assert (response.status_code, "is no role" in text_of(response)) == (400, True)
    assert office.post("/people/import").status_code == 400


def test_many_people_are_shown_page_by_page(office: Client) -> None:
    for number in range(100):
        person_create(f"agent-{number:03}", role=Role.AGENT)
    first, second = text_of(office.get("/people/")), text_of(office.get("/people/?page=2"))
    assert "agent-099" in second
    assert "agent-000" in first
    assert "agent-000" not in second
    assert office.get("/people/?page=x").status_code == office.get("/people/?page=999").status_code == 200


def test_a_list_of_many_takes_few_questions(office: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        pbx_name_give(person_create(f"agent-{number:03}", role=Role.AGENT), name=f"{number}")
    take(tiny_wav(1), agent_name="nobody")
    with django_assert_max_num_queries(14):
        office.get("/people/")
