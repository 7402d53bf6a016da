"""CSV call logs: each line a call, once, read on as they grow; what is none says why."""

from __future__ import annotations

import gzip
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sapa.calls.connectors.asterisk.site import Site
from sapa.calls.connectors.hosted.call_log import COLUMNS, header_of
from sapa.calls.errors import CallLogHeader
from sapa.calls.keeping import calls_derive
from sapa.calls.models import Call, PbxFile, PbxRecording, PbxRejected, PbxRow, PbxRowKind
from sapa.calls.replaying import logs_replay
from sapa.calls.taking_rows import Taken, log_take, logs_in
from sapa.calls.tests.hosted import answered, make, send
from sapa.calls.types import hosted_key

pytestmark = pytest.mark.django_db
ALMATY = ZoneInfo("Asia/Almaty")
HEAD = "call_id,started_at,answered_at,ended_at,direction,from,to,agent,queue,hung_up_by,recording\n"
LINE = (
    "c-{n},2026-11-21 15:47:0{n},2026-11-21 15:47:09,2026-11-21 15:48:09,inbound,+7 701 111 22 33,,Aigerim,cards,agent,"
    "c-{n}.mp3\n"
)


def line(number: int) -> str:
    return LINE.format(n=number)


def take(path: Path, text: str | bytes, *, mode: str = "wb") -> Taken:
    raw = text if isinstance(text, bytes) else text.encode()
    with path.open(mode) as log:
        log.write(raw)
    taken = log_take(path, PbxRowKind.CALL_LOG, ALMATY)
    while calls_derive(Site(ALMATY, "KZ")):
        pass
    return taken


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "calls.csv"


def test_a_line_is_a_call(log: Path) -> None:
    assert take(log, HEAD + line(1) + line(2)).inserted == 2
    call = Call.objects.get(external_id="c-1")
    assert (call.source_key, call.direction, call.customer_number) == ("id:hosted/c-1", "inbound", "+77011112233")
    assert (call.agent_name, call.disposition, call.hung_up_by) == ("Aigerim", "answered", "agent")
    assert call.queue is not None
    assert (call.queue.name, call.wait_s, call.talk_s) == ("cards", 8, 60)
    assert call.started_at.isoformat() == "2026-11-21T10:47:01+00:00"
    assert call.story["recordings"] == ["c-1.mp3"]
    assert PbxRecording.objects.get(name="c-1.mp3").channel == hosted_key("c-1")


@pytest.mark.parametrize(
    "written",
    [
        (HEAD + line(1)).replace(",", ";"),
        "\ufeff" + HEAD + line(1),
        (HEAD + line(1)).replace("\n", "\r\n"),
        HEAD.upper() + line(1),
        HEAD + line(1).replace("Aigerim", '"Aigerim"').replace("cards", '" cards "'),
    ],
)
def test_however_it_is_written_it_is_the_same(log: Path, tmp_path: Path, written: str) -> None:
    assert take(log, written).rejected == 0
    call = Call.objects.get()
    assert (call.agent_name, call.queue and call.queue.name, call.talk_s) == ("Aigerim", "cards", 60)


def test_a_quoted_field_may_hold_the_delimiter_a_quote_and_a_line_break(log: Path) -> None:
    take(log, "call_id,started_at,customer_name\n" + 'c-1,1795258021,"Client, ""the\nfirst"""\n' + "c-2,1795258022,B\n")
    assert set(Call.objects.values_list("customer_name", flat=True)) == {'Client, "the\nfirst"', "B"}


def test_what_is_appended_is_read_on(log: Path) -> None:
    assert take(log, HEAD[:20]).rows == 0
    assert take(log, HEAD[20:] + line(1) + line(2)[:30], mode="ab").inserted == 1
    assert take(log, line(2)[30:] + line(3), mode="ab").inserted == 2
    assert (take(log, b"", mode="ab").inserted, Call.objects.count(), PbxFile.objects.count()) == (0, 3, 1)


def test_a_renamed_and_a_packed_copy_bring_nothing_again(log: Path, tmp_path: Path) -> None:
    take(log, HEAD + line(1) + line(2))
    assert take(tmp_path / "calls-old.csv.gz", gzip.compress((HEAD + line(1) + line(2)).encode())).inserted == 0
    assert (PbxRow.objects.count(), Call.objects.get(external_id="c-1").revision) == (2, 1)


def test_exports_with_one_header_however_long_are_files_of_their_own(tmp_path: Path) -> None:
    """The header alone is longer than what a log is known by."""
    head = "  ,  ".join(COLUMNS) + "\n"
    assert len(head) > 256
    for number in range(3):
        row = f"c-{number},1795258021" + "," * (len(COLUMNS) - 2) + "\n"
        assert take(tmp_path / f"calls-{number}.csv", head + row).inserted == 1
    assert (Call.objects.count(), PbxFile.objects.count()) == (3, 3)


def test_an_export_that_was_empty_yesterday_hides_nothing_of_todays(tmp_path: Path) -> None:
    take(tmp_path / "calls-1.csv", HEAD)
    assert take(tmp_path / "calls-2.csv", HEAD + line(1)).inserted == 1
    assert take(tmp_path / "calls-3.csv", HEAD + line(2)).inserted == 1


