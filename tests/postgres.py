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
from pathlib import Path
from typing import Any

import psycopg

START_LIMIT_S = 60
# Nothing in this cluster outlives the run, so it need not survive a power cut.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@contextmanager
def cluster(bin_dir: Path) -> Iterator[str]:
    """Gives the address of an empty database, `postgresql://…`; the server ends with the block."""
    account = pwd.getpwnam("postgres") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    folder = Path(tempfile.mkdtemp(prefix="sapa-postgres-"))
    password, port = secrets.token_hex(16), _free_port()
    try:
        _initialise(bin_dir, folder, account, password)
        with (folder / "log").open("wb") as log:
            options = [f"-c{option}" for option in FAST]
            server = subprocess.Popen(
                [bin_dir / "postgres", "-D", folder / "data", "-p", str(port), "-h127.0.0.1", "-k", "", *options],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl+C in the terminal is for the tests; the server is stopped below
                **_as_user(account),
            )
        try:
            url = f"postgresql://sapa:{password}@127.0.0.1:{port}/postgres"
            _wait_until_ready(url, server, folder / "log")
            yield url
        finally:
            _stop(server)
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


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.send_signal(signal.SIGINT)  # "fast shutdown": ends the connections, then itself
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
