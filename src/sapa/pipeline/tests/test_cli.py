from __future__ import annotations

from pathlib import Path

import pytest

from sapa import __version__
from sapa.pipeline.cli import COMMANDS
from sapa.pipeline.tests.processes import sapa

CLOSED = "postgresql://sapa:password@127.0.0.1:1/sapa"


@pytest.mark.parametrize("arguments", [[], ["help"], ["--help"], ["-h"]])
def test_help_lists_every_command_with_what_it_does(tmp_path: Path, arguments: list[str]) -> None:
    ended = sapa(*arguments, data_dir=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = [line.split(maxsplit=1) for line in ended.stdout.splitlines() if line.startswith("  ")]
    assert [line[0] for line in lines] == list(COMMANDS)
    assert all(line[1].endswith(".") or line[1].endswith(").") for line in lines)


def test_it_tells_its_version_without_a_data_folder(tmp_path: Path) -> None:
    ended = sapa("--version", data_dir=tmp_path / "nothing")
    assert (ended.returncode, ended.stdout) == (0, f"sapa {__version__}\n")
    assert not (tmp_path / "nothing").exists()


def test_an_unknown_command_is_said(tmp_path: Path) -> None:
    ended = sapa("grad", data_dir=tmp_path)
    assert ended.returncode != 0
    assert "grad" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("command", "database_url"),
    [
        (["init", "--name", "celina", "--link"], ""),
        (["scorecard", "list"], ""),
        (["worker"], ""),
        (["link", "celina"], CLOSED),
    ],
)
def test_before_the_database_is_ready_it_says_what_to_run(
    tmp_path: Path, command: list[str], database_url: str
) -> None:
    ended = sapa(*command, data_dir=tmp_path, database_url=database_url)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "sapa migrate" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "password@" not in ended.stderr


def test_who_wants_the_traceback_gets_it(tmp_path: Path) -> None:
    assert "Traceback" in sapa("link", "celina", "--traceback", data_dir=tmp_path).stderr


@pytest.mark.parametrize("name", ["data", "data #1", "what?"])
def test_what_it_makes_is_for_its_owner_and_in_its_folder(tmp_path: Path, name: str) -> None:
    assert sapa("migrate", "--verbosity", "0", data_dir=tmp_path / "own" / name).returncode == 0
    assert (tmp_path / "own" / name / "sapa.sqlite3").stat().st_size > 0
    made = [tmp_path / "own" / name, *(tmp_path / "own" / name).rglob("*")]
    assert [path for path in made if path.stat().st_mode & 0o077] == []
    assert [path.name for path in (tmp_path / "own").iterdir()] == [name]
