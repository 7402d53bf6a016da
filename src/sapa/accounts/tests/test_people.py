from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sapa.accounts.errors import PasswordWeak
from sapa.accounts.models import PbxName, Person, Role
from sapa.accounts.selectors import has_people, pbx_names_of, person_named
from sapa.accounts.services import PersonChange, pbx_name_give, person_change, person_create
from sapa.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
GOOD_PASSWORD = "correct horse battery staple"


def test_a_person_signs_in_with_the_password_given() -> None:
    person = person_create("erlan", role=Role.REVIEWER, password=GOOD_PASSWORD, name="Erlan")
    assert person.check_password(GOOD_PASSWORD)
    assert (person.role, str(person)) == (Role.REVIEWER, "Erlan")


def test_without_a_password_nobody_can_guess_one() -> None:
    person = person_create("erlan", role=Role.AGENT)
    assert not person.has_usable_password()
    assert not person.check_password("")


def test_making_a_person_is_audited_and_the_password_is_not() -> None:
    person_create("erlan", role=Role.AGENT, password=GOOD_PASSWORD)
    entry = AuditEntry.objects.get(verb="person.created")
    assert (entry.subject, entry.details) == ("person erlan", {"role": "agent"})


def test_the_same_name_twice_is_refused(bogdan: Person, refused: Callable[..., Any]) -> None:
    with refused("person_exists"):
        person_create("bogdan", role=Role.ADMINISTRATOR, password=GOOD_PASSWORD)
    assert Person.objects.get(username="bogdan").role == Role.SUPERVISOR


@pytest.mark.parametrize("username", ["Bogdan", "BOGDAN"])
def test_capitals_make_no_other_name(bogdan: Person, refused: Callable[..., Any], username: str) -> None:
    with refused("person_exists"):
        person_create(username, role=Role.AGENT)


@pytest.mark.parametrize("name", ["a\0b", "\ud800"])
def test_a_name_that_no_database_keeps_is_refused(bogdan: Person, refused: Callable[..., Any], name: str) -> None:
    with refused("person_invalid"):
        person_create("erlan", role=Role.AGENT, name=name)
    with refused("person_invalid"):
        person_change(None, "bogdan", PersonChange(name=name))
    with refused("pbx_name_invalid"):
        pbx_name_give(bogdan, name=name)


def test_two_who_are_added_at_once_are_one(monkeypatch: pytest.MonkeyPatch, refused: Callable[..., Any]) -> None:
    """The other one is not there when it is looked for, and is when it is written."""
    person_create("erlan", role=Role.AGENT)
    monkeypatch.setattr(Person.objects, "filter", lambda **_: Person.objects.none())
    with refused("person_exists"):
        person_create("erlan", role=Role.ADMINISTRATOR)
    monkeypatch.undo()
    assert Person.objects.get(username="erlan").role == Role.AGENT


@pytest.mark.parametrize("password", ["", "short", "password1234", "administrator1"])
def test_a_weak_password_is_refused_and_nobody_is_made(password: str) -> None:
    with pytest.raises(PasswordWeak) as caught:
        person_create("administrator", role=Role.ADMINISTRATOR, password=password)
    assert caught.value.message
    assert not has_people()


def test_a_name_of_the_phone_system_belongs_to_one_person(aigerim: Person, bogdan: Person) -> None:
    pbx_name_give(aigerim, name="101")
    pbx_name_give(bogdan, name="101")
    assert pbx_names_of(aigerim) == ["Aigerim"]
    assert pbx_names_of(bogdan) == ["101"]
    assert PbxName.objects.filter(name="101").count() == 1


def test_nobody_of_that_name_is_said(refused: Callable[..., Any]) -> None:
    assert not has_people()
    with refused("person_missing"):
        person_named("nobody")


def test_roles_decide_what_a_person_may(
    aigerim: Person, bogdan: Person, celina: Person, daniyar: Person, administrator: Person
) -> None:
    everyone = (aigerim, bogdan, celina, daniyar, administrator)
    assert [person.controls_quality for person in everyone] == [False, True, True, False, True]
    assert [person.may_manage for person in everyone] == [False, True, False, False, True]


def test_a_person_who_was_put_out_may_nothing(bogdan: Person) -> None:
    bogdan.is_active = False
    assert not bogdan.controls_quality
    assert not bogdan.may_manage


@pytest.mark.parametrize("username", ["two\nlines", "x" * 151, ""])
def test_a_name_nobody_could_type_is_refused(username: str, refused: Callable[..., Any]) -> None:
    with refused("person_invalid"):
        person_create(username, role=Role.AGENT)
