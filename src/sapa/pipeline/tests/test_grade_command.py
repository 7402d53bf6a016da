"""`sapa grade` up to the speech model; grading a real talk is tested with the model in tests/engines."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from threading import Event
from typing import Any

import jsonschema
import pytest
import yaml
from django.core.management import call_command
from django.core.management.base import CommandError

from sapa import pipeline
from sapa.pipeline.grade import GradeOptions
from sapa.pipeline.management.commands.grade import Command
from sapa.pipeline.tests.workbench import tiny_wav
from sapa.recordings.errors import FileUnreadable
from sapa.scorecards.tests.cards import card_content
from sapa.transcripts.engines import engine_named


def grade(*arguments: Any) -> tuple[int, str, str]:
    """Exit status, stdout and stderr of `sapa grade`; wrong usage raises as the command line would exit."""
    out, err = StringIO(), StringIO()
    try:
        call_command("grade", *map(str, arguments), stdout=out, stderr=err)
    except SystemExit as exc:
        return int(str(exc.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.fixture
def bad_files(tmp_path: Path) -> list[Path]:
    """No file, a letter, nothing, three channels: none of them reaches the speech model."""
    (tmp_path / "letter.wav").write_text("Dear Sapa, this is no recording.")
    (tmp_path / "empty.wav").touch()
    (tmp_path / "three.wav").write_bytes(tiny_wav(channels=3))
    return [tmp_path / name for name in ("none.wav", "letter.wav", "empty.wav", "three.wav")]


SCHEMA = json.loads((Path(pipeline.__file__).parent / "schemas" / "graded_call.schema.json").read_text())
CODES = ["file_unreadable", "audio_unsupported", "audio_empty", "channels_unsupported"]


def test_bad_files_are_told_in_the_order_given_and_nothing_else_is_on_stdout(bad_files: list[Path]) -> None:
    status, out, err = grade("--json", *bad_files)
    told = json.loads(out)
    assert (status, err) == (1, "")
    assert [item["file"] for item in told] == [str(path) for path in bad_files]
    assert [item["error"]["code"] for item in told] == CODES
    assert [set(item) for item in told] == [{"file", "error"}] * 4
    assert [set(item["error"]) for item in told] == [{"code", "message"}] * 4


def test_for_a_person_bad_files_stand_on_stderr(bad_files: list[Path]) -> None:
    status, out, err = grade(*bad_files)
    assert (status, out.strip()) == (1, "")
    assert [line.split(": ")[1] for line in err.splitlines() if ": " in line] == CODES


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["a.wav", "--agent-channel", "2"],
        ["a.wav", "--agent-channel", "left"],
        ["a.wav", "--scorecard", "no_such_form"],
        ["a.wav", "--scorecard", "/no/such/form.yaml"],
        ["a.wav", "--call-type", "no_such_type"],
        ["a.wav", "--no-such-option"],
    ],
)
def test_wrong_usage_ends_with_status_two_before_anything_is_heard(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        Command().run_from_argv(["sapa", "grade", *arguments])
    assert caught.value.code == 2


def test_hints_are_handed_to_the_hearing_cleaned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[str, ...]] = []

    def told(path: Path, _engine: Any, options: GradeOptions, _progress: Any) -> Any:
        heard.append(options.hearing.hints)
        raise FileUnreadable(str(path), "enough was seen")

    monkeypatch.setattr("sapa.pipeline.management.commands.grade.grade_file", told)
    grade("--hint", " Kaspi  Gold", "--hint", "Дала", "--hint", "дала", tmp_path / "a.wav")
    assert heard == [("Kaspi Gold", "Дала")]


def test_files_are_told_in_their_order_whichever_is_done_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    second_is_done = Event()

    def told(path: Path, *_rest: Any) -> Any:
        if path.stem == "a":
            assert second_is_done.wait(20), "the second was not begun beside the first"
        else:
            second_is_done.set()
        raise FileUnreadable(str(path), "enough was seen")

    monkeypatch.setattr("sapa.pipeline.management.commands.grade.grade_file", told)
    _, shown, _ = grade("--json", tmp_path / "a.wav", tmp_path / "b.wav")
    assert [Path(one["file"]).stem for one in json.loads(shown)] == ["a", "b"]


def test_a_form_of_ones_own_names_its_call_types_when_asked_for_another(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(yaml.safe_dump(card_content()))
    with pytest.raises(CommandError, match="Known: service, or auto") as caught:
        grade(tmp_path / "none.wav", "--scorecard", own, "--call-type", "sale")
    assert caught.value.returncode == 2
    assert grade(tmp_path / "none.wav", "--scorecard", own, "--call-type", "service")[0] == 1


def test_a_broken_form_is_told_with_every_problem(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(card_content(band_pct=0, surprise=1)))
    with pytest.raises(CommandError) as caught:
        grade(tmp_path / "none.wav", "--scorecard", tmp_path / "own.yaml")
    assert "band_pct" in str(caught.value)
    assert "surprise" in str(caught.value)


def test_without_the_model_every_good_file_says_so(tmp_path: Path, settings: Any) -> None:
    settings.SAPA_ASR_MODEL = "some/hub-name"
    engine_named.cache_clear()
    (tmp_path / "a.wav").write_bytes(tiny_wav())
    status, out, _ = grade("--json", "--language", "en", tmp_path / "a.wav", tmp_path / "none.wav")
    engine_named.cache_clear()
    assert status == 1
    assert [item["error"]["code"] for item in json.loads(out)] == ["model_missing", "file_unreadable"]


def test_a_recording_in_which_nobody_speaks_is_graded_as_undecided(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(tiny_wav())
    status, out, err = grade("--json", tmp_path / "a.wav", tmp_path / "none.wav")
    told = json.loads(out)
    jsonschema.validate(told, SCHEMA)
    assert (status, err) == (1, "")
    assert (told[0]["duration_s"], told[0]["turns"], told[0]["language"]) == (0.1, [], "")
    evaluation = told[0]["evaluation"]
    assert (evaluation["cqr_pct"], evaluation["coverage_pct"], evaluation["verdict"]) == (None, 0.0, "undecided")
    assert told[1]["error"]["code"] == "file_unreadable"


def test_grading_does_not_touch_the_database(tmp_path: Path) -> None:
    """This test has no database: any query would fail it."""
    (tmp_path / "a.wav").write_bytes(tiny_wav())
    assert grade("--json", tmp_path / "a.wav")[0] == 0


def test_the_report_for_a_person_ends_with_the_result(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(tiny_wav())
    status, out, _ = grade(tmp_path / "a.wav", "--agent-channel", "1")
    assert status == 0
    assert "agent on channel 1 (told)" in out
    assert out.strip().splitlines()[-1].strip() == "no CQR  coverage 0 %  undecided"


def test_a_mono_recording_and_a_pair_are_graded_and_say_what_they_are(tmp_path: Path) -> None:
    for number, name in enumerate(("customer", "agent"), 1):
        (tmp_path / f"{name}.wav").write_bytes(tiny_wav(number, channels=1))
    mono = json.loads(grade("--json", tmp_path / "customer.wav", "--agent-channel", "1")[1])
    pair = json.loads(
        grade("--json", tmp_path / "customer.wav", "--agent-file", tmp_path / "agent.wav", "--agent-offset", "0.05")[1]
    )
    jsonschema.validate([*mono, *pair], SCHEMA)
    assert (mono[0]["recording"]["channels"], mono[0]["recording"]["agent_offset_s"]) == (1, None)
    assert pair[0]["recording"] == {
        "channels": 2, "forms": ["wav/pcm_s16le"] * 2, "is_truncated": False, "agent_offset_s": 0.05,
        "agent_offset_source": "told",
    }  # fmt: skip
    assert pair[0]["duration_s"] == pytest.approx(0.15)


def test_the_report_tells_of_mono_of_two_files_and_of_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "customer.wav").write_bytes(tiny_wav(1, channels=1)[:-500])
    (tmp_path / "agent.wav").write_bytes(tiny_wav(2, channels=1))
    alone = grade(tmp_path / "customer.wav")[1]
    assert "mono: who speaks is not known" in alone
    assert "cut short" in alone
    both = grade(tmp_path / "customer.wav", "--agent-file", tmp_path / "agent.wav")[1]
    assert "one file per party, the agent's starts +0 s (equally long)" in both


@pytest.mark.parametrize(
    "arguments",
    [
        ["a.wav", "b.wav", "--agent-file", "c.wav"],
        ["a.wav", "--agent-offset", "1"],
        ["a.wav", "--agent-file", "c.wav", "--agent-channel", "1"],
        ["a.wav", "--agent-file", "c.wav", "--agent-offset", "nan"],
    ],
)
def test_two_files_are_exactly_two(arguments: list[str]) -> None:
    with pytest.raises(CommandError) as caught:
        grade(*arguments)
    assert caught.value.returncode == 2


def test_an_agents_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(tiny_wav(1, channels=1))
    status, _out, err = grade(tmp_path / "a.wav", "--agent-file", tmp_path / "gone.wav")
    assert status == 1
    assert "file_unreadable" in err
    assert "gone.wav" in err
