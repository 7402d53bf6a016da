"""Agents' rows in the database become sessions, whatever order they come in, a day at a time."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sapa.calls.agent_days import agent_days_derive
from sapa.calls.agent_rows_old import agent_rows_rekey
from sapa.calls.keeping import rows_derive
from sapa.calls.models import AgentDay, AgentPause, AgentSession, AgentStale, Call, PbxFile, PbxRow, PbxRowKind
from sapa.calls.taking_rows import log_take
from sapa.calls.tests.lines import ANSWERED, SITE, come
from sapa.calls.tests.test_golden_shifts import GOLDEN, WORLDS, rows_in, told

pytestmark = pytest.mark.django_db
DAY_S = 86_400
BEGAN_S = 20_000 * DAY_S


def line(day: int, at: int, agent: str, event: str, queue: str = "sales", data: str = "") -> bytes:
    return f"{BEGAN_S + day * DAY_S + at}|NONE|{queue}|{agent}|{event}|{data}\n".encode()


def kept() -> dict[str, list[Any]]:
    def plain(one: AgentSession | AgentPause) -> list[Any]:
        ended = one.ended_at and one.ended_at.timestamp()
        last = one.reason if isinstance(one, AgentPause) else one.ended_by
        return [one.agent, one.queue, one.began_at.timestamp(), ended, last, one.is_settled]

    return {
        "sessions": sorted(map(plain, AgentSession.objects.all()), key=repr),
        "pauses": sorted(map(plain, AgentPause.objects.all()), key=repr),
    }


MONTH = [
    *(line(day, 28_800 + agent, f"Agent {agent}", "ADDMEMBER") for day in range(12) for agent in range(3)),
    *(line(day, 40_000 + agent, f"Agent {agent}", "PAUSE", data="Lunch") for day in range(12) for agent in range(3)),
    *(line(day, 43_000 + agent, f"Agent {agent}", "UNPAUSE") for day in range(12) for agent in range(3)),
    *(line(day, 61_200 + agent, f"Agent {agent}", "REMOVEMEMBER") for day in range(12) for agent in range(1, 3)),
    line(3, 50_000, "Agent 2", "PAUSE", data="Never ended"),
    line(5, 200, "NONE", "QUEUESTART", "NONE"),
    line(8, 30_000, "NONE", "QUEUESTART", "NONE"),
]
"""Agent 0 never leaves: each day's coming loses the end of the one before, save where a restart tells of it."""


def whole(folder: Path, lines: list[bytes]) -> dict[str, list[Any]]:
    come(folder, "queue_log", b"".join(lines))
    found = kept()
    for model in (AgentSession, AgentPause, AgentDay, AgentStale):
        model.objects.all().delete()
    PbxFile.objects.all().delete()
    PbxRow.objects.all().delete()
    return found


@pytest.mark.parametrize("seed", range(4))
def test_days_that_come_in_any_order_and_twice_are_the_same_sessions(tmp_path: Path, seed: int) -> None:
    lines = sorted(MONTH)
    (tmp_path / "once").mkdir()
    wanted = whole(tmp_path / "once", lines)
    chance = random.Random(seed)
    pieces = [lines[start : start + 9] for start in range(0, len(lines), 9)]
    pieces += chance.sample(pieces, 3)
    chance.shuffle(pieces)
    assert not any(b"QUEUESTART" in piece[0] for piece in pieces)  # the line before it tells when it was alive
    for number, piece in enumerate(pieces):
        mark = f"{BEGAN_S}|NONE|NONE|NONE|CONFIGRELOAD|{number}\n".encode()  # else a repeated piece is the same file
        come(tmp_path, f"queue_log.{number}", mark + b"".join(piece))
    assert kept() == wanted
    assert not AgentStale.objects.exists()


@pytest.mark.parametrize("world", WORLDS)
def test_a_real_log_is_in_the_database_what_it_is_by_itself(tmp_path: Path, world: str) -> None:
    raw = (GOLDEN / world / "queue_log").read_bytes()
    for one in raw.splitlines(keepends=True):
        come(tmp_path, "queue_log", one)
    rows, restarts, _ = rows_in(GOLDEN / world / "queue_log")
    for agent, theirs in rows.items():
        wanted = told(theirs, restarts)["sessions"]
        assert [one[1:5] for one in kept()["sessions"] if one[0] == agent] == wanted, agent
        pauses = [one[1:5] for one in kept()["pauses"] if one[0] == agent]
        assert pauses == told(theirs, restarts)["pauses"], agent
    own = [line.split(b"|")[1].decode() for line in raw.splitlines() if b"AFTERCALL" in line]
    assert [call.external_id for call in Call.objects.all()] == own  # an agent who dials into a queue is no call


