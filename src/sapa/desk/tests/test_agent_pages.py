"""Agents' day on screen, as a table to take away, and over the API."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sapa.accounts.models import Person, Role
from sapa.accounts.services import PersonChange, pbx_name_give, person_change, person_create, team_create, team_grant
from sapa.audit.models import AuditEntry
from sapa.calls.agent_reading import agent_days, day_begins
from sapa.calls.tests.lines import come

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 20)


def at(hour: float) -> int:
    return round(day_begins(ON).timestamp() + hour * 3600)


def row(hour: float, agent: str, event: str, data: str = "", *, call: str = "NONE", queue: str = "sales") -> bytes:
    return f"{at(hour)}|{call}|{queue}|{agent}|{event}|{data}\n".encode()


def talk(hour: float, agent: str, minutes: int) -> bytes:
    call = f"{at(hour)}.1"
    asked = f"{at(hour)}|{call}|sales|NONE|ENTERQUEUE||+77011112233|1\n".encode()
    ends = hour + minutes / 60
    return (
        asked
        + row(hour, "Stranger", "RINGNOANSWER", "9000", call=call)
        + row(hour, agent, "CONNECT", f"0|{at(hour)}.2|0", call=call)
        + row(ends, agent, "COMPLETECALLER", f"0|{minutes * 60}|1", call=call)
    )


DAY = (
    row(8, "Aigerim", "ADDMEMBER")
    + row(8, "Aigerim", "ADDMEMBER", queue="help")
    + row(8.5, "Erlan", "ADDMEMBER")
    + talk(9, "Aigerim", 90)
    + row(12, "Aigerim", "PAUSE", "=Lunch")
    + row(12, "Aigerim", "PAUSE", "=Lunch", queue="help")
    + row(13, "Aigerim", "UNPAUSE")
    + row(13, "Aigerim", "UNPAUSE", queue="help")
    + row(17, "Aigerim", "REMOVEMEMBER")
    + row(17, "Aigerim", "REMOVEMEMBER", queue="help")
    + row(17.5, "Static", "PAUSE", "Tea")
    + row(18, "Static", "UNPAUSE")
)


@pytest.fixture
def shift(tmp_path: Path, aigerim: Person) -> Path:
    """Aigerim of team Cards was in from 8 to 17, an hour of it at lunch; Erlan of team Loans is in since 8:30."""
    for team in ("Cards", "Loans"):
        team_create(None, team)
    person_change(None, "aigerim", PersonChange(team="Cards"))
    pbx_name_give(person_create("erlan", role=Role.AGENT), name="Erlan")
    person_change(None, "erlan", PersonChange(team="Loans"))
    come(tmp_path, "queue_log", DAY)
    return tmp_path


def names(person: Person) -> list[str]:
    return sorted(name for one in agent_days(person, ON, ON) for name in one.who.pbx_names if name in DAY.decode())


def test_each_sees_whose_day_is_theirs_to_see(shift: Path, aigerim: Person, bogdan: Person) -> None:
    assert names(bogdan) == ["Aigerim", "Erlan", "Static", "Stranger"]
    assert names(person_create("celina2", role=Role.REVIEWER)) == ["Aigerim", "Erlan", "Static", "Stranger"]
    assert names(aigerim) == ["Aigerim"]
    assert names(person_create("farida", role=Role.OUTSIDE)) == []
    assert names(person_create("nobody", role=Role.NONE)) == []
    scoped = person_create("scoped", role=Role.SUPERVISOR)
    team_grant(None, "scoped", "Loans")
    assert names(scoped) == ["Erlan"]


def test_the_page_tells_the_day_and_its_table_is_to_take_away(client: Client, bogdan: Person, shift: Path) -> None:
    client.force_login(bogdan)
    page = client.get(f"/agents/?on={ON}&sort=-in").text
    for told in ("08:00", "17:00", "9\u00a0h 0\u00a0min".replace(" ", "\u00a0"), "=Lunch", "still in", "Cards"):
        assert told in page, told
    assert 'aria-sort="descending"' in page
    assert "paused 12:00 to 13:00" in page
    table = b"".join(client.post("/agents/export", {"on": str(ON)}).streaming_content).decode()  # type: ignore[attr-defined]
    line = next(one for one in table.splitlines() if ",aigerim" in one.lower())
    assert "32400.0,3600.0,=Lunch 3600" in line.replace("'", "")
    assert "'=Lunch" in line  # no formula
    assert AuditEntry.objects.filter(verb="agents.exported", person=bogdan).count() == 1


TOLD = ("Aigerim", "Erlan", "Static", "Stranger")
FITS = {
    "": TOLD, "team=Cards": ("Aigerim",), "team=Nobody": (), "q=ERL": ("Erlan",), "q=aigerim&team=Loans": (),
    "q=st": ("Static", "Stranger"),
    "q=%00%3Cb%3E": (), "team=" + "A" * 5_000: (), "q=": TOLD,
}  # fmt: skip


@pytest.mark.parametrize(("query", "fit"), FITS.items(), ids=[query[:20] for query in FITS])
def test_a_team_and_a_part_of_a_name_narrow_the_page_and_its_table(
    client: Client, bogdan: Person, shift: Path, query: str, fit: tuple[str, ...]
) -> None:
    client.force_login(bogdan)
    page = client.get(f"/agents/?on={ON}&{query}").text
    assert {name for name in TOLD if f"Calls of {name}<" in page} == set(fit)
    assert ("No agent matches" in page) is (not fit)
    assert "<b>" not in page
    sent = dict(parse_qsl(query)) | {"on": str(ON)}
    table = b"".join(client.post("/agents/export", sent).streaming_content).decode()  # type: ignore[attr-defined]
    assert {name for name in TOLD if f",{name}," in table or f",{name}\n" in table.replace("\r", "")} == set(fit)
    assert query not in {"q=st", "q=ERL"} or f"{len(fit)} agent" in page


def test_what_narrows_the_page_stays_from_day_to_day_and_column_to_column(
    client: Client, bogdan: Person, shift: Path
) -> None:
    client.force_login(bogdan)
    page = client.get(f"/agents/?on={ON}&team=Cards&q=aig&sort=-calls").text
    assert "?on=2026-11-19&amp;team=Cards&amp;q=aig&amp;sort=-calls" in page
    assert "?on=2026-11-20&amp;team=Cards&amp;q=aig&amp;sort=-occupancy" in page
    assert '<option value="Cards" selected>' in page
    assert '<option value="Loans">' in page


def test_an_agent_sees_the_own_day_alone(client: Client, aigerim: Person, shift: Path) -> None:
    client.force_login(aigerim)
    page = client.get(f"/agents/?on={ON}").text
    assert "17:00" in page
    assert "Erlan" not in page
    assert "My day" in page


def test_the_api_tells_the_same_and_null_where_nothing_is_told(client: Client, bogdan: Person, shift: Path) -> None:
    client.force_login(bogdan)
    told: dict[str, Any] = client.get(f"/api/v1/agents/days?from={ON}&to={ON}").json()
    by_name = {one["pbx_names"][0]: one for one in told["days"]}
    mine = by_name["Aigerim"]
    assert (mine["logged_in_s"], mine["paused_s"], mine["paused_by_reason"]) == (32400, 3600, {"=Lunch": 3600})
    assert (mine["calls"], mine["talk_s"], mine["on_calls_s"]) == (1, 5400, 5400)
    assert mine["occupancy_share"] == round(5400 / (32400 - 3600), 4)
    assert by_name["Stranger"]["logged_in_s"] is None
    assert by_name["Stranger"]["missed_offers"] == 1
    assert by_name["Static"]["logged_in_s"] is None
    open_until = datetime.fromtimestamp(at(18), UTC)
    assert datetime.fromisoformat(told["records_until"]) == open_until
    assert by_name["Erlan"]["logged_in_s"] == 9.5 * 3600  # to the newest line, not to now
    tomorrow = client.get(f"/api/v1/agents/days?from={ON + timedelta(1)}").json()
    assert tomorrow["days"] == []
    assert client.get(f"/api/v1/agents/days?from={ON}&to=2027-01-01").json()["error"]["code"] == "agent_days_too_many"


@pytest.mark.parametrize("day", ["0001-01-01", "0001-01-02", "1969-12-31", "9999-12-31", "3000-01-01", "2026-02-30"])
@pytest.mark.parametrize("bound", ["from", "to"])
def test_days_that_no_calendar_reckons_with_are_refused(client: Client, bogdan: Person, day: str, bound: str) -> None:
    client.force_login(bogdan)
    told = client.get("/api/v1/agents/days", {"from": "2026-03-09", bound: day})
    assert (told.status_code, told.json()["error"]["code"]) == (400, "input_invalid")
    assert client.get("/agents/", {"on": day}).status_code == 200


@pytest.mark.parametrize("day", ["1970-01-01", "2999-12-31"])
def test_the_first_and_the_last_day_are_answered(client: Client, bogdan: Person, day: str) -> None:
    client.force_login(bogdan)
    assert client.get("/api/v1/agents/days", {"from": day}).json()["days"] == []
    assert client.get("/agents/", {"on": day}).status_code == 200


def test_more_agents_ask_the_database_no_more(client: Client, bogdan: Person, shift: Path) -> None:
    client.force_login(bogdan)
    client.get(f"/agents/?on={ON}")
    with CaptureQueriesContext(connection) as few:
        client.get(f"/agents/?on={ON}")
    more = b"".join(row(8, f"A{number}", "ADDMEMBER") for number in range(150))
    come(shift, "queue_log", more + talk(19, "A7", 10) + talk(20, "A8", 10))
    with CaptureQueriesContext(connection) as many:
        page = client.get(f"/agents/?on={ON}&page=2").text
    assert len(many) == len(few)
    assert "2 / 2" in page


def test_an_empty_page_says_what_to_do(client: Client, bogdan: Person, tmp_path: Path) -> None:
    client.force_login(bogdan)
    assert "sapa pbx connect" in client.get("/agents/").text
    come(tmp_path, "queue_log", DAY)
    assert "Nobody was in on this day" in client.get("/agents/?on=2020-01-01").text
    assert client.get("/agents/?on=nonsense&sort=nonsense&page=-1").status_code == 200


def test_replay_tells_sessions_beside_what_it_told_before(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "queue_log").write_bytes(DAY)
    call_command("pbx", "replay", str(tmp_path), "--json", "--sessions")
    told = json.loads(capsys.readouterr().out)
    assert (told["agents"], len(told["sessions_detail"]), len(told["pauses_detail"])) == (3, 3, 3)
    assert told["calls"] == 1
    call_command("pbx", "replay", str(tmp_path), "--json")
    assert "agents" not in json.loads(capsys.readouterr().out)
