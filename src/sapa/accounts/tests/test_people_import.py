from __future__ import annotations

import pytest

from sapa.accounts.errors import PeopleInvalid
from sapa.accounts.models import Person, Role, Team
from sapa.accounts.people_csv import PersonRow, people_from_csv
from sapa.accounts.selectors import pbx_names_of, person_named
from sapa.accounts.services import people_import
from sapa.audit.models import AuditEntry

GOOD = "username,name,role,team,pbx_names\nerlan,Erlan,agent,Cards,Erlan;101\nbogdan,,,Cards,\n"


def problems_of(text: str | bytes) -> list[str]:
    with pytest.raises(PeopleInvalid) as caught:
        people_from_csv(text if isinstance(text, bytes) else text.encode())
    return list(caught.value.details["problems"])


def test_a_table_of_a_spreadsheet_is_read() -> None:
    assert people_from_csv(GOOD.encode()) == [
        PersonRow(2, "erlan", "Erlan", Role.AGENT, "Cards", ("Erlan", "101")),
        PersonRow(3, "bogdan", team="Cards"),
    ]
    by_semicolon = "\ufeffUsername; Name ;pbx_names\r\nerlan;Эрлан;101|102\r\n;;\r\n"
    assert people_from_csv(by_semicolon.encode()) == [PersonRow(2, "erlan", "Эрлан", pbx_names=("101", "102"))]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "first line must name the columns"),
        ("name\nErlan\n", "username is needed"),
        ("username,salary\nerlan,1\n", "no column 'salary'"),
        ("username\nerlan,agent\n", "Line 2: has more cells"),
        ("username,role\nerlan,boss\n", "Line 2: 'boss' is no role"),
        ("username,role\n,agent\n", "Line 2: has no username"),
        ("username\nerlan\nErlan\n", "Line 3: Erlan stands in line 2 already"),
        ("username,pbx_names\nerlan,101\nbek,101\n", "Line 3: 101 of the phone system is given to somebody in line 2"),
        ("username,team\nerlan," + "x" * 101 + "\n", "team has more than 100"),
        (b"username\n\xff\xfe\n", "UTF-8"),
    ],
)
def test_what_cannot_be_is_told_with_its_line(text: str | bytes, told: str) -> None:
    assert any(told in problem for problem in problems_of(text))


def test_every_problem_is_told_at_once() -> None:
    assert len(problems_of("username,role\n,boss\nerlan,chief\n")) == 3


@pytest.mark.django_db
def test_people_come_in_and_those_who_are_here_are_changed(bogdan: Person) -> None:
    done = people_import(None, people_from_csv(GOOD.encode()))
    assert (done.created, done.changed, done.teams) == (1, 1, 1)
    erlan, bogdan = person_named("erlan"), person_named("bogdan")
    assert (erlan.role, str(erlan.team), pbx_names_of(erlan)) == (Role.AGENT, "Cards", ["Erlan", "101"])
    assert (bogdan.role, bogdan.first_name, str(bogdan.team)) == (Role.SUPERVISOR, "Bogdan", "Cards")


@pytest.mark.django_db
def test_the_same_table_again_changes_nothing(bogdan: Person) -> None:
    people_import(None, people_from_csv(GOOD.encode()))
    before = AuditEntry.objects.count()
    done = people_import(None, people_from_csv(GOOD.encode()))
    assert (done.created, done.changed, done.teams) == (0, 2, 0)
    assert AuditEntry.objects.count() == before


@pytest.mark.django_db
def test_one_row_that_cannot_be_leaves_everybody_as_before(administrator: Person) -> None:
    text = "username,role,team\nerlan,agent,Cards\nadministrator,agent,Cards\n"
    with pytest.raises(PeopleInvalid, match="Line 3: administrator is the last administrator"):
        people_import(administrator, people_from_csv(text.encode()))
    assert list(Person.objects.values_list("username", flat=True)) == ["administrator"]
    assert not Team.objects.exists()
