"""Reading on in the phone system's logs: as they grow, are renamed, packed, emptied, away."""

from __future__ import annotations

import gzip
import os
from logging import WARNING
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.db import OperationalError

from sapa.calls.keeping import rows_derive
from sapa.calls.models import Call, PbxRow
from sapa.calls.selectors import records_read_until
from sapa.calls.taking_rows import Taken, log_take
from sapa.calls.tests.lines import ANSWERED, BEGAN_S, SITE
from sapa.core.clock import now_at
from sapa.pipeline import following, troubles
from sapa.pipeline.following import LOOK_EVERY_S, TELL_EVERY_S, Follower
from sapa.pipeline.tests.watching import Seconds

pytestmark = pytest.mark.django_db


def call(number: int) -> bytes:
    """Three rows of a call of its own."""
    return ANSWERED.replace(b"1795286821.", f"{BEGAN_S + number}.".encode())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "log").mkdir()
    (tmp_path / "log/queue_log").write_bytes(call(0))
    return tmp_path / "log"


@pytest.fixture
def follower(folder: Path) -> Follower:
    return Follower([folder], SITE, clock=Seconds())


def held() -> tuple[int, int]:
    """Rows and calls."""
    return PbxRow.objects.count(), Call.objects.count()


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.name == "sapa.pbx" and record.levelno >= WARNING]


