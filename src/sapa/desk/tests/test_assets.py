"""Of everything in `node_modules` only what pages use can be reached."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from sapa.desk.assets import FILES, NpmAssets, icon_shapes, missing_assets


@pytest.fixture
def packages(tmp_path: Path, settings: Settings) -> Path:
    settings.SAPA_NODE_MODULES = tmp_path
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "htmx.org/package.json").write_text("{}")
    return tmp_path


def test_it_finds_what_is_listed(packages: Path) -> None:
    assert NpmAssets().find("npm/htmx.org/dist/htmx.min.js") == str(packages / "htmx.org/dist/htmx.min.js")
    assert [name for name, _storage in NpmAssets().list(None)] == list(FILES)


@pytest.mark.parametrize(
    "path", ["npm/htmx.org/package.json", "htmx.org/dist/htmx.min.js", "npm/../secret_key", "npm/", "npm/htmx.org"]
)
def test_it_finds_nothing_else(packages: Path, path: str) -> None:
    assert NpmAssets().find(path) == []
    assert NpmAssets().find(path, find_all=True) == []


def test_it_tells_what_is_missing(packages: Path) -> None:
    (packages / FILES[0]).unlink()
    assert missing_assets() == [FILES[0]]


def test_an_icon_that_is_not_there_is_nothing(packages: Path) -> None:
    assert icon_shapes("check") == ""
