"""Rows that are packed for PostgreSQL are the rows, to the bit."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sapa.calls.copying import stream_copy
from sapa.calls.models import PbxRow
from sapa.calls.packing import Packed, RawRow, packed
from sapa.calls.reading import lines_read
from sapa.calls.taking_rows import rows_insert
from sapa.calls.types import RowKind

UTC = ZoneInfo("UTC")
ROWS: list[RawRow] = [
    (1, 1, "1700000000.1", 1_700_000_000.123456, b"plain"),
    (2**62, 2, "Ақбота/Żaneta", -0.5, 'Ж\n\t\\N,"x"'.encode()),
    (3, 3, "", 0.0, b""),
    (4, 4, "k" * 150, 1e-300, bytes(range(256))),
]
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(
    st.lists(
        st.tuples(
            st.integers(-(2**63), 2**63 - 1),
            st.integers(0, 9),
            NAMES,
            st.floats(allow_nan=False),
            st.binary(max_size=50),
        ),
        max_size=5,
    )
)
def test_what_was_packed_is_unpacked(rows: list[RawRow]) -> None:
    assert packed(rows).rows() == rows
    assert (len(packed(rows)), bool(packed(rows))) == (len(rows), bool(rows))


@pytest.mark.on_postgresql
@pytest.mark.django_db
def test_postgresql_reads_the_rows_that_were_packed() -> None:
    stream_copy(PbxRow, ("id", "kind", "key", "at", "raw"), packed(ROWS).stream)
    stored = PbxRow.objects.order_by("kind").values_list("id", "kind", "key", "at", "raw")
    assert [(*row[:4], bytes(row[4])) for row in stored] == ROWS


@pytest.mark.on_postgresql
@pytest.mark.django_db
def test_of_rows_that_are_here_in_part_the_others_are_taken() -> None:
    """Two processes may read the same log."""
    rows_insert(ROWS[1:2])
    assert rows_insert(packed(ROWS)) == len(ROWS) - 1
    assert PbxRow.objects.count() == len(ROWS)


def test_lines_are_read_packed_and_not_as_the_same_rows() -> None:
    lines = [
        (0, b"1700000000|1.1|q|NONE|ENTERQUEUE||+7701|1"),
        (60, b"broken"),
        (70, b"1700000001|1.1|q|NONE|ABANDON|1|1|1"),
    ]
    plain, stream = (lines_read(RowKind.QUEUE_LOG, 1 << 40, lines, UTC, is_packed=packs) for packs in (False, True))
    assert isinstance(stream.rows, Packed)
    assert stream.rows.rows() == plain.rows != []
    assert (stream.newest, stream.keys, stream.rejected) == (plain.newest, plain.keys, plain.rejected)
