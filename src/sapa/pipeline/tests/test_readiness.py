"""A database that is not there, not prepared, or of a newer program gets one sentence, from everything that starts."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from sapa.core.blobs import FolderBlobs, StorageUnreachable
from sapa.pipeline import readiness, views
from sapa.pipeline.doctor import findings
from sapa.pipeline.readiness import StorageLook, database_not_newer, database_require
from sapa.pipeline.tests.processes import sapa


@pytest.fixture(autouse=True)
def not_looked_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_storage", StorageLook())


@pytest.fixture
def newer(db: None) -> None:
    MigrationRecorder(connection).record_applied("calls", "0999_from_the_future")


def test_a_prepared_database_is_ready(db: None) -> None:
    database_require()
    database_not_newer()


def test_a_change_that_is_not_applied_is_told(db: None, refused: Callable[..., Any]) -> None:
    MigrationRecorder(connection).record_unapplied("sessions", "0001_initial")
    with refused("database_unready"):
        database_require()
    database_not_newer()  # to be applied is what `sapa migrate` is for


def test_a_change_that_we_do_not_know_is_told(newer: None, refused: Callable[..., Any]) -> None:
    with refused("database_newer"):
        database_require()
    with refused("database_newer"):
        database_not_newer()


def test_migrate_leaves_a_newer_database_alone(newer: None) -> None:
    with pytest.raises(CommandError, match=r"calls\.0999_from_the_future.*database_newer"):
        call_command("migrate", verbosity=0)


def test_the_doctor_says_so(newer: None) -> None:
    (found,) = (item for item in findings() if item.what == "database")
    assert "calls.0999_from_the_future" in found.state
    assert "install that version again" in found.remedy
    assert found.is_fatal


@pytest.mark.parametrize("command", [["serve"], ["worker"], ["serve", "--no-worker"]])
def test_what_would_go_on_ends_with_one_sentence(tmp_path: Path, command: list[str]) -> None:
    ended = sapa(*command, data_dir=tmp_path)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert len(ended.stderr.splitlines()) == 1
    assert "sapa migrate" in ended.stderr
    assert not (tmp_path / "sapa.sqlite3").exists()


def test_an_older_program_refuses_to_start_on_a_newer_database(tmp_path: Path) -> None:
    assert sapa("migrate", "--verbosity", "0", data_dir=tmp_path).returncode == 0
    with closing(sqlite3.connect(tmp_path / "sapa.sqlite3")) as database, database:
        database.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('calls', '0999_x', '2027-01-01')")
    for command in ("worker", "serve", "migrate"):
        ended = sapa(command, data_dir=tmp_path)
        assert (ended.returncode, "database_newer" in ended.stderr) == (1, True)
        assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_help_needs_no_database(tmp_path: Path, command: str) -> None:
    assert sapa(command, "--help", data_dir=tmp_path).returncode == 0


def test_a_ready_site_says_so_to_everybody(db: None) -> None:
    response = Client().get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "ready"})
    assert Client().post("/readyz").status_code == 405


def test_a_storage_that_takes_nothing_is_told_without_its_address(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise StorageUnreachable("secret-server", "connection refused")

    monkeypatch.setattr(FolderBlobs, "put", refuse)
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert json.loads(response.content)["error"]["code"] == "storage_unreachable"
    assert b"secret-server" not in response.content


def test_a_newer_database_is_not_ready(newer: None) -> None:
    response = Client().get("/readyz")
    assert (response.status_code, response.json()["error"]["code"]) == (503, "database_newer")


def test_the_storage_is_looked_at_once_in_a_while_however_many_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    monkeypatch.setattr(readiness, "storage_require", lambda: looks.append(1))
    look = StorageLook()
    for _ in range(5):
        look.require()
    assert len(looks) == 1
    monkeypatch.setattr(readiness, "LOOK_EVERY_S", -1.0)
    look.require()
    assert len(looks) == 2
