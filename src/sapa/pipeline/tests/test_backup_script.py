"""The nightly script links to the newest backup, keeps the wanted number, and removes nothing it does not know."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from sapa.pipeline.tests.processes import ROOT

SCRIPT = ROOT / "deploy" / "systemd" / "backup.sh"
ASKED = """#!/bin/sh
echo "$@" >> "$0.asked"
{}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "of the night"
    for name in ("sapa-20260101-031000", "sapa-20260102-031000", "sapa-20260103-031000.part", "sapa-keep", "other"):
        (folder / name).mkdir(parents=True)
    return folder


def run(folder: Path, *, ends: str, keep: int = 2) -> tuple[int, str]:
    """Exit status, and what the stand-in for `sapa` was asked."""
    sapa = folder.parent / "sapa"
    sapa.write_text(ASKED.format(ends))
    sapa.chmod(0o700)
    environ = {"KEEP": str(keep), "PATH": "/usr/bin:/bin"}
    status = subprocess.run(["sh", SCRIPT, sapa, folder], env=environ, check=False).returncode
    return status, (folder.parent / "sapa.asked").read_text()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_it_links_to_the_newest_whole_one_and_keeps_the_wanted_number(folder: Path) -> None:
    status, asked = run(folder, ends='mkdir "$2"')
    assert status == 0
    assert asked.strip().endswith(f"--base {folder}/sapa-20260102-031000")
    assert "sapa-20260101-031000" not in names(folder)
    assert {"sapa-20260102-031000", "sapa-20260103-031000.part", "sapa-keep", "other"} <= names(folder)


def test_without_an_earlier_one_there_is_nothing_to_link_to(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    status, asked = run(tmp_path / "new", ends='mkdir "$2"')
    assert (status, "--base" in asked) == (0, False)


def test_one_that_was_not_made_removes_none(folder: Path) -> None:
    before = names(folder)
    status, _ = run(folder, ends="exit 1", keep=1)
    assert (status, names(folder)) == (1, before)


def test_one_that_lacks_a_recording_counts_and_is_told(folder: Path) -> None:
    status, _ = run(folder, ends='mkdir "$2"; exit 1', keep=1)
    assert status == 1
    assert "sapa-20260102-031000" not in names(folder)
