"""Reading on in tables of the phone system's database, and what is said while one is away."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from sapa.calls.connectors.asterisk.table_place import table_places
from sapa.calls.models import Call, PbxRow
from sapa.calls.selectors import records_read_until
from sapa.calls.tests.lines import BEGAN_S, SITE
from sapa.calls.tests.tables import CEL, ForeignPostgres, ForeignSqlite, foreign, golden
from sapa.core.clock import now_at
from sapa.pipeline.doctor import findings
from sapa.pipeline.following import LOOK_EVERY_S, Follower
from sapa.pipeline.tests.test_following import call as queue_call
from sapa.pipeline.tests.test_following import warnings
from sapa.pipeline.tests.watching import Seconds

pytestmark = pytest.mark.django_db
WORD, PASSWORD = "secret-word", "PASSWORD"
SCENARIO = "answered_agent_hangs_up"


@pytest.fixture
def world(tmp_path: Path) -> ForeignSqlite:
    made = ForeignSqlite(tmp_path / "master.db")
    made.make("cel", CEL)
    made.write("cel", CEL, golden(SCENARIO, "cel"))
    return made


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def follower(world: ForeignSqlite, seconds: Seconds) -> Follower:
    return Follower([], SITE, tables=[world.place()], clock=seconds)


def now_rows(world: ForeignSqlite) -> None:
    """The newest row is of this moment."""
    row = golden(SCENARIO, "cel")[0]
    world.write("cel", CEL, [[row[0], f"{now_at().timestamp():.6f}", *row[2:]]])


def replay(*options: str) -> dict[str, Any]:
    out = StringIO()
    call_command("pbx", "replay", "--json", "--region=KZ", "--zone=UTC", *options, stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def test_what_is_written_becomes_a_call_and_all_is_read(world: ForeignSqlite, follower: Follower) -> None:
    assert follower.round() == LOOK_EVERY_S
    assert Call.objects.get().disposition == "answered"
    assert records_read_until() is not None
    world.write("cel", CEL, golden("outbound_busy", "cel"))
    follower.round()
    assert Call.objects.count() == 2


def test_a_table_that_is_away_is_said_once_and_so_is_its_return(
    world: ForeignSqlite, follower: Follower, seconds: Seconds, caplog: pytest.LogCaptureFixture
) -> None:
    label = world.place().label
    world.path.rename(world.path.with_name("away"))
    for _ in range(3):
        assert follower.round() == LOOK_EVERY_S
        seconds.now_s += 70
    assert warnings(caplog) == [
        f"pbx_table_unreachable: {label}: cannot be reached: No such file or directory; waiting"
    ]
    assert records_read_until() is None
    world.path.with_name("away").rename(world.path)
    follower.round()
    assert warnings(caplog)[1:] == [f"{label}: can be read"]
    assert Call.objects.count() == 1
    assert records_read_until() is not None


def test_one_that_is_away_is_left_for_a_while_and_holds_up_no_other(
    world: ForeignSqlite, seconds: Seconds, tmp_path: Path
) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "log/queue_log").write_bytes(queue_call(0))
    away = ForeignSqlite(tmp_path / "away.db")
    follower = Follower([tmp_path / "log"], SITE, tables=[away.place(), world.place()], clock=seconds)
    follower.round()
    assert Call.objects.count() == 2
    assert records_read_until() is None
    away.make("cel", CEL)
    follower.round()
    assert records_read_until() is None  # not asked again yet
    seconds.now_s += 10
    follower.round()
    assert records_read_until() is not None


def test_rows_that_are_none_are_told_with_their_number(
    world: ForeignSqlite, follower: Follower, caplog: pytest.LogCaptureFixture
) -> None:
    world.write("cel", ("eventtype", "eventtime", "uniqueid", "linkedid"), [["ANSWER", "never", "1.1", "1.1"]])
    follower.round()
    follower.round()
    assert warnings(caplog) == [f"{world.place().label}: 1 rows of it are none; they are kept, with the reason"]


def test_a_long_table_is_left_for_the_others(world: ForeignSqlite, seconds: Seconds, monkeypatch: Any) -> None:
    monkeypatch.setattr("sapa.calls.table_source.ROWS_AT_ONCE", 5)
    monkeypatch.setattr("sapa.pipeline.following.READ_FOR_S", 5.0)

    def ticking() -> float:
        seconds.now_s += 1
        return seconds.now_s

    follower = Follower([], SITE, tables=[world.place()], clock=ticking)
    assert follower.round() == 0
    assert PbxRow.objects.count() > 0
    while follower.round() == 0:
        pass
    assert PbxRow.objects.count() == len(golden(SCENARIO, "cel"))


@pytest.mark.on_postgresql
def test_a_server_that_is_away_is_waited_for(
    tmp_path: Path, seconds: Seconds, caplog: pytest.LogCaptureFixture
) -> None:
    with foreign("postgresql", tmp_path) as made:
        assert isinstance(made, ForeignPostgres)
        made.make("cel", CEL)
        made.write("cel", CEL, golden(SCENARIO, "cel"))
        follower = Follower([], SITE, tables=[made.place()], clock=seconds)
        follower.round()
        rows = PbxRow.objects.count()
        made.execute("ALTER TABLE cel RENAME TO gone")
        follower.round()
        assert "pbx_table_missing" in warnings(caplog)[0]
        made.execute("ALTER TABLE gone RENAME TO cel")
        made.write("cel", CEL, golden("outbound_busy", "cel"))
        seconds.now_s += 10
        follower.round()
        assert PbxRow.objects.count() == rows + len(golden("outbound_busy", "cel"))
        assert made.password not in caplog.text
        follower.close()


def test_replay_loads_a_table_once(world: ForeignSqlite) -> None:
    address = f"{world.address}?cel=cel"
    first = replay("--table", address)
    assert (first["calls"], first["answered"], first["inserted"]) == (1, 1, len(golden(SCENARIO, "cel")))
    again = replay("--table", address)
    assert (again["calls"], again["inserted"], again["rows"]) == (1, 0, first["rows"])


def test_replay_tells_which_rows_are_none(world: ForeignSqlite, capsys: pytest.CaptureFixture[str]) -> None:
    world.write("cel", ("eventtype", "eventtime", "uniqueid", "linkedid"), [["ANSWER", "never", "1.1", "1.1"]])
    call_command("pbx", "replay", "--zone=UTC", "--table", f"{world.address}?cel=cel")
    number = len(golden(SCENARIO, "cel")) + 1
    assert f"table cel, row {number}: time:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ([], "Name a folder"),
        (["--table", f"mysql://u:{WORD}@h/d?cel=cel"], "MySQL"),
        (["--table", f"postgresql://u:{WORD}@h/d?cell=cel"], "no table"),
        (["--table", "sqlite:////nowhere/master.db?cel=cel"], "cannot be reached"),
    ],
)
def test_replay_says_what_is_wrong_without_the_password(options: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says) as refused:
        call_command("pbx", "replay", *options)
    assert WORD not in str(refused.value)


def checks_of(world: ForeignSqlite, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, list[str]]:
    (tmp_path / "log").mkdir(exist_ok=True)
    (tmp_path / "monitor").mkdir(exist_ok=True)
    (tmp_path / "log/queue_log").write_bytes(f"{BEGAN_S}|1.0|q|NONE|ENTERQUEUE||+7701|1\n".encode())
    places = ("--logs", str(tmp_path / "log"), "--recordings", str(tmp_path / "monitor"))
    with suppress(SystemExit):
        call_command("pbx", "connect", "--json", "--zone=UTC", *places, "--table", f"{world.address}?cel=cel")
    told = json.loads(capsys.readouterr().out)
    assert told["settings"]["SAPA_PBX_TABLES"] == world.place().address
    return {check["what"]: [check["level"], check["says"]] for check in told["checks"]}


@pytest.mark.parametrize(
    ("spoil", "level", "says"),
    [
        (now_rows, "well", "rows read, the newest 0 s ago"),
        (lambda w: w.execute("DELETE FROM cel"), "advice", "is empty so far"),
        (lambda w: w.execute("DELETE FROM cel WHERE eventtype = 'LINKEDID_END'"), "advice", "no LINKEDID_END"),
        (lambda w: w.execute("ALTER TABLE cel DROP COLUMN linkedid"), "wrong", "pbx_table_columns"),
        (lambda w: w.execute("DROP TABLE cel"), "wrong", "pbx_table_missing"),
        (lambda w: w.path.unlink(), "wrong", "pbx_table_unreachable"),
        (lambda w: w.execute("UPDATE cel SET eventtime = 'x'"), "wrong", "are none (mostly time)"),
    ],
)
def test_connect_looks_at_tables(
    world: ForeignSqlite,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    spoil: Callable[[ForeignSqlite], None],
    level: str,
    says: str,
) -> None:
    spoil(world)
    checks = checks_of(world, tmp_path, capsys)
    assert checks["CEL table"][0] == level
    assert says in checks["CEL table"][1]
    assert "CEL lines" not in checks


def test_the_doctor_looks_at_tables(world: ForeignSqlite, follower: Follower, settings: Any) -> None:
    settings.SAPA_PBX_TABLES = [world.place()]

    def told() -> str:
        (finding,) = (one for one in findings() if one.what == "phone system")
        return finding.state

    assert "not read to their end yet" in told()
    follower.round()
    assert told() == world.place().label
    world.execute("DROP TABLE cel")
    assert "pbx_table_missing" in told()


def test_connect_tells_no_password() -> None:
    (place,) = table_places(f"postgresql://ann:{WORD}%40@[::1]:5433/asterisk?cel=cel&sslmode=require")
    assert place.password == f"{WORD}@"
    assert place.address == f"postgresql://ann:{PASSWORD}@[::1]:5433/asterisk?cel=cel"
    assert place.label == "postgresql://[::1]:5433/asterisk, table cel"
    assert f"{WORD}@" not in repr(place)
