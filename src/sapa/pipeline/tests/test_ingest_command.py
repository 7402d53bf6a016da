"""`sapa ingest` typed at a shell; what it makes of each file is in test_ingest.py."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sapa.calls.models import Call
from sapa.pipeline.tests.processes import database_url_of_test, sapa
from sapa.pipeline.tests.workbench import stored_blobs, tiny_wav


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A good recording, a bad one, one whose name is no UTF-8, one that names itself in Kazakh."""
    folder = tmp_path / "calls"
    folder.mkdir()
    (folder / "a.wav").write_bytes(tiny_wav(1))
    (folder / "bad.wav").write_text("Dear Sapa, this is no recording.")
    Path(os.fsdecode(os.fsencode(folder) + b"/c\xff.wav")).write_bytes(tiny_wav(2))
    (folder / "қоңырау.wav").write_bytes(tiny_wav(3))
    return folder


def test_a_bad_file_makes_it_status_one_and_the_others_are_taken(
    transactional_db: None, data_dir: Path, folder: Path
) -> None:
    ended = sapa("ingest", folder, "--json", data_dir=data_dir, database_url=database_url_of_test())
    told = [json.loads(line) for line in ended.stdout.splitlines()]
    assert (ended.returncode, ended.stderr) == (1, "")
    assert [Path(item["file"]).name for item in told] == ["a.wav", "bad.wav", "c\ufffd.wav", "қоңырау.wav"]
    assert [item.get("created") for item in told] == [True, None, True, True]
    assert told[1]["error"]["code"] == "audio_unsupported"
    assert {item["call"] for item in told if "call" in item} == {
        str(pk) for pk in Call.objects.values_list("pk", flat=True)
    }
    assert len(stored_blobs(data_dir)) == 3


def test_for_a_person_it_counts_and_names_the_refused(transactional_db: None, data_dir: Path, folder: Path) -> None:
    url = database_url_of_test()
    first = sapa("ingest", folder, data_dir=data_dir, database_url=url)
    again = sapa("ingest", folder / "a.wav", data_dir=data_dir, database_url=url)
    assert first.stdout.strip() == "3 taken, 0 here already, 1 refused"
    assert "bad.wav: audio_unsupported: " in first.stderr
    assert (again.returncode, again.stdout.strip()) == (0, "0 taken, 1 here already, 0 refused")


def test_an_empty_folder_is_said(transactional_db: None, data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ended = sapa("ingest", tmp_path / "empty", "--json", data_dir=data_dir, database_url=database_url_of_test())
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "there is no recording there" in ended.stderr


def test_grading_a_file_whose_name_is_no_utf_8_answers_in_json(data_dir: Path, tmp_path: Path) -> None:
    name = os.fsdecode(os.fsencode(tmp_path) + b"/gone\xff.wav")
    ended = sapa("grade", name, "--json", data_dir=data_dir)
    assert ended.returncode == 1
    (told,) = json.loads(ended.stdout)
    assert Path(told["file"]).name == "gone\ufffd.wav"
    assert told["error"]["code"] == "file_unreadable"
