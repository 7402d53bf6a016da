"""Sapa beside a real Asterisk, as an administrator sets both up: calls come by themselves, whatever happens to it."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from sapa.pipeline.tests.processes import SAPA, environment, free_port, sapa, started, until
from tests.asterisk import chroot, world
from tests.asterisk.scenarios import AFTER_STEP, BROKEN, SCENARIOS

GRADED_WITHIN_S = 120.0  # of hanging up
STALLED_S = 60.0
TALKED_S = 12.0  # in which the clock is set
BY_NAME = {scenario.name: scenario for scenario in (*SCENARIOS, *BROKEN)}
ADMINISTRATOR = "a long sentence of the administrator"


class Site:
    def __init__(self, port: int, token: str, said: Path) -> None:
        self._port, self._token, self.said = port, token, said

    def get(self, path: str) -> Any:
        """None while nobody answers."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {self._token}"})
            answer = connection.getresponse()
            return json.loads(answer.read()) if answer.status == 200 else None
        except (OSError, HTTPException):
            return None
        finally:
            connection.close()

    def graded(self, count: int) -> list[dict[str, Any]] | None:
        """As soon as there are so many."""
        listed = self.get("/api/v1/calls")
        found = [self.get(f"/api/v1/calls/{call['id']}") for call in (listed or {"calls": []})["calls"]]
        graded = [call for call in found if call and call["result"]]
        return graded if len(graded) >= count else None


def places() -> dict[str, Path]:
    lab = chroot.folder()
    return {"logs": lab / "var/log/asterisk", "recordings": lab / "var/spool/asterisk/monitor"}


@contextmanager
def site(data_dir: Path) -> Iterator[Site]:
    settings = {
        "SAPA_PBX_LOGS": str(places()["logs"]),
        "SAPA_WATCH_DIRS": str(places()["recordings"]),
        "SAPA_PHONE_REGION": "KZ",
        "SAPA_WATCH_STABLE_S": "5",
    }
    for command in (("migrate", "--verbosity", "0"), ("init", "--name", "chief", "--password-stdin")):
        done = sapa(*command, data_dir=data_dir, typed=ADMINISTRATOR + "\n", **settings)
        assert done.returncode == 0, done.stderr
    token = sapa("token", "chief", data_dir=data_dir, **settings).stdout.strip()
    port, said = free_port(), data_dir / "said"
    with started(*SAPA, "serve", "--port", str(port), environ=environment(data_dir, **settings), said=said):
        running = Site(port, token, said)
        until(lambda: running.get("/api/v1/calls"))
        yield running


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir(mode=0o700)
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def emptied() -> None:
    """What another test left is not of this one."""
    chroot.make()
    for folder in places().values():
        for path in folder.rglob("*") if folder.exists() else ():
            if path.is_file():
                path.unlink()


def test_taught_by_what_connect_says_a_call_stands_graded_two_minutes_after_its_end(
    data_dir: Path, tmp_path: Path
) -> None:
    names = ("answered_customer_hangs_up", "outbound_answered")
    with site(data_dir) as running:
        world.run(tmp_path / "out", tuple(BY_NAME[name] for name in names), is_taught=False)
        over_s = time.monotonic()
        graded = until(lambda: running.graded(2), within_s=GRADED_WITHIN_S)
        assert time.monotonic() - over_s < GRADED_WITHIN_S
    told = {call["direction"]: call for call in graded}
    connected = sapa(
        "pbx", "connect", "--json", "--etc", chroot.folder() / "etc/asterisk",
        *(part for name, place in places().items() for part in (f"--{name}", place)), data_dir=data_dir,
    )  # fmt: skip
    assert connected.returncode == 0, connected.stdout
    assert (told["inbound"]["agent"], told["inbound"]["customer_number"]) == ("Aigerim", "+77011110001")
    assert (told["outbound"]["agent"], told["outbound"]["customer_number"]) == ("Inkar", "+77012220007")
    assert [told[way]["file_name"][-7:-4] for way in ("inbound", "outbound")] == ["-in", "out"]  # the customers'
    for call in told.values():
        assert call["result"]["evaluation"]["criteria"]
        assert {turn["speaker"] for turn in call["result"]["turns"]} == {"agent", "customer"}


def test_killed_in_the_middle_its_call_is_over_and_what_was_recorded_is_graded(data_dir: Path, tmp_path: Path) -> None:
    """The recording is half written: its header says that there is no sound in it."""
    with site(data_dir) as running:
        world.run(tmp_path / "out", (BY_NAME["killed"],))
        (call,) = until(lambda: running.graded(1), within_s=GRADED_WITHIN_S)
    (leg,) = (tmp_path / "out/monitor").glob("*-in.wav")
    assert leg.read_bytes()[40:44] == bytes(4)
    assert (call["agent"], call["customer_number"]) == ("Timur", "+77011110020")
    assert call["duration_s"] > 5
    assert (call["phone_system"]["disposition"], call["phone_system"]["hung_up_by"]) == ("answered", "system")


