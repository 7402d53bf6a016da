"""An installation of its own to break: a data folder, a database, perhaps a broker, and the processes that use them.

It is looked at from outside, by plain SQL, so that what is counted does not pass through the code that is judged.
"""

from __future__ import annotations

import os
import secrets
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from sapa.pipeline.tests.processes import ROOT, SAPA, environment, is_anybody_left, until
from tests.brokers import Broker
from tests.faults.clips import clip
from tests.postgres import Server

LEDGER = "CREATE TABLE faults_ledger (call_id varchar(36), stage varchar(20), pid integer)"
WORKER = [sys.executable, "-m", "tests.faults.line_worker"]
KEEPER = "sapa.pipeline.keeper"


@dataclass
class Process:
    """A running part of the installation, leader of a group of its own."""

    name: str
    running: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        return self.running.pid

    def is_alive(self) -> bool:
        return self.running.poll() is None

    def working(self) -> list[int]:
        """Itself and its children: with a broker these do the work."""
        return group_of(self.pid)

    def is_stopped(self) -> bool:
        """By itself, as told."""
        return any(_state(pid) == "T" for pid in self.working())

    def signal_all(self, number: signal.Signals) -> None:
        if is_anybody_left(self.pid):
            os.killpg(self.pid, number)

    def kill(self) -> None:
        self.signal_all(signal.SIGKILL)
        self.running.wait(timeout=20)

    def ask_to_stop(self) -> None:
        self.running.terminate()

    def said(self) -> str:
        return self.log.read_text(errors="replace")


