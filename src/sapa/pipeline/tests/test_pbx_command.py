"""`sapa pbx replay`: a folder of logs loaded once, and what it tells."""

from __future__ import annotations

import gzip
import json
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from sapa.calls.models import Call, PbxStale
from sapa.calls.tests.test_golden_calls import GOLDEN
from sapa.core.clock import now_at
from sapa.pipeline.models import StageRow, StageState

pytestmark = pytest.mark.django_db
PROMISED = {
    *("linkedid", "direction", "customer", "dialled", "queues", "agents", "disposition", "ring_s", "wait_s"),
    *("talk_s", "hold_s", "hung_up_by", "transfers", "missed_offers"),
}
SCENARIOS = ("abandoned", "blind_transfer", "outbound_answered")


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Of three calls, as a site's disk holds them: one packed, one in a folder of its own, something else beside."""
    folder = tmp_path / "asterisk"
    (folder / "cel-custom").mkdir(parents=True)
    whole = {
        name: b"".join((GOLDEN / one / name).read_bytes() for one in SCENARIOS) for name in ("queue_log", "cel.csv")
    }
    (folder / "queue_log.1.gz").write_bytes(gzip.compress(whole["queue_log"]))
    (folder / "cel-custom" / "Master.csv").write_bytes(whole["cel.csv"] + b"a line of nothing\n")
    (folder / "messages.log").write_text("nobody reads this")
    return folder


def replay(folder: Path, *options: str) -> dict[str, Any]:
    out = StringIO()
    call_command("pbx", "replay", str(folder), "--json", "--region=KZ", "--zone=UTC", *options, stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def test_it_tells_what_the_logs_amount_to(logs: Path) -> None:
    told = replay(logs)
    assert {key: told[key] for key in ("rows", "inserted", "calls", "answered", "abandoned")} == {
        "rows": 57,
        "inserted": 57,
        "calls": 3,
        "answered": 2,
        "abandoned": 1,
    }
    assert told["talk_s"] == pytest.approx(21, abs=0.2)
    assert (told["wait_answered_s"], told["wait_abandoned_s"]) == (2.0, 5.0)
    assert [(one["file"], one["reason"], one["line"]) for one in told["rejected"]] == [
        ("Master.csv", "columns", "a line of nothing")
    ]


def test_loaded_again_under_other_names_nothing_is_new_and_the_figures_are_the_same(logs: Path, tmp_path: Path) -> None:
    first = replay(logs)
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "queue_log-2026").write_bytes(gzip.decompress((logs / "queue_log.1.gz").read_bytes()))
    shutil.copy(logs / "cel-custom" / "Master.csv", tmp_path / "copy" / "cel_of_yesterday.csv")
    second = replay(tmp_path / "copy")
    changing = {"inserted", "seconds", "taking_s", "rejected"}
    assert {key: value for key, value in second.items() if key not in changing} == {
        key: value for key, value in first.items() if key not in changing
    }
    assert second["inserted"] == 0


def test_marks_of_a_recording_that_came_before_its_records_are_made_again(logs: Path) -> None:
    (told,) = [one for one in replay(logs, "--calls")["calls_detail"] if one["disposition"] == "abandoned"]
    PbxStale.objects.bulk_create([PbxStale(key=told["linkedid"])])
    Call.objects.filter(external_id=told["linkedid"]).update(disposition="", file_name="a.wav")
    call = Call.objects.get(external_id=told["linkedid"])
    StageRow.objects.create(call=call, stage="grade", state=StageState.DONE, opened_at=now_at())
    replay(logs)
    assert StageRow.objects.get().state == StageState.WAITING


def test_every_call_is_told_when_asked_for(logs: Path) -> None:
    calls = replay(logs, "--calls")["calls_detail"]
    transferred = next(call for call in calls if call["transfers"])
    assert transferred["transfers"] == [{"kind": "blind", "to": "113"}]
    assert [agent["name"] for agent in transferred["agents"]] == ["Laura", "Marat"]
    assert (transferred["disposition"], transferred["hung_up_by"], transferred["missed_offers"]) == (
        "answered",
        "customer",
        0,
    )
    assert set(transferred) == PROMISED


@pytest.mark.parametrize(
    ("options", "told"),
    [(["--zone=Mars/Olympus"], "no time zone"), (["--region=XX"], "no country"), ([], "holds no logs")],
)
def test_what_cannot_be_done_is_a_sentence(tmp_path: Path, options: list[str], told: str) -> None:
    with pytest.raises(CommandError, match=told):
        call_command("pbx", "replay", str(tmp_path), *options)


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="holds no logs"):
        call_command("pbx", "replay", str(tmp_path / "nowhere"))


def test_for_a_person_it_is_a_table(logs: Path) -> None:
    out, err = StringIO(), StringIO()
    call_command("pbx", "replay", str(logs), "--calls", stdout=out, stderr=err)
    assert "57 rows, 57 of them new; 1 lines rejected; 3 calls: 2 answered, 1 abandoned" in out.getvalue()
    assert "Laura, Marat" in out.getvalue()
    assert "Master.csv, byte" in err.getvalue()


def test_of_a_call_whose_clock_was_set_back_it_says_that_durations_are_not_known() -> None:
    out = StringIO()
    call_command("pbx", "replay", str(GOLDEN.with_name("golden_broken") / "clock_set_back"), "--calls", stdout=out)
    (line,) = (line for line in out.getvalue().splitlines() if "Vera" in line)
    assert line.split()[-4:] == ["answered", "–", "–", "customer"]
