from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from sapa.config.secret import secret_key_kept


def test_the_key_is_made_once_and_kept(tmp_path: Path) -> None:
    first = secret_key_kept(tmp_path / "new" / "data")
    assert len(first) >= 50
    assert secret_key_kept(tmp_path / "new" / "data") == first


def test_two_installations_have_two_keys(tmp_path: Path) -> None:
    assert secret_key_kept(tmp_path / "a") != secret_key_kept(tmp_path / "b")


def test_only_the_owner_reads_the_key(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        secret_key_kept(tmp_path / "own")
    finally:
        os.umask(before)
    assert (tmp_path / "own" / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "own").iterdir()] == ["secret_key"]


def test_who_comes_second_takes_the_key_of_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other process makes its key just between our look and our link."""
    real_link = os.link

    def overtaken(part: Path, target: Path) -> None:
        target.write_text("the key of the other process")
        real_link(part, target)

    monkeypatch.setattr(os, "link", overtaken)
    assert secret_key_kept(tmp_path / "own") == "the key of the other process"
    assert [path.name for path in (tmp_path / "own").iterdir()] == ["secret_key"]


def test_processes_starting_at_once_end_with_one_key(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        keys = set(pool.map(secret_key_kept, [tmp_path] * 12))
    assert keys == {(tmp_path / "secret_key").read_text()}
