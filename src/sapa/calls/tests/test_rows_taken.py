"""Lines of the phone system's logs become rows once, whatever happens to the files."""

from __future__ import annotations

import gzip
from datetime import UTC
from pathlib import Path

import pytest
from django.db import transaction

from sapa.calls.models import PbxFile, PbxRejected, PbxRow, PbxRowKind, PbxStale
from sapa.calls.taking_rows import log_take, logs_in

pytestmark = pytest.mark.django_db
QUEUE_LOG = PbxRowKind.QUEUE_LOG


def line(number: int, call: int = 0) -> bytes:
    return f"{1795286821 + number}|{1795286821 + call}.0|support|NONE|ENTERQUEUE||+77011112233|1\n".encode()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "queue_log"
    path.write_bytes(b"".join(line(number) for number in range(10)))
    return path


def take(path: Path) -> tuple[int, int]:
    taken = log_take(path, QUEUE_LOG, UTC)
    return taken.inserted, taken.rejected


def raw_rows() -> list[bytes]:
    return [bytes(row.raw) + b"\n" for row in PbxRow.objects.order_by("pk")]


def test_each_line_is_taken_once(log: Path) -> None:
    assert take(log) == (10, 0)
    assert take(log) == (0, 0)
    assert raw_rows() == [line(number) for number in range(10)]


def test_what_is_written_later_is_taken_later(log: Path) -> None:
    take(log)
    with log.open("ab") as more:
        more.write(line(10) + line(11)[:20])
    assert take(log) == (1, 0)
    with log.open("ab") as more:
        more.write(line(11)[20:])
    assert take(log) == (1, 0)
    assert raw_rows() == [line(number) for number in range(12)]


def test_a_file_is_the_same_while_it_grows_from_its_first_line(tmp_path: Path) -> None:
    log = tmp_path / "queue_log"
    for number in range(12):
        with log.open("ab") as more:
            more.write(line(number))
        assert take(log) == (1, 0)
    assert PbxFile.objects.count() == 1


def test_a_renamed_and_a_packed_copy_bring_nothing_again(log: Path, tmp_path: Path) -> None:
    take(log)
    log.rename(tmp_path / "queue_log.1")
    log.write_bytes(line(100) + line(101))
    assert take(tmp_path / "queue_log.1") == (0, 0)
    assert take(log) == (2, 0)
    packed = tmp_path / "queue_log.2.gz"
    packed.write_bytes(gzip.compress((tmp_path / "queue_log.1").read_bytes()))
    assert take(packed) == (0, 0)


def test_lines_written_between_the_last_look_and_the_rotation_are_found_in_the_copy(log: Path, tmp_path: Path) -> None:
    take(log)
    with log.open("ab") as more:
        more.write(line(10))
    packed = tmp_path / "queue_log.1.gz"
    packed.write_bytes(gzip.compress(log.read_bytes()))
    log.write_bytes(line(50))
    assert take(packed) == (1, 0)
    assert take(log) == (1, 0)


def test_a_file_that_was_emptied_in_place_begins_anew(log: Path) -> None:
    take(log)
    log.write_bytes(line(300) + line(301))
    assert take(log) == (2, 0)
    log.write_bytes(b"")
    assert take(log) == (0, 0)


def test_a_line_that_is_none_is_kept_with_its_reason_and_the_others_count(log: Path) -> None:
    log.write_bytes(line(1) + b"yesterday|x|y|z|CONNECT\n" + b"|||\n" + line(2))
    assert take(log) == (2, 2)
    assert take(log) == (0, 0)
    assert [(one.reason, bytes(one.raw)) for one in PbxRejected.objects.order_by("pk")] == [
        ("time", b"yesterday|x|y|z|CONNECT"),
        ("columns", b"|||"),
    ]


def test_rows_and_how_far_was_read_are_written_together(log: Path) -> None:
    class Breaks(Exception):
        pass

    def take_and_break() -> None:
        with transaction.atomic():
            take(log)
            raise Breaks

    with pytest.raises(Breaks):
        take_and_break()
    assert not PbxRow.objects.exists()
    assert take(log) == (10, 0)


def test_the_calls_that_new_rows_speak_of_are_to_be_derived(log: Path) -> None:
    take(log)
    PbxStale.objects.all().delete()
    with log.open("ab") as more:
        more.write(line(20, call=7) + b"1795286999|NONE|NONE|Aigerim|PAUSEALL|lunch\n")
    take(log)
    assert [one.key for one in PbxStale.objects.all()] == ["1795286828.0"]


def test_what_another_process_took_meanwhile_is_not_taken_twice(log: Path) -> None:
    """It reads the same log, and has not told yet how far."""
    take(log)
    PbxFile.objects.update(read_to=0)
    with log.open("ab") as more:
        more.write(line(10))
    assert take(log) == (1, 0)
    assert raw_rows() == [line(number) for number in range(11)]


def test_logs_are_found_by_their_names_or_their_folders(tmp_path: Path) -> None:
    for name in ("queue_log", "queue_log.1.gz", "messages", "cel-custom/Master.csv", "cdr-csv/Master.csv", "cdr.db"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert [path.relative_to(tmp_path).as_posix() for path, _ in logs_in(tmp_path)] == [
        "cdr-csv/Master.csv",
        "cel-custom/Master.csv",
        "queue_log",
        "queue_log.1.gz",
    ]
