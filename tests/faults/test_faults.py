"""The shortened run of `make bench-faults`: whatever is killed, frozen, filled up or away, each result is there once.

Every case has a database of its own, since a server is stopped in one and a disk is filled in another.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from sapa.pipeline.tests.processes import until
from tests import needs
from tests.brokers import Broker, rabbitmq
from tests.faults.catalogue import FAULTS, SQLITE, figures_of
from tests.faults.world import keepers
from tests.postgres import Server, server
from tests.tier_marks import leave_out

FAULT = {fault.key: fault for fault in FAULTS}
IN_ROOM_OF_ITS_OWN = ["unshare", "--user", "--map-root-user", "--mount"]  # where one may mount without being root


@dataclass(frozen=True)
class Servers:
    database: Server
    broker: Broker


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with ExitStack() as running:
        # Without the shortcuts of the other tests: what was committed must survive the crash.
        database = running.enter_context(server(needs.postgres_bin() or Path(), options=()))
        yield Servers(database, running.enter_context(rabbitmq(needs.rabbitmq_program() or "")))


@pytest.mark.parametrize("key", ["kills", "poison", "web", "jobs"])
def test_on_sqlite_each_result_is_there_once(key: str, tmp_path: Path) -> None:
    figures = figures_of(FAULT[key], "short", tmp_path / "world", server=None, broker=None)
    assert figures.is_good, figures
    assert figures.repetitions
    until(lambda: not keepers(str(tmp_path)))  # no heartbeat is left over


@pytest.mark.parametrize("key", ["zombie", "database", "broker", "jobs"])
def test_on_postgresql_with_a_broker_each_result_is_there_once(key: str, tmp_path: Path, servers: Servers) -> None:
    figures = figures_of(FAULT[key], "short", tmp_path / "world", server=servers.database, broker=servers.broker)
    assert figures.is_good, figures
    assert figures.repetitions


def test_a_full_disk_loses_nothing_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        figures = figures_of(FAULT["disk"], "short", tmp_path / "world", server=None, broker=None)
        assert figures.is_good, figures
        return
    if subprocess.run([*IN_ROOM_OF_ITS_OWN, "true"], capture_output=True, check=False).returncode:
        leave_out("full disk", ["the right to mount a small disk"])
    bench = [sys.executable, "-m", "tests.faults.bench", "--only", "disk", "--database", SQLITE, "--size", "short"]
    ended = subprocess.run(
        [*IN_ROOM_OF_ITS_OWN, *bench, "--out", tmp_path / "figures.json"], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout
