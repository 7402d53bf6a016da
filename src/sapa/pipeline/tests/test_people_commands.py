"""`sapa init`, `sapa link`, `sapa token`: the ways in that are made at a terminal."""

from __future__ import annotations

import re
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from sapa.accounts.models import ApiToken, Person, Role
from sapa.pipeline.tests.processes import database_url_of_test, sapa

GOOD = "correct horse battery staple"


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Any:
    return lambda text: monkeypatch.setattr(sys, "stdin", StringIO(text))


def test_init_with_a_link_makes_an_administrator_without_a_password(db: None) -> None:
    said = run("init", "--name", "root", "--link")
    person = Person.objects.get()
    assert (person.username, person.role, person.has_usable_password()) == ("root", Role.ADMINISTRATOR, False)
    assert "http://127.0.0.1:8000/" in said


def test_the_link_signs_in_once(db: None) -> None:
    found = re.search(r"http://[^/]+(/\S+)", run("init", "--name", "root", "--link"))
    assert found
    path = found[1]
    first, second = Client(), Client()
    assert first.get(path).status_code == 200
    first.post(path)
    assert first.get("/calls/").status_code == 200
    second.post(path)
    assert second.get("/calls/").status_code == 302


def test_init_reads_the_password_from_standard_input(db: None, typed: Any) -> None:
    typed(f"{GOOD}\nsomething after it\n")
    run("init", "--name", "root", "--password-stdin")
    assert Person.objects.get().check_password(GOOD)


@pytest.mark.parametrize("password", ["", "short", "password1234"])
def test_a_weak_password_is_refused_with_its_reasons(db: None, typed: Any, password: str) -> None:
    typed(password + "\n")
    with pytest.raises(CommandError, match="password"):
        run("init", "--name", "root", "--password-stdin")
    assert not Person.objects.exists()


def test_a_name_that_is_there_is_left_alone(celina: Person) -> None:
    with pytest.raises(CommandError, match="already a person called celina"):
        run("init", "--name", "celina", "--link")
    celina.refresh_from_db()
    assert celina.role == Role.REVIEWER


@pytest.mark.parametrize("way", [[], ["--link"]])
def test_without_a_terminal_it_asks_for_nothing(db: None, typed: Any, way: list[str]) -> None:
    typed("")
    name = [] if way else ["--name", "root"]
    with pytest.raises(CommandError, match="No terminal"):
        run("init", *name, *way)


def test_only_one_way_at_a_time(tmp_path: Path) -> None:
    ended = sapa("init", "--name", "root", "--link", "--password-stdin", data_dir=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")


def test_a_link_for_somebody_who_lost_the_password(bogdan: Person) -> None:
    said = run("link", "bogdan").strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/\S+", said)


def test_a_token_is_printed_bare_and_works(bogdan: Person) -> None:
    secret = run("token", "bogdan", "--label", "night export").strip()
    assert ApiToken.objects.get().label == "night export"
    assert secret not in str(ApiToken.objects.values())
    assert Client(headers={"authorization": f"Bearer {secret}"}).get("/api/v1/calls").status_code == 200


@pytest.mark.parametrize("command", ["link", "token"])
def test_nobody_gets_a_way_in_for_nobody(db: None, command: str) -> None:
    with pytest.raises(CommandError, match="no person called nobody"):
        run(command, "nobody")


def test_typed_at_a_shell_they_end_with_the_promised_status(transactional_db: None, data_dir: Path) -> None:
    url = database_url_of_test()
    made = sapa("init", "--name", "root", "--password-stdin", data_dir=data_dir, database_url=url, typed=GOOD)
    assert (made.returncode, made.stdout.strip()) == (0, "Administrator root made.")
    again = sapa("init", "--name", "root", "--link", data_dir=data_dir, database_url=url)
    assert (again.returncode, again.stdout) == (1, "")
    assert "already a person" in again.stderr
    token = sapa("token", "root", data_dir=data_dir, database_url=url)
    assert token.stdout.startswith("sapa_")
