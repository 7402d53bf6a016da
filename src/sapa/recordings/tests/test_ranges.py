"""What the Range header asks for, by RFC 9110."""

from __future__ import annotations

import pytest

from sapa.recordings.ranges import ByteRange, RangeUnsatisfiable, range_asked, seconds_of


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("bytes=0-9", 0, 9),
        ("bytes=90-", 90, 99),
        ("bytes=-10", 90, 99),
        ("bytes=-1000", 0, 99),
        ("bytes=50-5000", 50, 99),
        ("Bytes = 0 - 0", 0, 0),
    ],
)
def test_it_reads_one_range(header: str, first: int, last: int) -> None:
    assert range_asked(header, 100) == ByteRange(first, last, 100)


@pytest.mark.parametrize("header", ["", "bytes=", "bytes=-", "bytes=9-1", "bytes=0-1,5-6", "seconds=0-1", "bytes=١-"])
def test_what_it_cannot_read_means_the_whole(header: str) -> None:
    assert range_asked(header, 100) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=-0", "bytes=500-600"])
def test_it_refuses_what_is_past_the_end(header: str) -> None:
    with pytest.raises(RangeUnsatisfiable):
        range_asked(header, 100)


def test_bytes_are_told_as_seconds() -> None:
    assert seconds_of(ByteRange(0, 49, 100), 34.0) == (0.0, 17.0)
    assert seconds_of(ByteRange(0, -1, 0), 34.0) == (0.0, 0.0)


@pytest.mark.parametrize(("first", "last", "ends"), [(0, 99, 39), (90, 99, 99), (60, 99, 99), (59, 99, 98)])
def test_a_long_range_is_shortened_to_its_beginning(first: int, last: int, ends: int) -> None:
    assert ByteRange(first, last, 100).shortened(40) == ByteRange(first, ends, 100)
