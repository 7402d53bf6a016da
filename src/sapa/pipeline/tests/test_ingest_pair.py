"""Two files of one call, found by the metadata beside them in whatever order they are met."""

from __future__ import annotations

import json
import os
from itertools import permutations
from pathlib import Path

import pytest

from sapa.calls.connectors.file_names import leg_names
from sapa.calls.connectors.files import customer_file_of
from sapa.calls.models import Call
from sapa.pipeline.ingest import IngestResult, file_ingest, recordings_in
from sapa.pipeline.tests.workbench import tiny_wav

pytestmark = pytest.mark.django_db
NAMES = ("17-in.wav", "17-out.wav", "stereo.wav")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    for number, name in enumerate(NAMES, 1):
        (tmp_path / "in" / name).write_bytes(tiny_wav(number, channels=1 if "17" in name else 2))
    return tmp_path / "in"


def by_table(folder: Path, row: str = "17-in.wav,17,17-out.wav,0.25") -> None:
    (folder / "calls.csv").write_text(f"file,call_id,agent_file,agent_offset_s\n{row}\n")


def by_json(folder: Path) -> None:
    facts = {"call_id": "17", "agent_file": "17-out.wav", "agent_offset_s": "0,25"}
    (folder / "17-in.json").write_text(json.dumps(facts))


def code(result: IngestResult) -> str:
    return result.error.code if result.error else ""


@pytest.mark.parametrize("told", [by_table, by_json])
@pytest.mark.parametrize("order", list(permutations(NAMES)))
def test_in_any_order_they_are_one_call(folder: Path, told: object, order: tuple[str, ...]) -> None:
    told(folder)  # type: ignore[operator]
    results = [file_ingest(folder / name) for name in order]
    assert [code(result) for result in results] == [""] * 3
    assert Call.objects.count() == 2
    pair = Call.objects.get(external_id="17")
    assert [(part.party, part.file_name, part.offset_s) for part in pair.recording.parts.all()] == [
        ("customer", "17-in.wav", None),
        ("agent", "17-out.wav", 0.25),
    ]


def test_a_folder_is_taken_as_it_lies(folder: Path) -> None:
    by_table(folder)
    results = [file_ingest(path) for path in recordings_in([folder])]
    assert [result.taken and result.taken.created for result in results] == [True, False, True]


@pytest.mark.parametrize("first", ["17-in.wav", "17-out.wav"])
def test_a_file_that_was_put_away_after_it_was_taken_is_not_missed(folder: Path, first: str) -> None:
    by_table(folder)
    file_ingest(folder / first)
    (folder / first).unlink()
    second = file_ingest(folder / ({"17-in.wav", "17-out.wav"} - {first}).pop())
    if first == "17-out.wav":
        assert second.taken is not None
        assert not second.taken.created
    assert Call.objects.count() == 1


def test_an_agents_file_that_is_not_there_is_named(folder: Path) -> None:
    by_table(folder, "17-in.wav,17,gone.wav,")
    result = file_ingest(folder / "17-in.wav")
    assert code(result) == "file_unreadable"
    assert result.error is not None
    assert "gone.wav" in result.error.message
    assert not Call.objects.exists()


@pytest.mark.parametrize("name", ["../17-out.wav", "/etc/passwd", "..", "deeper\\17-out.wav", "n" * 256])
def test_an_agents_file_must_lie_in_the_same_folder(folder: Path, name: str) -> None:
    by_table(folder, f"17-in.wav,17,{name},")
    assert code(file_ingest(folder / "17-in.wav")) == "metadata_invalid"


@pytest.mark.parametrize("offset", ["soon", "nan", "inf", "-50000", "1e400"])
def test_an_offset_must_be_seconds_of_a_call(folder: Path, offset: str) -> None:
    by_table(folder, f"17-in.wav,17,17-out.wav,{offset}")
    assert code(file_ingest(folder / "17-in.wav")) == "metadata_invalid"


def test_a_file_that_is_its_own_agents_is_refused(folder: Path) -> None:
    by_table(folder, "17-in.wav,17,17-in.wav,")
    assert code(file_ingest(folder / "17-in.wav")) == "pair_same_file"


def test_two_files_that_name_each_other_are_one_call(folder: Path) -> None:
    by_table(folder, "17-in.wav,,17-out.wav,\n17-out.wav,,17-in.wav,")
    for name in ("17-in.wav", "17-out.wav"):
        assert code(file_ingest(folder / name)) == ""
    assert Call.objects.count() == 1


def test_json_that_is_broken_speaks_for_nobody_else(folder: Path) -> None:
    (folder / "17-in.json").write_text('{"agent_file": "17-out.wav"')
    assert customer_file_of(folder / "17-out.wav") is None
    assert code(file_ingest(folder / "17-in.wav")) == "metadata_invalid"


def test_a_path_in_a_table_loses_nobody_else(folder: Path) -> None:
    by_table(folder, "/var/spool/17-in.wav,17,17-out.wav,\nstereo.wav,18,,")
    assert [code(file_ingest(path)) for path in recordings_in([folder])] == ["", "", ""]
    assert set(Call.objects.values_list("external_id", flat=True)) == {"", "18"}


def test_a_pipe_named_as_the_agents_file_is_not_waited_for(folder: Path) -> None:
    (folder / "17-out.wav").unlink()
    os.mkfifo(folder / "17-out.wav")
    by_json(folder)
    assert code(file_ingest(folder / "17-in.wav")) == "file_unreadable"


def test_the_longest_name_has_no_other_ending(folder: Path) -> None:
    longest = folder / ("n" * 248 + "-in.wav")
    (folder / "17-in.wav").rename(longest)
    assert code(file_ingest(longest, legs=leg_names("-in,-out"))) == ""
