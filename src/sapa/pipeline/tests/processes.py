"""Sapa as a process of its own, on the data folder and the database of the test."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event
from typing import TypeVar
from urllib.parse import quote

from django.db import connection

Found = TypeVar("Found")
SAPA = [sys.executable, "-m", "sapa"]
ROOT = Path(__file__).parents[4]


def until(look: Callable[[], Found | None], *, within_s: float = 30.0) -> Found:
    """What `look` gives as soon as it is true; fails when the time is over."""
    deadline, pause = time.monotonic() + within_s, Event()
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {within_s} s"
        pause.wait(0.05)
    return found


def environment(data_dir: Path, *, database_url: str = "", **more: str) -> dict[str, str]:
    """Without a database address: SQLite in the data folder."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("SAPA_")}
    return {**bare, "SAPA_DATA_DIR": str(data_dir), "SAPA_DATABASE_URL": database_url, **more}


def database_url_of_test() -> str:
    """The address of the database that this test uses."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    return f"postgresql://{at['USER']}:{quote(at['PASSWORD'], safe='')}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


def sapa(
    *arguments: str | Path, data_dir: Path, typed: str = "", database_url: str = "", **more: str
) -> subprocess.CompletedProcess[str]:
    """One command to its end."""
    return subprocess.run(
        [*SAPA, *map(str, arguments)],
        env=environment(data_dir, database_url=database_url, **more),
        input=typed, capture_output=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip


@contextmanager
def started(*command: str, environ: dict[str, str], said: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A process that goes on, leader of a group of its own; whatever is left of the group at the end is killed."""
    with (said or Path(os.devnull)).open("wb") as out:
        process = subprocess.Popen(
            command, env=environ, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
    with process:
        try:
            yield process
        finally:
            if is_anybody_left(process.pid):
                os.killpg(process.pid, signal.SIGKILL)


def is_anybody_left(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def child_running(parent: int, *words: str) -> int | None:
    """The child of a process whose command line holds these words. Other processes may be called anything."""
    wanted = {os.fsencode(word) for word in words}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            its_parent = int((folder / "stat").read_bytes().rpartition(b")")[2].split()[1])
            command = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # ended while it was looked at
        if its_parent == parent and wanted <= set(command):
            return int(folder.name)
    return None


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
