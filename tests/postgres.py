"""A PostgreSQL server for one test run: a fresh cluster in a temporary folder on a free port of the loopback.

As root it runs as the user `postgres`, since PostgreSQL refuses to run as root.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

START_LIMIT_S = 60
# Nothing in this cluster outlives the run, so it need not survive a power cut.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass
class Server:
    """A cluster whose server can be stopped and started again on the same port."""

    url: str
    port: int
    _bin_dir: Path
    _folder: Path
    _account: pwd.struct_passwd
    _options: tuple[str, ...]
    _running: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        with (self._folder / "log").open("ab") as log:
            self._running = subprocess.Popen(
                [
                    *(self._bin_dir / "postgres", "-D", self._folder / "data", "-p", str(self.port), "-h127.0.0.1"),
                    *("-k", "", *(f"-c{option}" for option in self._options)),
                ],
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl+C in the terminal is for the tests; the server is stopped below
                **_as_user(self._account),
            )
        _wait_until_ready(self.url, self._running, self._folder / "log")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT is the "fast shutdown", which ends the connections, then itself; SIGQUIT is as if it crashed."""
        server, self._running = self._running, None
        if server is None or server.poll() is not None:
            return
        server.send_signal(how)
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@contextmanager
def cluster(bin_dir: Path) -> Iterator[str]:
    """Gives the address of an empty database, `postgresql://…`; the server ends with the block."""
    with server(bin_dir) as running:
        yield running.url


@contextmanager
def server(bin_dir: Path, *, options: tuple[str, ...] = FAST) -> Iterator[Server]:
    """The same with the server itself; without options it keeps its promises through a crash, as an installation's."""
    account = pwd.getpwnam("postgres") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    folder = Path(tempfile.mkdtemp(prefix="sapa-postgres-"))
    password, port = secrets.token_hex(16), _free_port()
    try:
        _initialise(bin_dir, folder, account, password)
        url = f"postgresql://sapa:{password}@127.0.0.1:{port}/postgres"
        running = Server(url, port, bin_dir, folder, account, options)
        try:
            running.start()
            yield running
        finally:
            running.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(bin_dir: Path, folder: Path, account: pwd.struct_passwd, password: str) -> None:
    password_file = folder / "password"
    password_file.write_text(password)
    for path in (folder, password_file):
        os.chown(path, account.pw_uid, account.pw_gid)
    subprocess.run(
        [
            *(bin_dir / "initdb", "-D", folder / "data", "--username=sapa", f"--pwfile={password_file}"),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
        ],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        check=True,
        **_as_user(account),
    )


def _as_user(account: pwd.struct_passwd) -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _wait_until_ready(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    limit = time.monotonic() + START_LIMIT_S
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError as exc:
            if server.poll() is not None or time.monotonic() > limit:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text()[-2000:]}") from exc
            try:
                server.wait(timeout=0.1)
            except subprocess.TimeoutExpired:
                continue
        else:
            return


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
