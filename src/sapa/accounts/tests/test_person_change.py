from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from sapa.accounts.errors import LinkUnusable, TeamMissing
from sapa.accounts.models import ApiToken, Person, Role
from sapa.accounts.selectors import pbx_names_of, person_by_link, person_by_token
from sapa.accounts.services import (
    PersonChange,
    link_create,
    password_set,
    pbx_name_give,
    pbx_name_take,
    person_change,
    person_create,
    person_disable,
    person_enable,
    team_create,
    team_grant,
    team_grant_end,
    token_create,
    token_revoke,
)
from sapa.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
GOOD_PASSWORD = "correct horse battery staple"
Acts = Callable[[Person | None], Any]
EVERY_ACT: dict[str, Acts] = {
    "change": lambda actor: person_change(actor, "aigerim", PersonChange(role=Role.SUPERVISOR)),
    "disable": lambda actor: person_disable(actor, "aigerim"),
    "enable": lambda actor: person_enable(actor, "aigerim"),
    "password": lambda actor: password_set(actor, "aigerim", GOOD_PASSWORD),
    "team": lambda actor: team_create(actor, "Cards"),
    "grant": lambda actor: team_grant(actor, "aigerim", "Loans"),
    "ungrant": lambda actor: team_grant_end(actor, "aigerim", "Loans"),
    "token": lambda actor: token_revoke(actor, "aigerim", label="x"),
    "name": lambda actor: pbx_name_take(actor, "Aigerim"),
}


@pytest.mark.parametrize("act", EVERY_ACT.values(), ids=EVERY_ACT)
def test_nobody_but_an_administrator_changes_people(
    act: Acts, aigerim: Person, bogdan: Person, celina: Person, refused: Callable[..., Any]
) -> None:
    team_create(None, "Loans")
    before = AuditEntry.objects.count()
    for person in (aigerim, bogdan, celina):
        with refused("not_administrator"):
            act(person)
    assert AuditEntry.objects.count() == before


def test_a_change_is_audited_with_who_made_it_and_only_what_changed(aigerim: Person, administrator: Person) -> None:
    team_create(administrator, "Cards")
    person_change(administrator, "aigerim", PersonChange(role=Role.AGENT, team="Cards"))
    entry = AuditEntry.objects.get(verb="person.changed")
    assert (entry.person, entry.subject, entry.details) == (administrator, "person aigerim", {"team": "Cards"})
    person_change(administrator, "aigerim", PersonChange(team="Cards"))
    assert AuditEntry.objects.filter(verb="person.changed").count() == 1
    person_change(administrator, "aigerim", PersonChange(team=""))
    assert Person.objects.get(username="aigerim").team is None


def test_a_team_that_is_not_there_is_told_with_those_that_are(aigerim: Person) -> None:
    team_create(None, "Cards")
    with pytest.raises(TeamMissing, match="There are: Cards"):
        person_change(None, "aigerim", PersonChange(team="Loans"))


def test_a_disabled_person_is_out_at_once_everywhere(aigerim: Person, signed_in: Callable[[Person], Client]) -> None:
    client, token, link = signed_in(aigerim), token_create(aigerim, label="crm"), link_create(aigerim)
    assert client.get("/calls/").status_code == 200
    person_disable(None, "aigerim")
    assert client.get("/calls/").status_code == 302
    assert person_by_token(token) is None
    person_enable(None, "aigerim")
    assert person_by_token(token) is None  # what ended stays ended
    with pytest.raises(LinkUnusable):
        person_by_link(link)


def test_the_last_administrator_stays_one(administrator: Person, refused: Callable[..., Any]) -> None:
    other = person_create("erlan", role=Role.ADMINISTRATOR)
    person_disable(administrator, other.username)
    with refused("last_administrator"):
        person_disable(administrator, "administrator")
    with refused("last_administrator"):
        person_change(administrator, "administrator", PersonChange(role=Role.AGENT))
    person_enable(administrator, "erlan")
    person_change(administrator, "administrator", PersonChange(role=Role.AGENT))
    assert Person.objects.get(username="administrator").role == Role.AGENT


def test_a_new_password_ends_the_sessions_of_the_old_one(
    aigerim: Person, signed_in: Callable[[Person], Client], refused: Callable[..., Any]
) -> None:
    client = signed_in(aigerim)
    with refused("password_weak"):
        password_set(None, "aigerim", "12345678")
    assert client.get("/calls/").status_code == 200
    password_set(None, "aigerim", GOOD_PASSWORD)
    assert client.get("/calls/").status_code == 302
    assert GOOD_PASSWORD not in str(AuditEntry.objects.latest("pk").details)


def test_a_revoked_token_lets_nobody_in(bogdan: Person, refused: Callable[..., Any]) -> None:
    first, other = token_create(bogdan, label="crm"), token_create(bogdan, label="bi")
    assert token_revoke(None, "bogdan", label="crm") == 1
    assert (person_by_token(first), person_by_token(other)) == (None, bogdan)
    with refused("token_missing"):
        token_revoke(None, "bogdan", label="crm")
    assert ApiToken.objects.filter(revoked_at=None).count() == 1


def test_a_name_that_goes_to_another_person_is_told_from_whom(aigerim: Person, bogdan: Person) -> None:
    pbx_name_give(bogdan, name="Aigerim")
    assert (pbx_names_of(aigerim), pbx_names_of(bogdan)) == ([], ["Aigerim"])
    assert AuditEntry.objects.latest("pk").details == {"name": "Aigerim", "taken_from": "aigerim"}
    pbx_name_take(None, "Aigerim")
    assert pbx_names_of(bogdan) == []


def test_a_name_is_taken_only_from_whom_it_is_said_to_be(
    aigerim: Person, bogdan: Person, refused: Callable[..., Any]
) -> None:
    with refused("pbx_name_invalid"):
        pbx_name_take(None, "Aigerim", of=bogdan)
    assert pbx_names_of(aigerim) == ["Aigerim"]
    pbx_name_take(None, "Aigerim", of=aigerim)
    assert pbx_names_of(aigerim) == []


def test_who_is_disabled_gets_no_link(aigerim: Person, refused: Callable[..., Any]) -> None:
    with refused("person_disabled"):
        link_create(person_disable(None, "aigerim"))


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "x" * 101])
def test_a_team_has_a_name_that_one_can_read(name: str, refused: Callable[..., Any]) -> None:
    with refused("team_invalid"):
        team_create(None, name)