def test_logs_rotated_while_somebody_talks_lose_nothing(data_dir: Path, tmp_path: Path) -> None:
    with site(data_dir) as running:
        world.run(tmp_path / "out", (BY_NAME["rotated"],))
        (call,) = until(lambda: running.graded(1), within_s=GRADED_WITHIN_S)
    assert (places()["logs"] / "cel-custom/Master.csv.1").exists()
    assert (call["agent"], call["customer_number"]) == ("Ulan", "+77011110021")
    replayed = sapa("pbx", "replay", places()["logs"], "--json", "--calls", data_dir=data_dir)
    told = json.loads(replayed.stdout)
    (detail,) = told["calls_detail"]
    assert (told["inserted"], detail["disposition"], detail["hung_up_by"]) == (0, "answered", "customer")
    assert detail["talk_s"] == pytest.approx(8, abs=1)


@pytest.mark.parametrize(
    ("name", "number", "agent", "talk_s"),
    [
        ("clock_set_back", "+77011110022", "Vera", None),
        ("clock_set_forward", "+77011110023", "Wanda", TALKED_S + 3600),  # as Asterisk counts it everywhere
    ],
)
def test_a_clock_that_is_set_while_somebody_talks_costs_no_call(
    data_dir: Path, tmp_path: Path, name: str, number: str, agent: str, talk_s: float | None
) -> None:
    """How long that talk was its recording knows. The call after it is as any other."""
    with site(data_dir) as running:
        world.run(tmp_path / "out", (BY_NAME[name], BY_NAME[AFTER_STEP]))
        graded = until(lambda: running.graded(2), within_s=GRADED_WITHIN_S)
    assert (tmp_path / "out/failed.txt").read_text() == ""
    call, after = sorted(graded, key=lambda call: str(call["customer_number"]))
    assert (call["customer_number"], call["agent"], call["phone_system"]["disposition"]) == (number, agent, "answered")
    assert call["phone_system"]["talk_s"] == (None if talk_s is None else pytest.approx(talk_s, abs=1))
    assert call["file_name"].startswith(call["phone_system"]["linkedid"])
    assert call["duration_s"] == pytest.approx(TALKED_S + 2, abs=1)
    assert (after["agent"], after["phone_system"]["disposition"]) == ("Yerbol", "answered")
    assert after["phone_system"]["talk_s"] == pytest.approx(6, abs=1)
    replayed = sapa("pbx", "replay", places()["logs"], "--json", "--sessions", data_dir=data_dir)
    told = json.loads(replayed.stdout)
    assert (told["calls"], told["answered"], told["inserted"], told["rejected"]) == (2, 2, 0, [])
    (session,) = told["sessions_detail"]
    assert (session["agent"], session["ended_by"]) == ("Zarina", "removed")
    assert session["is_began_known"] == (name == "clock_set_forward")


def test_a_database_that_stalls_for_a_minute_while_somebody_calls_costs_no_row(data_dir: Path, tmp_path: Path) -> None:
    """Nobody can write from before the call until long after it, and who waited for that has given up by then."""
    with site(data_dir) as running:
        with stalled(data_dir / "sapa.sqlite3") as over:
            world.run(tmp_path / "out", (BY_NAME["answered_customer_hangs_up"],))
            assert not over.is_set(), "the call took longer than the database stood still"
        (call,) = until(lambda: running.graded(1), within_s=GRADED_WITHIN_S)
    assert (call["agent"], call["customer_number"]) == ("Aigerim", "+77011110001")
    told = json.loads(sapa("pbx", "replay", places()["logs"], "--json", data_dir=data_dir).stdout)
    assert (told["calls"], told["answered"], told["inserted"]) == (1, 1, 0)


@contextmanager
def stalled(database: Path) -> Iterator[Event]:
    """Somebody else writes and does not end. Gives what is set when that is over; waits for it."""
    holds, over = Event(), Event()

    def hold() -> None:
        with closing(sqlite3.connect(database, isolation_level=None)) as writer:
            writer.execute("PRAGMA busy_timeout = 20000")
            writer.execute("BEGIN IMMEDIATE")
            holds.set()
            Event().wait(STALLED_S)
            over.set()
            writer.execute("ROLLBACK")

    holder = Thread(target=hold)
    holder.start()
    assert holds.wait(30)
    yield over
    holder.join()