def test_a_new_row_reads_its_own_day_and_no_other(tmp_path: Path) -> None:
    come(tmp_path, "queue_log", b"".join(sorted(MONTH)))
    before = AgentDay.objects.count()
    with (tmp_path / "queue_log").open("ab") as log:
        log.write(line(12, 5, "Agent 1", "ADDMEMBER"))
    log_take(tmp_path / "queue_log", PbxRowKind.QUEUE_LOG, UTC)
    assert list(AgentStale.objects.values_list("key", flat=True)) == [f"agent/{20_000 + 12}/Agent 1"]
    with CaptureQueriesContext(connection) as asked:
        assert agent_days_derive() == 1
    read = [one["sql"] for one in asked if "calls_pbxrow" in one["sql"]]
    assert len(read) == 1
    assert "Agent 1" in read[0]
    assert AgentDay.objects.count() == before + 1
    assert agent_days_derive() == 0


def test_a_late_row_corrects_the_days_after_it(tmp_path: Path) -> None:
    come(tmp_path, "queue_log.2", line(2, 10, "Agent 1", "REMOVEMEMBER"))
    assert not AgentSession.objects.get().is_began_known
    come(tmp_path, "queue_log.1", line(0, 10, "Agent 1", "ADDMEMBER"))
    session = AgentSession.objects.get()
    assert (session.is_began_known, session.ended_by) == (True, "removed")
    assert session.began_at == datetime.fromtimestamp(BEGAN_S + 10, UTC)
    assert session.is_wide


def test_who_is_in_when_the_phone_system_dies_is_out_until_a_row_says_otherwise(tmp_path: Path) -> None:
    come(tmp_path, "queue_log", line(0, 10, "Agent 1", "ADDMEMBER") + line(0, 99, "Agent 2", "PAUSE", data="Tea"))
    assert AgentSession.objects.get().ended_at is None
    come(tmp_path, "queue_log", line(0, 200, "NONE", "QUEUESTART", "NONE"))
    assert kept()["sessions"] == [["Agent 1", "sales", BEGAN_S + 10, BEGAN_S + 99, "restart", False]]
    assert kept()["pauses"] == [["Agent 2", "sales", BEGAN_S + 99, BEGAN_S + 99, "Tea", False]]
    come(tmp_path, "queue_log", line(0, 500, "Agent 1", "REMOVEMEMBER"))
    assert kept()["sessions"] == [["Agent 1", "sales", BEGAN_S + 10, BEGAN_S + 500, "removed", True]]


def test_rows_taken_before_there_were_sessions_are_made_into_them_bit_by_bit(tmp_path: Path) -> None:
    dialled = f"{BEGAN_S + 5}|{BEGAN_S + 5}.7|sales|Agent 9|ADDMEMBER|\n".encode()
    wanted_lines = [*sorted(MONTH), ANSWERED]
    (tmp_path / "once").mkdir()
    wanted = whole(tmp_path / "once", [dialled, *wanted_lines])
    Call.objects.all().delete()
    (tmp_path / "queue_log").write_bytes(b"".join([dialled, *wanted_lines]))
    log_take(tmp_path / "queue_log", PbxRowKind.QUEUE_LOG, UTC)
    # as the version before left them
    PbxRow.objects.filter(key__contains="Agent 9").update(key=f"{BEGAN_S + 5}.7")
    PbxRow.objects.filter(key__startswith="agent/").update(key="")
    AgentStale.objects.all().delete()
    name = f"id:{BEGAN_S + 5}.7"
    Call.objects.create(source_key=name, revision=1, created_at=datetime.now(UTC), started_at=datetime.now(UTC))
    file = PbxFile.objects.get()
    PbxFile.objects.update(old_to=file.read_to)
    turns = 0
    while agent_rows_rekey(limit=50):
        turns += 1
    assert turns > 2
    while rows_derive(SITE):
        pass
    assert kept() == wanted
    assert not Call.objects.filter(source_key=name).exists()
    assert Call.objects.count() == 1
    assert PbxFile.objects.get().old_to == 0


def test_a_hostile_name_is_an_agent_like_any_other(tmp_path: Path) -> None:
    for number, name in enumerate(("a/b/c", "ü" * 150, "' OR 1=1 --", "агент/20000/Z", "\\", " ")):
        come(tmp_path, "queue_log", line(0, number, name, "ADDMEMBER"))
    assert AgentSession.objects.count() == 6
    assert {len(name) <= 100 for name in AgentSession.objects.values_list("agent", flat=True)} == {True}
