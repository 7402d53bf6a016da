"""The line on real talk with the real model: what is stored and told is what `sapa grade` says of the same file."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from sapa.accounts.models import Person
from sapa.pipeline.models import StageRow
from sapa.pipeline.stages import STAGE_KEYS
from sapa.pipeline.tests.graded_shape import assert_is_shaped
from sapa.pipeline.tests.processes import sapa
from sapa.pipeline.tests.workbench import run_all
from tests.engines.clips import BANK, clip
from tests.fixtures.cast import SignedIn

WHAT_A_LISTENER_GETS = ("duration_s", "language", "turns", "measures", "tags")


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return clip(BANK, tmp_path)


def printed(*arguments: Any) -> Any:
    out = StringIO()
    call_command(*map(str, arguments), "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_line_and_the_command_say_the_same(api_of: SignedIn, bogdan: Person, recording: Path) -> None:
    call_id = printed("ingest", recording)["call"]
    assert run_all() == len(STAGE_KEYS)
    assert set(StageRow.objects.values_list("state", "attempt", "progress_share")) == {("done", 1, 1.0)}
    told = api_of(bogdan).get(f"/api/v1/calls/{call_id}").json()
    (graded,) = printed("grade", recording)
    assert_is_shaped([told["result"]])
    assert {key: told["result"][key] for key in WHAT_A_LISTENER_GETS} == {
        key: graded[key] for key in WHAT_A_LISTENER_GETS
    }
    assert told["result"]["evaluation"] == graded["evaluation"]


def test_the_demo_of_one_call_ends_with_a_table_and_a_file(data_dir: Path, recording: Path) -> None:
    ended = sapa("demo", "--no-serve", "--samples", recording.parent, data_dir=data_dir)
    assert ended.returncode == 0, ended.stderr
    (row,) = (line for line in ended.stdout.splitlines() if line.startswith(recording.name))
    assert "1 (found)" in row
    results = json.loads((data_dir / "demo.json").read_text(encoding="utf-8"))
    assert_is_shaped(results)
    assert [result["file"] for result in results] == [recording.name]
    assert "sapa link administrator" in ended.stdout


def test_the_demo_tells_of_a_recording_it_could_not_grade(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    ended = sapa("demo", "--no-serve", "--samples", tmp_path, data_dir=data_dir)
    assert ended.returncode == 1
    (item,) = json.loads((data_dir / "demo.json").read_text(encoding="utf-8"))
    assert (item["file"], item["error"]["code"]) == ("broken.wav", "audio_unsupported")
    assert "audio_unsupported" in ended.stdout
