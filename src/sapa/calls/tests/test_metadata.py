from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db.models import CharField

from sapa.calls.connectors.files import KNOWN_KEYS, LONGEST, Reading, facts_from_metadata, metadata_beside
from sapa.calls.errors import MetadataInvalid
from sapa.calls.models import Call, Queue
from sapa.calls.numbers import number_e164
from sapa.calls.types import CallFacts, Direction
from tests.fixtures.world import FrozenClock

ALMATY = Reading(phone_region="KZ", time_zone="Asia/Almaty")
FIELDS = {"call_id": "external_id", "agent": "agent_name"}


def facts(**metadata: Any) -> CallFacts:
    return facts_from_metadata(metadata, where="calls.csv", reading=ALMATY)


def problem(**metadata: Any) -> str:
    with pytest.raises(MetadataInvalid) as caught:
        facts(**metadata)
    return caught.value.message


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    (tmp_path / "calls").mkdir()
    return tmp_path / "calls" / "a.wav"


def put(recording: Path, name: str, content: str | bytes) -> None:
    (recording.parent / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def test_without_metadata_there_is_nothing(recording: Path) -> None:
    assert metadata_beside(recording) == {}
    assert facts() == CallFacts()


def test_a_json_of_the_same_name_is_read_with_all_it_holds(recording: Path) -> None:
    put(recording, "a.json", '{"agent": "Aigerim", "crm": {"deal": [7, null]}}')
    assert metadata_beside(recording) == {"agent": "Aigerim", "crm": {"deal": [7, None]}}


def test_the_row_of_a_table_that_names_the_file_is_read(recording: Path) -> None:
    put(recording, "calls.csv", "file,agent,outcome\nb.wav,Bogdan,sold\na.wav,Aigerim,\n")
    assert metadata_beside(recording) == {"file": "a.wav", "agent": "Aigerim"}


def test_a_file_the_table_does_not_name_has_no_metadata(recording: Path) -> None:
    put(recording, "calls.csv", "file,agent\nb.wav,Bogdan\n")
    assert metadata_beside(recording) == {}


def test_a_table_about_something_else_is_left_alone(recording: Path) -> None:
    put(recording, "prices.csv", "article,price\na.wav,5\n")
    assert metadata_beside(recording) == {}


@pytest.mark.parametrize("head", ["File,agent", "name,agent,customer_number", "agent"])
def test_a_table_about_calls_that_names_no_file_is_refused(recording: Path, head: str) -> None:
    put(recording, "calls.csv", f"{head}\na.wav,Aigerim\n")
    with pytest.raises(MetadataInvalid, match=r"calls\.csv: has no column `file`"):
        metadata_beside(recording)


def test_the_json_goes_before_the_table(recording: Path) -> None:
    put(recording, "calls.csv", "file,agent\na.wav,Bogdan\n")
    put(recording, "a.json", '{"agent": "Aigerim"}')
    assert metadata_beside(recording)["agent"] == "Aigerim"


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_tables_as_spreadsheets_write_them_are_read(recording: Path, delimiter: str, bom: bytes, end: str) -> None:
    rows = [["file", "agent", "outcome"], ["a.wav", "Әйгерім", '"sold, paid; done"']]
    put(recording, "calls.csv", bom + end.join(delimiter.join(row) for row in rows).encode())
    assert metadata_beside(recording) == {"file": "a.wav", "agent": "Әйгерім", "outcome": "sold, paid; done"}


def test_a_row_shorter_or_longer_than_the_head_is_taken(recording: Path) -> None:
    put(recording, "calls.csv", "file,agent,outcome\na.wav,Aigerim\n")
    assert metadata_beside(recording) == {"file": "a.wav", "agent": "Aigerim"}
    put(recording, "calls.csv", "file,agent\na.wav,Aigerim,more,and more\n")
    assert metadata_beside(recording) == {"file": "a.wav", "agent": "Aigerim"}


def test_a_json_with_a_byte_order_mark_is_read(recording: Path) -> None:
    put(recording, "a.json", b'\xef\xbb\xbf{"agent": "A"}')
    assert metadata_beside(recording) == {"agent": "A"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", "{"),
        ("a.json", "[1, 2]"),
        ("a.json", '"text"'),
        ("a.json", b"\xff\xfe"),
        ("a.json", '{"length": NaN}'),
        ("a.json", '{"length": -Infinity}'),
        ("a.json", '{"note": "\\u0000"}'),
        ("a.json", "[" * 100_000),
        ("calls.csv", "file,agent\na.wav,Айгерим\n".encode("cp1251")),
    ],
)
def test_metadata_that_cannot_be_read_is_refused_by_name(
    recording: Path, name: str, content: str | bytes, refused: Callable[..., Any]
) -> None:
    put(recording, name, content)
    with pytest.raises(MetadataInvalid, match=name):
        metadata_beside(recording)


def test_every_field_is_understood() -> None:
    assert facts(
        call_id=" 17 ",
        direction="Inbound",
        queue="cards",
        agent="Aigerim",
        customer_number="8 701 555 01 01",
        customer_name="Dana",
        started_at="2026-03-09T14:15:00+05:00",
        call_type="service",
        outcome="solved",
        language="KK",
        agent_channel="1",
        something_else="kept in the raw event",
    ) == CallFacts(
        external_id="17",
        direction=Direction.INBOUND,
        queue="cards",
        agent_name="Aigerim",
        customer_number="+77015550101",
        customer_name="Dana",
        started_at=datetime(2026, 3, 9, 9, 15, tzinfo=UTC),
        call_type="service",
        outcome="solved",
        language="kk",
        agent_channel=1,
    )


def test_numbers_and_nulls_of_json_are_text_and_nothing() -> None:
    assert facts(call_id=17, agent_channel=0, queue=None) == CallFacts(external_id="17", agent_channel=0)


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("2026-03-09T14:15:00Z", datetime(2026, 3, 9, 14, 15, tzinfo=UTC)),
        ("2026-03-09T14:15:00", datetime(2026, 3, 9, 9, 15, tzinfo=UTC)),
        ("2026-03-09 14:15", datetime(2026, 3, 9, 9, 15, tzinfo=UTC)),
        ("2026-03-09", datetime(2026, 3, 8, 19, 0, tzinfo=UTC)),
        ("2026-03-09T14:15:00.5-03:30", datetime(2026, 3, 9, 17, 45, 0, 500_000, tzinfo=UTC)),
        ("", None),
    ],
)
def test_times_are_kept_in_utc_and_plain_ones_are_of_the_installation(raw: str, moment: datetime | None) -> None:
    assert facts(started_at=raw).started_at == moment


