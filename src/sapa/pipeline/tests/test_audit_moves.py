"""The chain goes along where the house moves to and into every backup, and the database still refuses changes there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sapa.audit.keeping import has_triggers, triggers_drop
from sapa.audit.models import AuditEntry, AuditSeal
from sapa.audit.sealing import audit_seal
from sapa.audit.services import audit_write
from sapa.audit.verifying import chain_verify
from sapa.pipeline.backup.make import backup_make
from sapa.pipeline.backup.restore import backup_restore
from sapa.pipeline.tests.processes import sapa

SILENT: Any = lambda *_: None  # noqa: E731 - nobody looks


def verified(folder: Path, *anchors: str, **where: str) -> dict[str, Any]:
    given = [word for anchor in anchors for word in ("--anchor", anchor)]
    ended = sapa("audit", "verify", "--json", *given, data_dir=folder, **where)
    told: dict[str, Any] = json.loads(ended.stdout)
    assert (ended.returncode == 0) == told["is_whole"]
    assert "Traceback" not in ended.stderr
    return told


def test_there_and_back_again_the_chain_is_whole(house: Path, empty_database: str, tmp_path: Path) -> None:
    anchor = sapa("audit", "head", data_dir=house).stdout.strip()
    moved = sapa("move", data_dir=house, SAPA_MOVE_TO_DATABASE_URL=empty_database)
    assert moved.returncode == 0, moved.stderr
    there = verified(house, anchor, database_url=empty_database)
    assert (there["problems"], there["notices"]) == ([], [])
    assert there["rows"] == int(anchor.split(":")[1]) > 0
    later = sapa("audit", "head", data_dir=house, database_url=empty_database).stdout.strip()  # it goes on there
    assert int(later.split(":")[1]) > there["rows"]
    target = f"sqlite:///{tmp_path}/back.sqlite3"
    back = sapa("move", data_dir=house, database_url=empty_database, SAPA_MOVE_TO_DATABASE_URL=target)
    assert back.returncode == 0, back.stderr
    found = verified(house, anchor, later, database_url=target)
    assert (found["problems"], found["notices"]) == ([], [])


def test_a_target_where_somebody_sealed_already_is_filled_all_the_same(house: Path, empty_database: str) -> None:
    for words in (("migrate", "--verbosity", "0"), ("audit", "seal")):
        assert sapa(*words, data_dir=house, database_url=empty_database).returncode == 0
    assert sapa("audit", "seal", data_dir=house).returncode == 0
    moved = sapa("move", data_dir=house, SAPA_MOVE_TO_DATABASE_URL=empty_database)
    assert moved.returncode == 0, moved.stderr
    assert verified(house, database_url=empty_database)["is_whole"]


@pytest.mark.usefixtures("kept")
def test_a_restored_trail_is_whole_up_to_the_backup_and_goes_on(tmp_path: Path, data_dir: Path) -> None:
    audit_write("call.taken", subject="call 1")
    audit_seal()
    backup_make(tmp_path / "monday", count=SILENT)
    audit_write("call.taken", subject="call 2")
    audit_seal()
    backup_restore(tmp_path / "monday", count=SILENT, say=SILENT)
    assert has_triggers()
    assert not AuditEntry.objects.filter(subject="call 2").exists()
    found = chain_verify()
    assert (found.problems, found.notices) == ([], [])
    audit_seal()
    assert AuditEntry.objects.get(verb="backup.restored").number
    assert chain_verify().is_whole


@pytest.mark.usefixtures("kept")
def test_a_backup_from_before_the_triggers_gets_them(tmp_path: Path, data_dir: Path) -> None:
    triggers_drop()
    backup_make(tmp_path / "monday", count=SILENT)
    backup_restore(tmp_path / "monday", count=SILENT, say=SILENT)
    assert has_triggers()


@pytest.mark.usefixtures("kept")
def test_restored_with_another_key_it_is_told_until_it_is_sealed(tmp_path: Path, data_dir: Path, settings: Any) -> None:
    audit_write("call.taken", subject="call 1")
    audit_seal()
    backup_make(tmp_path / "monday", count=SILENT)
    settings.SECRET_KEY = "the key of another machine"
    backup_restore(tmp_path / "monday", count=SILENT, say=SILENT)
    assert [one.kind for one in chain_verify().problems] == ["other_key"]
    audit_seal()
    assert chain_verify().is_whole
    assert AuditSeal.objects.count() == 2