def opening(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the logs that are opened from now on."""
    opened: list[str] = []

    def noting(path: Path, *told: Any, **more: Any) -> Taken:
        opened.append(path.name)
        return log_take(path, *told, **more)

    monkeypatch.setattr(following, "log_take", noting)
    return opened


def append(path: Path, raw: bytes) -> None:
    with path.open("ab") as log:
        log.write(raw)


def test_what_is_written_becomes_a_call_at_the_next_look(folder: Path, follower: Follower) -> None:
    assert follower.round() == LOOK_EVERY_S
    assert held() == (3, 1)
    entered, connected, completed = call(1).splitlines(keepends=True)
    append(folder / "queue_log", entered + connected[:9])
    follower.round()
    assert held() == (4, 2)
    append(folder / "queue_log", connected[9:] + completed)
    follower.round()
    assert held() == (6, 2)
    assert set(Call.objects.values_list("disposition", flat=True)) == {"answered"}


def test_a_log_that_did_not_change_is_not_opened(
    folder: Path, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower.round()
    opened = opening(monkeypatch)
    follower.round()
    assert opened == []
    append(folder / "queue_log", call(1))
    follower.round()
    assert opened == ["queue_log"]


def test_after_a_restart_it_reads_on(folder: Path, follower: Follower) -> None:
    follower.round()
    append(folder / "queue_log", call(1))
    Follower([folder], SITE).round()
    assert held() == (6, 2)


def test_a_log_renamed_between_two_looks_is_read_to_its_end(folder: Path, follower: Follower) -> None:
    follower.round()
    append(folder / "queue_log", call(1))
    (folder / "queue_log").rename(folder / "queue_log.1")
    (folder / "queue_log").write_bytes(call(2))
    follower.round()
    assert held() == (9, 3)


def test_a_log_packed_between_two_looks_is_read_to_its_end(folder: Path, follower: Follower) -> None:
    follower.round()
    append(folder / "queue_log", call(1))
    (folder / "queue_log.1.gz").write_bytes(gzip.compress((folder / "queue_log").read_bytes()))
    (folder / "queue_log").write_bytes(call(2))
    follower.round()
    assert held() == (9, 3)


def test_a_log_emptied_in_place_begins_anew(folder: Path, follower: Follower) -> None:
    follower.round()
    with (folder / "queue_log").open("r+b") as log:
        log.truncate(0)
    follower.round()
    append(folder / "queue_log", call(2))
    follower.round()
    assert held() == (6, 2)


def test_a_copy_that_is_being_packed_is_read_when_it_is_whole(
    folder: Path, follower: Follower, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = gzip.compress(b"".join(call(number) for number in range(10, 400)), compresslevel=1)
    (folder / "queue_log.2.gz").write_bytes(packed[: len(packed) // 2])
    opened = opening(monkeypatch)
    follower.round()
    follower.round()
    assert opened.count("queue_log.2.gz") == 1  # it may be long, and costs its whole length
    assert len([said for said in warnings(caplog) if "damaged" in said]) == 1
    (folder / "queue_log.2.gz").write_bytes(packed)
    follower.round()
    assert held() == (391 * 3, 391)


def test_the_log_of_today_goes_before_the_archive(
    folder: Path, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 4):
        (folder / f"queue_log.{number}").write_bytes(call(number))
        os.utime(folder / f"queue_log.{number}", (BEGAN_S - number, BEGAN_S - number))
    opened = opening(monkeypatch)
    follower.round()
    assert opened == ["queue_log", "queue_log.1", "queue_log.2", "queue_log.3"]


def test_a_long_log_does_not_hold_up_the_calls_in_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = Seconds()
    follower = Follower([folder], SITE, clock=seconds)
    append(folder / "queue_log", b"".join(call(number) for number in range(1, 2000)))
    real = rows_derive

    def slow(*told: Any, **more: Any) -> int:
        seconds.now_s += following.READ_FOR_S
        return real(*told, **more)

    monkeypatch.setattr(following, "rows_derive", slow)
    assert follower.round() == 0
    assert Call.objects.exists()
    while follower.round() == 0:
        pass
    assert held() == (6000, 2000)


def test_a_folder_that_is_away_is_said_once_and_so_is_its_return(
    folder: Path, follower: Follower, caplog: pytest.LogCaptureFixture
) -> None:
    folder.rename(folder.with_name("away"))
    for _ in range(3):
        assert follower.round() >= LOOK_EVERY_S
    assert warnings(caplog) == [f"{folder} is not there; waiting"]
    folder.with_name("away").rename(folder)
    follower.round()
    assert warnings(caplog)[1:] == [f"{folder} can be read"]
    assert held() == (3, 1)


def test_an_empty_folder_is_said(folder: Path, follower: Follower, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "queue_log").unlink()
    follower.round()
    assert warnings(caplog) == [f"{folder} holds no queue_log, CEL, CDR or call log; waiting"]


def test_lines_that_are_none_are_told_with_their_number(
    folder: Path, follower: Follower, caplog: pytest.LogCaptureFixture
) -> None:
    append(folder / "queue_log", b"no row\nnor this\n")
    follower.round()
    follower.round()
    assert warnings(caplog) == [f"{folder}/queue_log: 2 lines are no rows of it; they are kept, with the reason"]


def test_a_database_that_is_away_is_waited_for_and_nothing_is_lost(
    follower: Follower, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patch:
        patch.setattr(following, "log_take", away)
        patch.setattr(troubles, "close_old_connections", lambda: None)  # the connection is the test's
        pauses = [follower.round() for _ in range(6)]
    assert pauses == [5, 10, 20, 40, 60, 60]
    assert len(warnings(caplog)) == 1
    follower.round()
    assert warnings(caplog)[1:] == ["the database is back"]
    assert held() == (3, 1)


def test_it_ends_when_it_is_told_to(follower: Follower) -> None:
    stop = Event()
    stop.set()
    follower.run(stop)
    assert held() == (0, 0)


def test_it_tells_up_to_when_all_is_read(folder: Path) -> None:
    seconds, before = Seconds(), now_at()
    follower = Follower([folder], SITE, clock=seconds)
    follower.round()
    told = records_read_until()
    assert told is not None
    assert before <= told <= now_at()
    (folder / "queue_log").rename(folder / "away")
    seconds.now_s += TELL_EVERY_S
    follower.round()
    assert records_read_until() == told  # there is nothing to read, which may be for the moment


def test_while_a_folder_is_away_not_all_is_read(folder: Path) -> None:
    Follower([folder, folder.parent / "away"], SITE, clock=Seconds()).round()
    assert records_read_until() is None
    assert held() == (3, 1)
