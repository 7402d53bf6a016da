"""Rows of somebody else's table, each once, whatever happens to the table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import transaction

from sapa.calls import table_postgres
from sapa.calls.errors import TableColumns, TableKey, TableKeyRange, TableMissing, TableUnreachable, TableUnreadable
from sapa.calls.keeping import rows_derive
from sapa.calls.models import Call, PbxFile, PbxRecording, PbxRejected, PbxRow
from sapa.calls.table_postgres import PostgresSource
from sapa.calls.taking_rows import Taken
from sapa.calls.taking_tables import LOOK_BACK, source_of, table_take
from sapa.calls.tests.lines import BEGAN_S, SITE
from sapa.calls.tests.tables import CEL, VENDORS, Foreign, ForeignPostgres, ForeignSqlite, foreign
from sapa.calls.types import PLACES

pytestmark = pytest.mark.django_db
COLUMNS = ("eventtype", "eventtime", "channame", "appname", "appdata", "uniqueid", "linkedid")


@pytest.fixture(params=VENDORS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Foreign]:
    with foreign(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def cel(world: Foreign) -> Foreign:
    world.make("cel", COLUMNS)
    write(world, range(1, 11))
    return world


def row(number: int, **told: str) -> list[str]:
    id_ = f"{BEGAN_S + number}.{number}"
    usual = {
        "eventtype": "CHAN_START",
        "eventtime": f"{BEGAN_S + number}.5",
        "channame": f"PJSIP/trunk-{number}",
        "uniqueid": id_,
        "linkedid": id_,
    }
    return [(usual | told).get(name, "") for name in COLUMNS]


def write(world: Foreign, numbers: Sequence[int]) -> None:
    """Under these keys."""
    key = world.numbering.split()[0]
    world.write("cel", (key, *COLUMNS), [[number, *row(number)] for number in numbers])


def take(world: Foreign, *, look_back: int = LOOK_BACK, more: str = "", kind: str = "cel") -> Taken:
    with closing(source_of(world.place(kind, more))) as source:
        return table_take(source, UTC, look_back=look_back)


def names() -> list[str]:
    return [json.loads(bytes(row.raw))["UniqueID"] for row in PbxRow.objects.order_by("pk")]


def test_each_row_is_taken_once_under_its_key(cel: Foreign) -> None:
    assert take(cel).inserted == 10
    assert take(cel).inserted == 0
    file = PbxFile.objects.get()
    assert [pk - file.pk * PLACES for pk in PbxRow.objects.order_by("pk").values_list("pk", flat=True)] == [
        *range(1, 11)
    ]
    assert file.read_to == 10
    write(cel, [11])
    assert take(cel).inserted == 1


def test_an_empty_table_is_no_log_yet(world: Foreign) -> None:
    world.make("cel", COLUMNS)
    taken = take(world)
    assert (taken.file, taken.is_all) == (None, True)
    write(world, [1])
    assert take(world).inserted == 1


def test_a_row_that_is_seen_later_than_one_with_a_higher_key_is_found(cel: Foreign) -> None:
    take(cel)
    write(cel, [12, 14])
    assert take(cel).inserted == 2
    write(cel, [11, 13])
    assert take(cel).inserted == 2
    assert take(cel).inserted == 0
    assert PbxRow.objects.count() == 14


def test_a_row_that_comes_very_late_is_found_by_who_looks_far_back(cel: Foreign) -> None:
    take(cel)
    write(cel, [2_000])
    assert take(cel).inserted == 1
    write(cel, [500])
    assert take(cel).inserted == 0
    assert take(cel, look_back=50_000).inserted == 1


def test_rows_and_how_far_was_read_are_written_together(cel: Foreign) -> None:
    class Breaks(Exception):
        pass

    def take_and_break() -> None:
        with transaction.atomic():
            take(cel)
            raise Breaks

    with pytest.raises(Breaks):
        take_and_break()
    assert not PbxRow.objects.exists()
    assert take(cel).inserted == 10


def test_what_another_process_took_meanwhile_is_not_taken_twice(cel: Foreign) -> None:
    take(cel)
    PbxFile.objects.update(read_to=5)
    write(cel, [11])
    assert take(cel).inserted == 1
    assert PbxRow.objects.count() == 11


def test_a_table_that_was_emptied_and_numbers_anew_loses_no_row(cel: Foreign) -> None:
    take(cel)
    cel.execute("DELETE FROM cel")
    assert take(cel).inserted == 0
    cel.write("cel", (cel.numbering.split()[0], *COLUMNS), [[1, *row(101)], [2, *row(102)]])
    assert take(cel).inserted == 2
    assert take(cel).inserted == 0
    cel.write("cel", (cel.numbering.split()[0], *COLUMNS), [[number, *row(100 + number)] for number in range(3, 30)])
    assert take(cel).inserted == 27
    assert len(set(names())) == 39


def test_a_table_that_was_emptied_and_has_grown_past_what_was_read_loses_no_row(cel: Foreign) -> None:
    take(cel)
    cel.execute("DELETE FROM cel")
    key = cel.numbering.split()[0]
    cel.write("cel", (key, *COLUMNS), [[number, *row(100 + number)] for number in range(1, 31)])
    assert take(cel).inserted == 30
    assert len(set(names())) == 40


def test_a_table_that_was_restored_from_a_copy_loses_no_row_and_doubles_no_call(cel: Foreign) -> None:
    take(cel)
    cel.execute(f"DELETE FROM cel WHERE {cel.numbering.split()[0]} > 7")
    key = cel.numbering.split()[0]
    cel.write("cel", (key, *COLUMNS), [[8, *row(101)], [9, *row(102)]])
    take(cel)
    assert {*names()} == {f"{BEGAN_S + number}.{number}" for number in (*range(1, 11), 101, 102)}
    while rows_derive(SITE):
        pass
    assert Call.objects.count() == 12


def test_old_rows_that_are_cleared_away_change_nothing(cel: Foreign) -> None:
    take(cel)
    key = cel.numbering.split()[0]
    cel.execute(f"DELETE FROM cel WHERE {key} < 9")
    write(cel, [11])
    assert take(cel).inserted == 1
    cel.execute(f"DELETE FROM cel WHERE {key} < 12")
    write(cel, [12, 40])
    assert take(cel).inserted == 2
    assert PbxFile.objects.count() == 1


def test_a_column_that_was_added_changes_nothing(cel: Foreign) -> None:
    take(cel)
    cel.execute("ALTER TABLE cel ADD COLUMN extra text")
    write(cel, [11])
    assert take(cel).inserted == 1


def test_a_database_that_moved_is_the_same_log(tmp_path: Path) -> None:
    before = ForeignSqlite(tmp_path / "before.db")
    before.make("cel", COLUMNS)
    write(before, range(1, 6))
    take(before)
    before.path.rename(tmp_path / "after.db")
    after = ForeignSqlite(tmp_path / "after.db")
    write(after, [6])
    assert take(after).inserted == 1
    assert PbxFile.objects.get().name.endswith("after.db, table cel")


def test_two_tables_are_two_logs(world: Foreign, tmp_path: Path) -> None:
    world.make("cel", COLUMNS)
    write(world, [1, 2])
    take(world)
    other = ForeignSqlite(tmp_path / "other.db")
    other.make("cel", COLUMNS)
    other.write("cel", COLUMNS, [row(7), row(8), row(9)])
    assert take(other).inserted == 3
    assert (take(world).inserted, take(other).inserted) == (0, 0)
    assert PbxFile.objects.count() == 2


def test_hostile_values_are_kept_and_spoil_no_other_row(world: Foreign) -> None:
    world.make("cel", COLUMNS)
    odd = 'a\n"b", \'c\' \\ {"d": 1} é 😀 %s ? \u2028'
    world.write("cel", COLUMNS, [row(1, appdata=odd), row(2, appdata="x" * 1_000_000), row(3, eventtime="yesterday")])
    world.write("cel", COLUMNS, [row(4, uniqueid="'; DROP TABLE cel; --"), row(5)])
    taken = take(world)
    assert (taken.inserted, taken.rejected) == (2, 3)
    assert json.loads(bytes(PbxRow.objects.order_by("pk")[0].raw))["AppData"] == odd
    assert [one.reason for one in PbxRejected.objects.order_by("pk")] == ["length", "time", "call"]
    assert (take(world).inserted, take(world).rejected) == (0, 0)


def test_zero_bytes_and_broken_text_of_sqlite_are_no_rows_and_question_marks(tmp_path: Path) -> None:
    world = ForeignSqlite(tmp_path / "master.db")
    world.make("cel", COLUMNS)
    world.write("cel", COLUMNS, [row(1, appdata="a\0b")])
    world.execute(
        "INSERT INTO cel SELECT 2, eventtype, eventtime, channame, appname, CAST(x'ff41' AS TEXT), '', '' FROM cel"
    )
    world.execute("UPDATE cel SET uniqueid = '1795286821.9', linkedid = '1795286821.9' WHERE AcctId = 2")
    taken = take(world)
    assert (taken.inserted, taken.rejected) == (1, 1)
    assert PbxRejected.objects.get().reason == "signs"
    assert json.loads(bytes(PbxRow.objects.get().raw))["AppData"] == "\ufffdA"


def test_nulls_numbers_and_moments_are_read(world: Foreign) -> None:
    """`eventtype` as a number, `eventtime` with a zone of its own, names in capitals, no value."""
    time = "timestamptz" if world.vendor == "postgresql" else "text"
    world.execute(
        f'CREATE TABLE cel ({world.numbering}, "EventType" integer, "EVENTTIME" {time}, channame text, cid_num text, '
        "uniqueid text, linkedid text)"
    )
    names_ = ("EventType", "EVENTTIME", "channame", "cid_num", "uniqueid", "linkedid")
    world.write(
        "cel", names_, [[1, "2026-11-27 12:00:00.25+05:00", "PJSIP/trunk-1", None, "1795762800.1", "1795762800.1"]]
    )
    assert take(world).inserted == 1
    row = PbxRow.objects.get()
    told = json.loads(bytes(row.raw))
    assert (row.at, told["EventType"], told["CIDNum"]) == (1795762800.25, "CHAN_START", "")


def test_local_times_may_be_utc(world: Foreign) -> None:
    world.make("cel", CEL, time="timestamp")
    world.write(
        "cel", ("eventtype", "eventtime", "uniqueid", "linkedid"), [["ANSWER", "2026-11-27 07:00:00.5", "1.1", "1.1"]]
    )
    take(world, more="&utc=yes")
    assert "2026-11-27 07:00:00.5+00:00" in bytes(PbxRow.objects.get().raw).decode()
    assert PbxRow.objects.get().at == 1795762800.5


def test_a_time_that_has_an_offset_keeps_it(world: Foreign) -> None:
    world.make("cel", COLUMNS)
    world.write("cel", COLUMNS, [row(1, eventtime="2026-11-27 12:00:00+05:00"), row(2, eventtime="1795762800.5")])
    take(world, more="&utc=yes")
    assert [one.at for one in PbxRow.objects.order_by("pk")] == [1795762800.0, 1795762800.5]


def test_an_event_of_the_sites_own_may_stand_in_the_place_of_its_type(world: Foreign) -> None:
    world.make("cel", COLUMNS)
    world.write("cel", COLUMNS, [row(1, eventtype="HOLD")])
    take(world)
    assert json.loads(bytes(PbxRow.objects.get().raw))["UserEventName"] == "HOLD"


def test_files_that_a_row_announces_are_noted(world: Foreign) -> None:
    world.make("cel", COLUMNS)
    world.write(
        "cel",
        COLUMNS,
        [row(1, eventtype="APP_START", appname="MixMonitor", appdata="/var/spool/asterisk/monitor/a.wav")],
    )
    take(world)
    assert PbxRecording.objects.get().name == "a.wav"


def test_needed_columns_that_are_missing_are_named(world: Foreign) -> None:
    """As in the sample of `cel_sqlite3_custom`, which has no `linkedid`."""
    world.make("cel", [name for name in COLUMNS if name not in {"linkedid", "eventtime"}])
    with pytest.raises(TableColumns, match="it lacks eventtime, linkedid;") as refused:
        take(world)
    assert refused.value.code == "pbx_table_columns"


def test_a_table_that_is_not_there_is_told(world: Foreign) -> None:
    world.make("cel", COLUMNS)
    with pytest.raises(TableMissing, match="there is no such table"):
        take(world, kind="cdr")


def test_a_table_without_numbers_is_told_what_to_do(world: Foreign) -> None:
    told = ", ".join(f"{name} text" for name in COLUMNS)
    without = " WITHOUT ROWID" if world.vendor == "sqlite" else ""
    world.execute(f"CREATE TABLE cel ({told}, PRIMARY KEY (uniqueid, eventtime)){without}")
    with pytest.raises(TableKey, match="ADD COLUMN id bigserial PRIMARY KEY"):
        take(world)


def test_sqlite_numbers_the_rows_of_a_table_that_has_no_key(tmp_path: Path) -> None:
    world = ForeignSqlite(tmp_path / "master.db")
    world.execute(f"CREATE TABLE cel ({', '.join(COLUMNS)})")
    world.write("cel", COLUMNS, [row(1), row(2)])
    assert take(world).inserted == 2
    world.write("cel", COLUMNS, [row(3)])
    assert take(world).inserted == 1


def test_a_view_is_read_by_its_id(world: Foreign) -> None:
    world.make("events", COLUMNS)
    world.write("events", COLUMNS, [row(1)])
    world.execute(f"CREATE VIEW cel AS SELECT {world.numbering.split()[0]} AS id, {', '.join(COLUMNS)} FROM events")
    assert take(world).inserted == 1


def test_keys_that_are_too_great_are_told(cel: Foreign) -> None:
    if cel.vendor == "postgresql":
        cel.execute("ALTER TABLE cel ALTER COLUMN id TYPE bigint")
    write(cel, [1 << 40])
    with pytest.raises(TableKeyRange):
        take(cel)


def test_long_values_come_in_several_answers(world: Foreign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sapa.calls.table_source.MOST_BYTES", 1_000)
    world.make("cel", COLUMNS)
    write(world, range(1, 41))
    assert take(world).inserted == 40
    PbxRow.objects.filter(pk__lt=PbxFile.objects.get().pk * PLACES + 35).delete()
    assert take(world).inserted == 34


def test_a_file_that_is_not_there_is_told_and_not_made(tmp_path: Path) -> None:
    world = ForeignSqlite(tmp_path / "master.db")
    with pytest.raises(TableUnreachable, match="No such file"):
        take(world)
    assert not world.path.exists()
    world.path.write_bytes(b"this is no database at all" * 100)
    with pytest.raises(TableUnreadable, match="not a database"):
        take(world)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ForeignPostgres]:
    with foreign("postgresql", tmp_path) as made:
        assert isinstance(made, ForeignPostgres)
        yield made


def told_of(exc: BaseException | None) -> str:
    """All that could end in a log."""
    return "" if exc is None else f"{exc!r} {exc} {told_of(exc.__cause__)}"


@pytest.mark.on_postgresql
def test_a_wrong_password_is_told_without_it(server: ForeignPostgres) -> None:
    server.address = server.address.replace(server.password, "not-the-password")
    with pytest.raises(TableUnreachable, match="password authentication failed") as refused:
        take(server)
    assert refused.value.code == "pbx_table_unreachable"
    assert "not-the-password" not in told_of(refused.value)
    assert "not-the-password" not in repr(server.place())


@pytest.mark.on_postgresql
def test_a_right_that_is_missing_is_told(server: ForeignPostgres) -> None:
    server.make("cel", COLUMNS)
    server.execute("DROP ROLE IF EXISTS reader_of_sapa")
    server.execute("CREATE ROLE reader_of_sapa LOGIN PASSWORD 'of-the-reader'")
    try:
        server.address = server.address.replace(f"sapa:{server.password}", "reader_of_sapa:of-the-reader")
        with pytest.raises(TableUnreadable, match="GRANT SELECT ON cel"):
            take(server)
    finally:
        server.address = server.address.replace("reader_of_sapa:of-the-reader", f"sapa:{server.password}")
        server.execute("DROP ROLE reader_of_sapa")


@pytest.mark.on_postgresql
def test_nothing_can_be_written(server: ForeignPostgres) -> None:
    server.make("cel", COLUMNS)
    with closing(PostgresSource(server.place())) as source, pytest.raises(TableUnreadable, match="read-only"):
        source.asked("SELECT nextval('cel_id_seq')")


@pytest.mark.on_postgresql
def test_an_answer_that_takes_too_long_is_told(server: ForeignPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_postgres, "_BEGIN", "SET LOCAL statement_timeout = 100")
    with closing(PostgresSource(server.place())) as source, pytest.raises(TableUnreadable, match="is its key indexed"):
        source.asked("SELECT pg_sleep(20)")


@pytest.mark.on_postgresql
def test_a_connection_that_was_cut_is_made_anew(server: ForeignPostgres) -> None:
    server.make("cel", COLUMNS)
    write(server, [1])
    with closing(source_of(server.place())) as source:
        assert table_take(source, UTC).inserted == 1
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sapa'")
        write(server, [2])
        with pytest.raises(TableUnreachable):
            table_take(source, UTC)
        assert table_take(source, UTC).inserted == 1


@pytest.mark.on_postgresql
def test_a_row_that_is_committed_late_is_found(server: ForeignPostgres) -> None:
    """Its key was given before another's that is seen already."""
    server.make("cel", COLUMNS)
    names_ = ", ".join(COLUMNS)
    statement: Any = f"INSERT INTO cel ({names_}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"
    with psycopg.connect(server.address) as slow:
        slow.execute(statement, row(1))
        server.write("cel", COLUMNS, [row(2)])
        assert take(server).inserted == 1
        slow.commit()
    assert take(server).inserted == 1
    assert [*names()] == [f"{BEGAN_S + number}.{number}" for number in (1, 2)]
