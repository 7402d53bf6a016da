from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import sets
from tests.bench.words_table import ARMS, chosen_clips, lines, read_options


def test_all_that_is_there_is_heard_by_all() -> None:
    options = read_options([])
    assert options.sets == [source.name for source in sets.SOURCES]
    assert options.arms == list(ARMS)
    assert not options.write


@pytest.mark.parametrize(
    "arguments",
    [
        ["--sets", "harper-valley,nobody"],
        ["--arms", ""],
        ["--folder", "calls"],
        ["--language", "kk"],
        ["--engine", "by-hand"],
        ["--write", "--limit", "3"],
        ["--write", "--sets", "harper-valley"],
        ["--write", "--arms", "library"],
    ],
)
def test_what_makes_no_sense_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        read_options(arguments)
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_a_limit_takes_the_first_of_each_set() -> None:
    clips = chosen_clips(read_options(["--sets", "harper-valley", "--limit", "2"]))
    (found,) = clips.values()
    assert [clip.path.stem for clip in found] == ["harper-valley-0002f70f7386445b", "harper-valley-0091a706bc604188"]


def test_own_recordings_stand_instead_of_the_sets(tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    (tmp_path / "a.txt").write_text("иә", encoding="utf-8")
    clips = chosen_clips(read_options(["--folder", str(tmp_path), "--language", "kk", "--write"]))
    assert [(source.language, len(found)) for source, found in clips.items()] == [("kk", 1)]


def test_sets_that_are_not_here_are_told_and_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SAPA_BENCH_CALLS", str(tmp_path))
    clips = chosen_clips(read_options(["--sets", "harper-valley,nemo-polish"]))
    assert [source.name for source in clips] == ["harper-valley"]
    assert "left out: nemo-polish" in capsys.readouterr().err


def test_a_table_is_one_that_a_page_can_take() -> None:
    assert lines(["source", "%"], [["bank", "13.3"]]) == [
        "| source | %    |",
        "| ------ | ---- |",
        "| bank   | 13.3 |",
    ]
