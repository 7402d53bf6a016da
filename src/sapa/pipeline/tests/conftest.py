from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from sapa.pipeline.tests.houses import house_build
from sapa.pipeline.tests.processes import database_url_of_test
from sapa.pipeline.tests.spoken import ADDRESS
from sapa.transcripts.engines import ENGINES, engine_named
from sapa.transcripts.services import ENGINE


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The line hears a known talk in every recording; the speech model is left alone."""
    monkeypatch.setitem(ENGINES, ENGINE, ADDRESS)
    engine_named.cache_clear()
    yield
    engine_named.cache_clear()


@pytest.fixture(scope="session")
def built_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "house"
    house_build(folder)
    return folder


@pytest.fixture
def house(built_house: Path, tmp_path: Path) -> Path:
    """An installation that the test may change: built once, copied for each."""
    return Path(shutil.copytree(built_house, tmp_path / "house"))


@pytest.fixture
def empty_database(db: None, tmp_path: Path) -> Iterator[str]:
    """On the kind of database this run is about, beside that of the tests."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path}/target.sqlite3"
        return
    import psycopg

    address, _, name = database_url_of_test().rpartition("/")
    empty = f"{name}_moved"  # other tests run on the same server
    with psycopg.connect(f"{address}/postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {empty}")
        try:
            yield f"{address}/{empty}"
        finally:
            server.execute(f"DROP DATABASE {empty} WITH (FORCE)")