@dataclass
class World:
    """Without a server: SQLite in the data folder. `lease_s` as an operator sets it."""

    folder: Path
    server: Server | None = None
    broker: Broker | None = None
    lease_s: int = 60
    database_url: str = ""
    processes: list[Process] = field(default_factory=list)
    clips_cut: int = 0

    @property
    def title(self) -> str:
        return ("PostgreSQL" if self.server else "SQLite") + (" + RabbitMQ" if self.broker else "")

    @property
    def data_dir(self) -> Path:
        return self.folder / "data"

    def environ(self, **more: str) -> dict[str, str]:
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        return environment(
            self.data_dir,
            database_url=self.database_url,
            SAPA_BROKER_URL=self.broker.url if self.broker else "",
            SAPA_LEASE_S=str(self.lease_s),
            PYTHONPATH=path,
            **more,
        )

    def prepare(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        (self.data_dir / "static").mkdir(exist_ok=True)  # WhiteNoise warns without it
        self.sapa("migrate", "--verbosity", "0")
        self.change(LEDGER)

    def sapa(self, *arguments: str, may_fail: bool = False) -> str:
        """One command to its end; what it printed."""
        return self.run(*SAPA, *arguments, may_fail=may_fail)

    def run(self, *command: str, may_fail: bool = False) -> str:
        environ = self.environ(DJANGO_SETTINGS_MODULE="sapa.config.settings")
        ended = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
        if ended.returncode and not may_fail:
            raise RuntimeError(f"{' '.join(command)[:300]}: {ended.stderr[-2000:]}")
        return ended.stdout

    def start(self, name: str, *command: str, **environ: str) -> Process:
        log = self.folder / f"{name}.log"
        with log.open("ab") as out:
            running = subprocess.Popen(
                command, env=self.environ(**environ), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True,
            )  # fmt: skip
        process = Process(name, running, log)
        self.processes.append(process)
        return process

    def worker(self, name: str = "worker", **faults: object) -> Process:
        """`slow_s=0.3` is given to it as `FAULTS_SLOW_S`; see `line_worker`."""
        return self.start(name, *WORKER, **{f"FAULTS_{key.upper()}": str(value) for key, value in faults.items()})

    def close(self) -> None:
        """Nothing that was started here outlives it, stopped heartbeats neither."""
        for process in self.processes:
            process.signal_all(signal.SIGCONT)
            process.kill()
        for keeper in keepers(str(self.data_dir)):
            os.kill(keeper, signal.SIGKILL)

    def take(self, count: int) -> list[Path]:
        """So many new calls, by `sapa ingest`."""
        folder = self.folder / f"calls-{self.clips_cut}"
        folder.mkdir()
        for number in range(self.clips_cut, self.clips_cut + count):
            (folder / f"call-{number}.wav").write_bytes(clip(number))
        self.clips_cut += count
        self.sapa("ingest", str(folder))
        return sorted(folder.iterdir())

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        with self._connected() as connection:
            return list(connection.execute(question).fetchall())

    def number(self, question: str) -> int:
        return int(self.ask(question)[0][0])

    def change(self, statement: str) -> None:
        with self._connected() as connection:
            connection.execute(statement)

    @contextmanager
    def _connected(self, *, wait_s: float = 60) -> Iterator[Any]:
        if self.database_url:
            with psycopg.connect(self.database_url, autocommit=True, connect_timeout=10) as server:
                yield server
        else:
            file = sqlite3.connect(self.data_dir / "sapa.sqlite3", timeout=wait_s, isolation_level=None)
            with closing(file):
                yield file

    def held(self, pids: Sequence[int] = ()) -> list[tuple[int, str, int, str]]:
        """Row, stage, attempt and holder of what is being worked at: all of it, or what these processes hold."""
        rows = self.ask("SELECT id, stage, attempt, holder FROM pipeline_stagerow WHERE state = 'running'")
        return [(key, stage, attempt, by) for key, stage, attempt, by in rows if not pids or pid_of(by) in pids]

    def is_held_up(self) -> bool:
        """Somebody who stands still has the write lock of SQLite, or the lock of a row he works at."""
        ask = "SELECT id FROM pipeline_stagerow WHERE state = 'running' FOR UPDATE NOWAIT"
        try:
            with self._connected(wait_s=1) as connection:
                connection.execute(ask if self.database_url else "BEGIN IMMEDIATE")
        except (psycopg.errors.LockNotAvailable, sqlite3.OperationalError):
            return True
        return False

    def in_line(self) -> int:
        """Rows that somebody works at or may."""
        return self.number("SELECT count(*) FROM pipeline_stagerow WHERE state IN ('waiting', 'running')")

    def left(self) -> int:
        """Calls that are not through the line."""
        return self.number(
            "SELECT count(*) FROM calls_call AS call WHERE NOT EXISTS (SELECT 1 FROM pipeline_stagerow AS row"
            " WHERE row.call_id = call.id AND row.stage = 'grade' AND row.state = 'done')"
        )

    def finish(self, *, within_s: float) -> None:
        until(lambda: not self.left(), within_s=within_s)


def pid_of(holder: str) -> int:
    return int(holder.split(":")[-2])


def group_of(leader: int) -> list[int]:
    """The processes of a group, whose number is that of its leader."""
    pids = [int(folder.name) for folder in Path("/proc").glob("[0-9]*")]
    return [pid for pid in pids if group_leader(pid) == leader]


def keepers(word: str) -> list[int]:
    """Heartbeats with this holder in their command line, or this data folder in their environment."""
    found = []
    for pid, command in _running():
        if KEEPER in command and (word in command or word in _environ(pid)):
            found.append(pid)
    return found


def _running() -> Iterator[tuple[int, str]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            yield int(folder.name), (folder / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue  # ended while it was looked at


def group_leader(pid: int) -> int:
    """0 when it has ended."""
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def _environ(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace")
    except OSError:
        return ""


@contextmanager
def world(
    folder: Path, *, server: Server | None = None, broker: Broker | None = None, lease_s: int = 60
) -> Iterator[World]:
    """Prepared, and ended with the block. Its database stays on the server, which ends too."""
    made = World(folder, server, broker, lease_s)
    if server is not None:
        name = f"faults_{secrets.token_hex(4)}"
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # our own letters
        made.database_url = server.url.rpartition("/")[0] + f"/{name}"
    if broker is not None:
        broker.empty()
    try:
        made.prepare()
        yield made
    finally:
        made.close()