@pytest.mark.parametrize("raw", ["yesterday", "09.03.2026 14:15", "2026-02-30", "14:15"])
def test_a_time_that_is_none_is_refused_with_an_example(raw: str) -> None:
    assert f"started_at {raw!r} is not a time like 2026-" in problem(started_at=raw)


@pytest.mark.parametrize(
    "raw",
    [
        "0001-01-01", "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59", "9999-12-31T23:59:59-14:00", "1969-12-31",
        "2027-03-11", "2027-03-10T10:30:01Z",
    ],
)  # fmt: skip
def test_a_time_at_which_no_call_was_recorded_is_refused(raw: str, frozen_clock: FrozenClock) -> None:
    assert problem(started_at=raw).endswith(f"started_at {raw!r} is not between 1970-01-01 and a year from now")


@pytest.mark.parametrize("raw", ["1970-01-01", "2027-03-10T10:30:00Z"])
def test_a_clock_that_is_a_little_wrong_is_believed(raw: str, frozen_clock: FrozenClock) -> None:
    assert facts(started_at=raw).started_at is not None


@pytest.mark.parametrize("raw", ["Russian", "ru_RU", "r", "12", "ru-", "-", "en, ru", "ру"])
def test_what_is_no_code_of_a_language_is_refused(raw: str) -> None:
    assert problem(language=raw).endswith(f"language {raw!r} is not a code like en or kk, nor auto")


def test_auto_leaves_the_language_to_be_heard() -> None:
    assert [facts(language=raw).language for raw in ("auto", "", "YUE", "pt-BR")] == ["", "", "yue", "pt-br"]


def test_a_wrong_direction_or_channel_is_refused_with_what_is_allowed() -> None:
    assert problem(direction="sideways").endswith("direction 'sideways' is not inbound, outbound or internal")
    for raw in ("2", "left", "-1", True):
        assert problem(agent_channel=raw).endswith(f"agent_channel '{raw}' is not 0, 1 or auto")
    assert problem(direction="up").startswith("calls.csv: ")
    assert facts(agent_channel="auto").agent_channel is None


@pytest.mark.parametrize("key", LONGEST)
def test_what_is_too_long_is_refused_before_the_database_would(key: str) -> None:
    assert f"{key} is longer than {LONGEST[key]} characters" in problem(**{key: "1" * (LONGEST[key] + 1)})


def test_the_longest_are_those_of_the_columns() -> None:
    for key, longest in LONGEST.items():
        column = Queue._meta.get_field("name") if key == "queue" else Call._meta.get_field(FIELDS.get(key, key))
        assert isinstance(column, CharField)
        assert column.max_length == longest, key
    assert set(KNOWN_KEYS) - set(LONGEST) == {
        "file", "direction", "started_at", "agent_channel", "agent_file", "agent_offset_s",
    }  # fmt: skip


@pytest.mark.parametrize("key", ["agent", "note"])
def test_a_zero_character_is_refused_in_known_and_unknown_fields(key: str) -> None:
    assert f"{key} holds a zero character" in problem(**{key: "a\0b"})


@pytest.mark.parametrize(
    ("raw", "region", "kept"),
    [
        ("8 (701) 555-01-01", "KZ", "+77015550101"),
        ("+7 701 555 01 01", "PL", "+77015550101"),
        ("601 234 567", "PL", "+48601234567"),
        ("0048 601 234 567", "PL", "+48601234567"),
        ("(212) 555-0123", "US", "+12125550123"),
        ("101", "KZ", "101"),
        ("5550101", "KZ", "5550101"),
        ("anonymous", "KZ", "anonymous"),
        ("", "KZ", ""),
        ("8 701 555 01 01", "XX", "8 701 555 01 01"),
        ("+1", "KZ", "+1"),
    ],
)
def test_numbers_are_kept_in_one_form_and_anything_else_as_it_came(raw: str, region: str, kept: str) -> None:
    assert number_e164(raw, region) == kept
