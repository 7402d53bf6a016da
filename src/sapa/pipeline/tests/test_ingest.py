from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from sapa.calls.models import Call, RawEvent
from sapa.pipeline.ingest import file_ingest, recordings_in
from sapa.pipeline.tests.workbench import tiny_wav

pytestmark = pytest.mark.django_db
TABLE = "file,call_id,agent,customer_number,started_at\na.wav,17,Aigerim,87015550101,2026-03-09T14:15:00+05:00\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two recordings, one of them in a subfolder, with a table beside the first."""
    (tmp_path / "in" / "deeper").mkdir(parents=True)
    (tmp_path / "in" / "a.wav").write_bytes(tiny_wav(1))
    (tmp_path / "in" / "deeper" / "b.WAV").write_bytes(tiny_wav(2))
    (tmp_path / "in" / "calls.csv").write_text(TABLE)
    return tmp_path / "in"


def ingest(*arguments: Any) -> tuple[int, str, str]:
    """Exit status, stdout and stderr of `sapa ingest`."""
    out, err = StringIO(), StringIO()
    try:
        call_command("ingest", *map(str, arguments), stdout=out, stderr=err)
    except SystemExit as exc:
        return int(str(exc.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_a_folder_is_searched_to_the_bottom(folder: Path) -> None:
    (folder / "notes.txt").write_text("not a recording")
    assert [path.name for path in recordings_in([folder])] == ["a.wav", "b.WAV"]


def test_a_file_is_taken_as_given(folder: Path) -> None:
    assert list(recordings_in([folder / "none.mp3"])) == [folder / "none.mp3"]


def test_an_empty_folder_is_said(tmp_path: Path, refused: Callable[..., Any]) -> None:
    (tmp_path / "empty").mkdir()
    with refused("nothing_to_ingest"):
        list(recordings_in([tmp_path / "empty"]))
    with pytest.raises(CommandError, match="no recording"):
        ingest(tmp_path / "empty")


@pytest.fixture
def raw(folder: Path) -> Path:
    """Sound that nothing in it tells of, among what nobody means as a recording."""
    for name in (
        "1.gsm",
        "2.GSM",
        "deeper/3.sln",
        "a.json",
        "notes.txt",
        ".4.gsm",
        "5.wav.part",
        "6.gsm~",
        "7",
        "8.\udcff",
    ):
        (folder / name).write_bytes(b"{}")
    return folder


def test_what_was_passed_over_is_told_by_suffix(raw: Path) -> None:
    status, out, err = ingest(raw)
    told = out.splitlines()
    assert (status, told[0], err) == (0, "2 taken, 0 here already, 0 refused", "")
    assert told[1].startswith("3 passed over (2 .gsm, 1 .sln). ")
    assert "sox -t gsm" in told[1]
    assert len(ingest(raw, "--json")[1].splitlines()) == 2


def test_a_folder_of_what_is_passed_over_says_why_it_is_empty(raw: Path) -> None:
    (raw / "a.wav").unlink()
    (raw / "deeper" / "b.WAV").unlink()
    with pytest.raises(CommandError, match=r"no recording there\. 3 passed over \(2 \.gsm, 1 \.sln\)"):
        ingest(raw)


def test_the_metadata_beside_a_recording_is_its_calls(folder: Path) -> None:
    result = file_ingest(folder / "a.wav")
    assert result.taken is not None
    call = result.taken.call
    assert (call.external_id, call.agent_name, call.customer_number) == ("17", "Aigerim", "+77015550101")
    assert RawEvent.objects.get(call=call).payload["customer_number"] == "87015550101"


@pytest.mark.parametrize(
    ("name", "code"),
    [("none.wav", "file_unreadable"), ("letter.wav", "audio_unsupported"), ("empty.wav", "audio_empty")],
)
def test_a_bad_file_is_a_result_with_its_reason(folder: Path, name: str, code: str) -> None:
    (folder / "letter.wav").write_text("Dear Sapa, this is no recording.")
    (folder / "empty.wav").touch()
    result = file_ingest(folder / name)
    assert result.taken is None
    assert result.error is not None
    assert result.error.code == code


def test_a_file_over_the_limit_is_refused(folder: Path, settings: Any) -> None:
    settings.SAPA_UPLOAD_MAX_MB = 1
    with (folder / "a.wav").open("r+b") as out:
        out.truncate((1 << 20) + 1)
    status, out_text, err = ingest(folder)
    assert (status, out_text) == (1, "1 taken, 0 here already, 1 refused\n")
    assert "a.wav: file_too_large: " in err


def test_bad_metadata_refuses_its_recording_alone(folder: Path) -> None:
    (folder / "deeper" / "b.json").write_text('{"direction": "sideways"}')
    status, out, err = ingest(folder)
    assert (status, out) == (1, "1 taken, 0 here already, 1 refused\n")
    assert "b.WAV: metadata_invalid: b.WAV: direction 'sideways'" in err
    assert Call.objects.get().external_id == "17"


def test_the_same_folder_again_takes_nothing_twice(folder: Path) -> None:
    assert ingest(folder) == (0, "2 taken, 0 here already, 0 refused\n", "")
    assert ingest(folder, folder / "a.wav") == (0, "0 taken, 3 here already, 0 refused\n", "")
    assert Call.objects.count() == 2


def test_a_conflict_is_told_and_the_others_are_taken(folder: Path) -> None:
    ingest(folder / "a.wav")
    (folder / "a.wav").write_bytes(tiny_wav(3))
    status, out, err = ingest(folder)
    assert (status, out) == (1, "1 taken, 0 here already, 1 refused\n")
    assert "call_conflict" in err


def test_as_json_there_is_one_object_for_each_file_and_nothing_else(folder: Path) -> None:
    (folder / "letter.wav").write_text("Dear Sapa, this is no recording.")
    status, out, err = ingest(folder, "--json")
    told = [json.loads(line) for line in out.splitlines()]
    assert (status, err) == (1, "")
    assert [Path(item["file"]).name for item in told] == ["a.wav", "b.WAV", "letter.wav"]
    assert [item.get("created") for item in told] == [True, True, None]
    assert {item["call"] for item in told[:2]} == {str(call.pk) for call in Call.objects.all()}
    assert told[2]["error"]["code"] == "audio_unsupported"
