"""Logs as lines with their place, however the file is called, packed or cut."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from sapa.calls.log_files import HEAD_BYTES, LONGEST_RECORD, Line, head_of, lines_of, opened


def lines(path: Path, *, start: int = 0, is_quoted: bool = False) -> list[tuple[int, bytes]]:
    with opened(path) as source:
        return list(lines_of(source, start=start, is_quoted=is_quoted))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "queue_log"
    path.write_bytes(b"one\ntwo\r\nthr")
    return path


def test_a_line_without_its_end_waits(log: Path) -> None:
    assert lines(log) == [Line(0, b"one"), Line(4, b"two")]
    log.write_bytes(log.read_bytes() + b"ee\n")
    assert lines(log, start=9) == [Line(9, b"three")]


def test_a_packed_copy_has_the_same_lines_in_the_same_places(log: Path, tmp_path: Path) -> None:
    packed = tmp_path / "queue_log.1.gz"
    packed.write_bytes(gzip.compress(log.read_bytes()))
    assert lines(packed) == lines(log)
    assert lines(packed, start=4) == [Line(4, b"two")]


def test_a_packed_copy_that_is_cut_off_is_an_error_of_the_disk(log: Path, tmp_path: Path) -> None:
    packed = tmp_path / "queue_log.1.gz"
    packed.write_bytes(gzip.compress(b"line\n" * 1000)[:-9])
    with pytest.raises(OSError, match="damaged"):
        lines(packed)


def test_a_newline_between_quotes_ends_no_line(tmp_path: Path) -> None:
    path = tmp_path / "cel.csv"
    path.write_bytes(b'"a","b\nc"\n"d"\n')
    assert lines(path, is_quoted=True) == [Line(0, b'"a","b\nc"'), Line(10, b'"d"')]


def test_a_quote_that_nothing_closes_does_not_swallow_the_next_line(tmp_path: Path) -> None:
    path = tmp_path / "cel.csv"
    path.write_bytes(b'"broken\n"whole"\n')
    assert lines(path, is_quoted=True) == [Line(0, b'"broken'), Line(8, b'"whole"')]


def test_nor_does_it_swallow_a_file_without_quotes(tmp_path: Path) -> None:
    path = tmp_path / "cel.csv"
    path.write_bytes(b'a "broken line\n' + b"and another\n" * (LONGEST_RECORD // 8))
    assert lines(path, is_quoted=True)[:2] == [Line(0, b'a "broken line'), Line(15, b"and another")]


def test_a_short_file_is_known_by_its_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    path.write_bytes(b"a line\nhalf of")
    with opened(path) as source:
        assert head_of(source) == b"a line\n"
    path.write_bytes(b"x" * 1000)
    with opened(path) as source:
        assert len(head_of(source)) == HEAD_BYTES


def test_gigabytes_without_a_newline_take_no_memory(tmp_path: Path) -> None:
    """Five megabytes here: what is given of them is the beginning, and the line after them is whole."""
    path = tmp_path / "queue_log"
    zeros = 5 << 20
    path.write_bytes(b"one\n" + b"\0" * zeros + b"\ntwo\n" + b"\0" * zeros)
    assert lines(path) == [
        Line(0, b"one"),
        Line(4, b"\0" * LONGEST_RECORD),
        Line(4 + zeros + 1, b"two"),
        Line(4 + zeros + 5, b"\0" * LONGEST_RECORD),
    ]
