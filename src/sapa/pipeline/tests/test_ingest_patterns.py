"""`sapa ingest` with names that tell, as a list of what was refused, and asked in ways that cannot be."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from sapa.calls.models import Call
from sapa.pipeline.tests.watching import Guard
from sapa.pipeline.tests.workbench import tiny_wav

pytestmark = pytest.mark.django_db


def ingest(*arguments: Any) -> str:
    out = StringIO()
    call_command("ingest", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_names_tell_and_those_that_do_not_fit_are_taken_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "20260309-141500_87015550101-all.wav").write_bytes(tiny_wav(1))
    (tmp_path / "memo.wav").write_bytes(tiny_wav(2))
    told = ingest(tmp_path, "--pattern", "vicidial")
    assert told == "2 taken, 0 here already, 0 refused\n1 of the names do not fit the pattern\n"
    assert set(Call.objects.values_list("customer_number", flat=True)) == {"+77015550101", ""}


def test_a_name_that_was_not_needed_is_not_complained_of(tmp_path: Path) -> None:
    for number, name in enumerate(("here.wav", "told.wav", "half.wav"), start=1):
        (tmp_path / name).write_bytes(tiny_wav(number))
    ingest(tmp_path / "here.wav")
    (tmp_path / "told.json").write_text('{"call_id": 17, "agent": "Aigerim", "queue": ""}')
    (tmp_path / "half.json").write_text('{"call_id": 18, "agent": ""}')
    told = ingest(tmp_path, "--pattern", "{agent}-{call_id} | {queue}-{agent}-{call_id}")
    assert told == "2 taken, 1 here already, 0 refused\n1 of the names do not fit the pattern\n"


def test_a_file_that_is_not_there_has_no_name_to_complain_of(tmp_path: Path) -> None:
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("ingest", str(tmp_path / "gone.wav"), "--pattern", "vicidial", stdout=out, stderr=StringIO())
    assert out.getvalue() == "0 taken, 0 here already, 1 refused\n"


def test_a_time_in_a_name_is_checked_like_any_other(tmp_path: Path) -> None:
    for name in ("99990309-141500_87015550101-all.wav", "20260309-141500_87015550102-all.wav"):
        (tmp_path / name).write_bytes(tiny_wav(len(name) + int(name[0])))
    with pytest.raises(SystemExit):
        ingest(tmp_path, "--pattern", "vicidial")
    assert Call.objects.get().customer_number == "+77015550102"


def test_the_setting_gives_the_pattern(tmp_path: Path, settings: Any) -> None:
    settings.SAPA_FILE_PATTERN = "{agent}_{call_id}"
    (tmp_path / "Aigerim_17.wav").write_bytes(tiny_wav(1))
    ingest(tmp_path)
    assert (Call.objects.get().agent_name, Call.objects.get().external_id) == ("Aigerim", "17")


def test_a_pattern_that_cannot_be_right_stops_it_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(tiny_wav(1))
    with pytest.raises(CommandError, match="is not one of: call_id, agent"):
        ingest(tmp_path, "--pattern", "{caller}")
    assert not Call.objects.exists()


@pytest.mark.parametrize("arguments", [[], ["a.wav", "--watch", "b"], ["--refused", "--watch", "b"]])
def test_what_to_do_is_asked_when_it_is_not_clear(arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="Give recordings or folders"):
        ingest(*arguments)


def test_a_watch_of_nothing_names_the_setting() -> None:
    with pytest.raises(CommandError, match="SAPA_WATCH_DIRS"):
        ingest("--watch")


def test_a_folder_of_legs_is_one_call_for_each_two(tmp_path: Path) -> None:
    for number, name in enumerate(("a-in.wav", "a-out.wav", "b-in.wav", "b-out.wav"), start=1):
        (tmp_path / name).write_bytes(tiny_wav(number, channels=1))
    assert ingest(tmp_path, "--legs=-in,-out") == "2 taken, 2 here already, 0 refused\n"
    assert sorted(Call.objects.values_list("file_name", flat=True)) == ["a-in.wav", "b-in.wav"]


def test_what_was_refused_is_listed_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("Dear Sapa, this is no recording.")
    Guard([tmp_path]).settle()
    assert ingest("--refused").startswith(f"{tmp_path}/a.wav: audio_unsupported: ")
    assert json.loads(ingest("--refused", "--json"))["error"]["code"] == "audio_unsupported"