def test_a_loaded_export_needs_no_newline_at_its_end(tmp_path: Path) -> None:
    for number in range(1, 4):  # of one header and one line each, which begin alike
        (tmp_path / f"calls-{number}.csv").write_text((HEAD + line(number)).rstrip("\n"))
    assert [logs_replay(tmp_path, Site(ALMATY, "KZ")).inserted for _ in range(2)] == [3, 0]
    assert Call.objects.count() == 3


def test_a_later_line_of_the_same_call_is_a_revision(log: Path) -> None:
    take(log, HEAD + line(1))
    take(log, line(1).replace("Aigerim", "Erlan"), mode="ab")
    call = Call.objects.get()
    assert (call.agent_name, call.revision) == ("Erlan", 2)


def test_a_line_and_events_of_one_call_are_one_call(log: Path) -> None:
    send(*answered("c-1"))
    make()
    take(log, "call_id,started_at,talk_s\nc-1,1795286821,19\n")
    call = Call.objects.get()
    assert (call.talk_s, call.agent_name, call.revision) == (19, "Aigerim", 2)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("c-1,yesterday,a\n", "time"),
        ("c-1,1795258021,a,b\n", "columns"),
        ("c-1,1795258021\n", "columns"),
        (",1795258021,a\n", "call"),
        ("c 1,1795258021,a\n", "call"),
        ("c-1,,a\n", "field"),
        ("c-1,1795258021," + "a" * 300 + "\n", "value"),
        ("c-1,1795258021," + "a" * 20_000 + "\n", "length"),
        ("c-1,1795258021,a\0\n", "signs"),
        ('c-1,1795258021,"a"b\n', "quotes"),
    ],
)
def test_a_line_that_is_none_is_kept_with_its_reason(log: Path, bad: str, reason: str) -> None:
    take(log, "call_id,started_at,agent\n" + bad + "c-2,1795258021,Aigerim\n")
    assert [(one.reason, bytes(one.raw)) for one in PbxRejected.objects.all()] == [(reason, bad[:-1].encode())]
    assert Call.objects.get().external_id == "c-2"


def test_a_line_in_another_encoding_is_kept_with_its_reason(log: Path) -> None:
    take(log, b"call_id,started_at,agent\n" + "c-1,1795258021,Эрлан\n".encode("cp1251"))
    assert PbxRejected.objects.get().reason == "signs"


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("c-1,2026-11-21 15:47:01,Aigerim\n", "'c-1' is no known column"),
        ("call_id,started_at,agnet\n", "'agnet' is no known column"),
        ("call_id,agent\n", "there is no column started_at"),
        ("started_at,agent\n", "there is no column call_id"),
        ("call_id,started_at,agent,agent\n", "two columns agent"),
        ('call_id,"started_at\n', "no header"),
        ("x" * 5_000, "no header"),
        ("\0" * 5_000, "no header"),
        ("\n", "there is no column call_id"),
    ],
)
def test_a_header_that_is_none_is_an_error_and_nothing_is_taken(log: Path, head: str, says: str) -> None:
    with pytest.raises(CallLogHeader, match=says) as caught:
        take(log, head + line(1))
    assert (caught.value.code, PbxFile.objects.exists()) == ("call_log_header", False)


def test_a_wrong_header_stops_the_replay_before_anything_is_read(log: Path, tmp_path: Path) -> None:
    (tmp_path / "calls-1.csv").write_text(HEAD + line(1))
    log.write_text("id,agent\n")
    with pytest.raises(CallLogHeader, match=r"calls\.csv: 'id' is no known column"):
        logs_replay(tmp_path, Site(ALMATY, "KZ"))
    assert not PbxRow.objects.exists()
    log.unlink()
    assert logs_replay(tmp_path, Site(ALMATY, "KZ")).rows == 1


def test_only_tables_by_their_own_name_are_call_logs(tmp_path: Path) -> None:
    for name in ("Calls.CSV", "calls-2026.csv.gz", "calls.txt", "my-calls.csv", "calls/a.wav", "calls/other.csv"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    (tmp_path / "cdr-custom").mkdir()
    (tmp_path / "cdr-custom/calls.csv").touch()
    found = [(path.relative_to(tmp_path).as_posix(), kind) for path, kind in logs_in(tmp_path)]
    assert found == [(name, PbxRowKind.CALL_LOG) for name in ("Calls.CSV", "calls-2026.csv.gz", "cdr-custom/calls.csv")]


def test_the_hour_that_comes_twice_is_told_apart_by_the_beginning(log: Path) -> None:
    """In Warsaw the clocks went back at 03:00 on 25 October 2026."""
    log.write_text("call_id,started_at,ended_at\nc-1,2026-10-25 02:50:00,2026-10-25 02:10:00\n")
    log_take(log, PbxRowKind.CALL_LOG, ZoneInfo("Europe/Warsaw"))
    while calls_derive(Site(ZoneInfo("Europe/Warsaw"), "PL")):
        pass
    call = Call.objects.get()
    assert call.ended_at is not None
    assert (call.ended_at - call.started_at).total_seconds() == 20 * 60


def test_each_column_that_is_documented_is_one(log: Path) -> None:
    assert header_of(";".join(COLUMNS).encode()).columns == COLUMNS
