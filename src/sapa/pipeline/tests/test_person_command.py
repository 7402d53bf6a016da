from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from sapa.accounts.models import Person, Role
from sapa.accounts.selectors import person_named
from sapa.accounts.services import token_create
from sapa.pipeline.tests.workbench import take

pytestmark = pytest.mark.django_db


def said(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_a_day_of_an_administrator() -> None:
    said("person", "team", "Cards")
    link = said("person", "add", "erlan", "--name", "Erlan", "--role", "agent", "--team", "Cards", "--pbx-name", "101")
    assert "/enter/" in link
    said("person", "add", "gulnara", "--role", "supervisor")
    assert "gulnara sees team Cards." in said("person", "grant", "gulnara", "--team", "Cards")
    assert "queue night, team Cards" in said("person", "grant", "gulnara", "--queue", "night")
    assert "sees queue night" in said("person", "ungrant", "gulnara", "--team", "Cards")
    assert "every call" in said("person", "ungrant", "gulnara", "--queue", "night")
    listed = said("person", "list")
    assert "101" in listed
    assert "Cards" in listed
    said("person", "disable", "erlan")
    assert "erlan" not in said("person", "list")
    assert "agent (disabled)" in said("person", "list", "--disabled", "--role", "agent")
    said("person", "enable", "erlan")
    assert "erlan is reviewer, Cards." in said("person", "change", "erlan", "--role", "reviewer")


def test_names_of_the_phone_system_are_given_to_people(aigerim: Person) -> None:
    take(agent_name="200")
    assert "200" in said("person", "names")
    said("person", "names", "--give", "200", "aigerim")
    assert said("person", "names") == "Every name is somebody.\n"
    said("person", "names", "--take", "200")
    assert "200" in said("person", "names")


def test_people_of_a_table(tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    table.write_text("username,role\nerlan,agent\n")
    assert said("person", "import", str(table)) == "1 made, 0 changed, 0 teams made.\n"
    table.write_text("username,role\nerlan,boss\n")
    with pytest.raises(CommandError, match="Line 2: 'boss' is no role"):
        call_command("person", "import", str(table))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("person", "import", str(tmp_path / "none.csv"))


def test_a_team_that_is_not_there_makes_nobody() -> None:
    with pytest.raises(CommandError, match="team_missing"):
        call_command("person", "add", "erlan", "--team", "Cards")
    assert not Person.objects.exists()


def test_another_password_by_standard_input(aigerim: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("correct horse battery staple\n"))
    said("person", "password", "aigerim", "--password-stdin")
    assert person_named("aigerim").check_password("correct horse battery staple")


def test_tokens_are_listed_and_revoked(bogdan: Person) -> None:
    token_create(bogdan, label="crm")
    assert said("token", "bogdan", "--list").endswith("  crm\n")
    assert said("token", "bogdan", "--revoke", "--label", "crm") == "1 revoked.\n"
    assert said("token", "bogdan", "--list") == ""


def test_what_is_granted_must_be_said(bogdan: Person) -> None:
    assert bogdan.role == Role.SUPERVISOR
    with pytest.raises(CommandError, match="--team TEAM or --queue QUEUE"):
        call_command("person", "grant", "bogdan")
