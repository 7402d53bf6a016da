"""What a real Asterisk writes into its database is what it writes into its files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from sapa.pipeline.tests.processes import sapa
from tests.asterisk import world
from tests.asterisk.scenarios import SCENARIOS

TOLD = ("blind_transfer", "outbound_answered", "abandoned")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("asterisk")
    world.run(out, tuple(scenario for scenario in SCENARIOS if scenario.name in TOLD))
    return out


def replayed(out: Path, data_dir: Path, *names: str, table: str = "") -> dict[str, Any]:
    """The calls that these logs, and these tables, amount to."""
    logs = data_dir.with_name(f"{data_dir.name} logs")
    for folder in (logs, data_dir):
        folder.mkdir(mode=0o700)
    for name in names:
        shutil.copy(out / name, logs / name)
    assert sapa("migrate", "--verbosity", "0", data_dir=data_dir).returncode == 0
    tables = ("--table", f"sqlite:///{out}/master.db?{table}") if table else ()
    named = (logs,) if names else ()
    done = sapa("pbx", "replay", *named, *tables, "--json", "--calls", "--zone", "UTC", data_dir=data_dir)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_its_tables_are_the_same_calls(out: Path, tmp_path: Path) -> None:
    by_files = replayed(out, tmp_path / "files", "queue_log", "cel.csv", "cdr.csv")
    by_tables = replayed(out, tmp_path / "tables", "queue_log", table="cel=cel&cdr=cdr")
    assert len(by_files["calls_detail"]) == len(TOLD)
    assert by_tables["calls_detail"] == by_files["calls_detail"]
    assert (by_tables["rows"], by_tables["rejected_count"]) == (by_files["rows"], 0)


def test_what_stands_in_both_is_told_once(out: Path, tmp_path: Path) -> None:
    by_files = replayed(out, tmp_path / "files", "queue_log", "cel.csv", "cdr.csv")
    by_both = replayed(out, tmp_path / "both", "queue_log", "cel.csv", "cdr.csv", table="cel=cel&cdr=cdr")
    assert by_both["calls_detail"] == by_files["calls_detail"]


def test_of_what_it_bills_alone_its_table_is_the_same_calls(out: Path, tmp_path: Path) -> None:
    """It has no columns for when a call was answered and over."""
    by_file = replayed(out, tmp_path / "files", "cdr.csv")
    by_table = replayed(out, tmp_path / "tables", table="cdr=cdr")
    assert [call["talk_s"] for call in by_table["calls_detail"]] == [call["talk_s"] for call in by_file["calls_detail"]]
