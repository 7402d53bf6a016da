"""Reading on in call logs of a hosted phone system, and making calls of its events."""

from __future__ import annotations

import os
from logging import WARNING
from pathlib import Path

import pytest

from sapa.calls.models import Call
from sapa.calls.tests.hosted import CALL, answered, send
from sapa.calls.tests.lines import SITE
from sapa.core.clock import now_at
from sapa.pipeline.following import FINISHED_AFTER_S, Follower
from sapa.pipeline.tests.watching import Seconds

pytestmark = pytest.mark.django_db
HEAD = "call_id,started_at,talk_s\n"


@pytest.fixture
def follower(tmp_path: Path) -> Follower:
    return Follower([tmp_path], SITE, clock=Seconds())


def ids() -> list[str]:
    return sorted(Call.objects.values_list("external_id", flat=True))


def test_the_last_line_of_an_export_is_read_when_it_is_clear_that_it_is_whole(
    follower: Follower, tmp_path: Path
) -> None:
    log = tmp_path / "calls.csv"
    log.write_text(HEAD + "c-1,1795258021,1\nc-2,1795258022,12")
    follower.round()
    assert ids() == ["c-1"]
    with log.open("a") as more:
        more.write("3\nc-3,1795258023,5")
    follower.round()
    assert ids() == ["c-1", "c-2"]
    assert Call.objects.get(external_id="c-2").talk_s == 123
    long_ago = now_at().timestamp() - FINISHED_AFTER_S - 1
    os.utime(log, (long_ago, long_ago))
    follower.round()
    follower.round()
    assert ids() == ["c-1", "c-2", "c-3"]


def test_a_wrong_header_is_said_once_and_mended_it_is_read(
    follower: Follower, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = tmp_path / "calls.csv"
    log.write_text("id,talk\nc-1,1\n")
    (tmp_path / "calls-2.csv").write_text(HEAD + "c-2,1795258022,1\n")
    for _ in range(3):
        follower.round()
    said = [record.message for record in caplog.records if record.levelno >= WARNING]
    assert [one.split("; known")[0] for one in said] == [
        f"{log} is not read: call_log_header: calls.csv: 'id' is no known column"
    ]
    assert ids() == ["c-2"]
    log.write_text(HEAD + "c-1,1795258021,1\n")
    follower.round()
    assert ids() == ["c-1", "c-2"]


def test_without_a_folder_calls_are_made_of_events() -> None:
    send(*answered())
    Follower([], SITE, clock=Seconds()).round()
    assert ids() == [CALL]
