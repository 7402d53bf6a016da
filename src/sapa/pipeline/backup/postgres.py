"""PostgreSQL: copied by its own `pg_dump` and brought back by `pg_restore` and `psql`.

The password never stands on a command line: libpq reads it from a file that exists in memory only.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, connections, transaction
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

from sapa.audit.keeping import POSTGRES_FUNCTION
from sapa.core.blobs import CHUNK_BYTES
from sapa.pipeline.backup.databases import alias_of
from sapa.pipeline.backup.errors import BackupFailed, DatabaseShared, ProgramMissing, RestoreFailed
from sapa.pipeline.backup.manifest import private_file

DEBIAN = Path("/usr/lib/postgresql")  # one folder for each version, off the PATH
LOCK_TIMEOUT = "SET LOCAL lock_timeout = '30s';"
_UNOWNED = ("--no-owner", "--no-privileges")
_STRICT = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1")
_SAID_LETTERS = 600
TIMEOUT_SINCE = 17
TIMEOUT_LINE = b"SET transaction_timeout = 0;\n"  # at the head of what pg_restore 17 writes; older servers refuse it


@dataclass(frozen=True)
class PostgresCopier:
    """`at`: Django's settings of the connection."""

    at: dict[str, Any]

    @contextmanager
    def snapshot(self, target: Path) -> Iterator[str]:
        with alias_of() as alias, transaction.atomic(using=alias):
            with connections[alias].cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SELECT pg_export_snapshot()")
                (moment,) = cursor.fetchone()
            os.close(private_file(target))
            self._run("pg_dump", "--format=custom", *_UNOWNED, f"--snapshot={moment}", f"--file={target}")
            yield alias

    def check(self, copy: Path) -> str:
        command = [program("pg_restore"), "--list", str(copy)]
        ended = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - our own command
        return _said(ended.stderr) if ended.returncode else ""

    def load(self, copy: Path) -> None:
        """All in one transaction, ended by a word that is written only after the last byte came: whatever is killed
        on the way, the database stays as it was."""
        tables, needed = self._tables_to_drop(), _server_major()
        connection.close()
        with self._address() as (address, handle):
            reader = subprocess.Popen(  # noqa: S603 - our own command
                [program("pg_restore"), *_UNOWNED, "--file=-", str(copy)],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
            writer = subprocess.Popen(  # noqa: S603 - our own command
                [program("psql", needed=needed), *_STRICT, f"--dbname={address}"],
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, pass_fds=(handle,),
            )  # fmt: skip
            with reader, writer:
                first = f"BEGIN;\n{LOCK_TIMEOUT}\n{_drop(tables)}\n"
                _pour(reader, writer, first=first, without=b"" if needed >= TIMEOUT_SINCE else TIMEOUT_LINE)

    def _tables_to_drop(self) -> list[str]:
        """Those of a newer program too: they would be in the way of its migrations. Raises `DatabaseShared`."""
        tables = connection.introspection.table_names()
        ours = ("django_", *(f"{config.label}_" for config in apps.get_app_configs()))
        strange = sorted(table for table in tables if not table.startswith(ours))
        if strange:
            raise DatabaseShared(strange)
        return sorted(tables)

    def _run(self, name: str, *arguments: str) -> None:
        needed = _server_major()
        with self._address() as (address, handle):
            ended = subprocess.run(  # noqa: S603 - our own command
                [program(name, needed=needed), *arguments, f"--dbname={address}"],
                stdin=subprocess.DEVNULL, capture_output=True, pass_fds=(handle,), check=False,
            )  # fmt: skip
        if ended.returncode:
            raise BackupFailed(f"{name}: {_said(ended.stderr)}")

    @contextmanager
    def _address(self) -> Iterator[tuple[str, int]]:
        """How libpq finds the server, and the handle its password is read by."""
        handle = os.memfd_create("passfile", os.MFD_CLOEXEC)
        try:
            os.fchmod(handle, 0o600)  # libpq ignores one that others may read
            os.write(handle, f"*:*:*:*:{_escaped(self.at['PASSWORD'])}\n".encode())
            parts = {"host": "HOST", "port": "PORT", "user": "USER", "dbname": "NAME"}
            given = {key: self.at[name] for key, name in parts.items() if self.at[name]}
            yield make_conninfo(**self.at["OPTIONS"], **given, passfile=f"/proc/self/fd/{handle}"), handle
        finally:
            os.close(handle)


def program(name: str, *, needed: int = 0) -> str:
    """The newest one on this machine; where a version is `needed`, the first from that one on, which writes and asks
    for nothing that a server of that version does not know. Raises `ProgramMissing`."""
    places = DEBIAN.glob("*/bin")
    found = [path for place in places if (path := place / name).is_file()]
    on_path = shutil.which(name)
    # Debian's own on the PATH is a script that chooses one of the others.
    candidates = {path: _major(path) for path in [*found, *([Path(on_path)] if on_path else [])]}
    newest = max(candidates, key=lambda path: (candidates[path], path in found), default=None)
    if newest is None:
        raise ProgramMissing(name, needed, "there is none on this machine")
    if candidates[newest] < needed:
        raise ProgramMissing(name, needed, f"here is only version {candidates[newest]}")
    if not needed:
        return str(newest)
    new_enough = [path for path in candidates if candidates[path] >= needed]
    return str(min(new_enough, key=lambda path: (candidates[path], path not in found)))


def _server_major() -> int:
    connection.ensure_connection()
    version: int = connection.pg_version  # type: ignore[attr-defined]  # as 150018
    return version // 10_000


def _major(path: Path) -> int:
    told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    number = re.search(r"\b(\d+)(?:\.\d+|devel|beta\d+|rc\d+)", told)
    return int(number[1]) if number else 0


def _pour(reader: subprocess.Popen[bytes], writer: subprocess.Popen[bytes], *, first: str, without: bytes) -> None:
    """`without`: what is left out of the first thousands of bytes."""
    assert reader.stdout
    assert writer.stdin
    try:
        writer.stdin.write(first.encode())
        writer.stdin.write(reader.stdout.read(CHUNK_BYTES).replace(without, b"", 1))
        while chunk := reader.stdout.read(CHUNK_BYTES):
            writer.stdin.write(chunk)
        if reader.wait() == 0:
            writer.stdin.write(b"\nCOMMIT;\n")
        writer.stdin.close()
    except BrokenPipeError:  # psql ended first, and says why
        reader.kill()
    said = [_said(end.stderr.read()) for end in (writer, reader) if end.stderr]
    if writer.wait() or reader.wait():
        raise RestoreFailed(f"{next(filter(None, said), 'psql ended by itself')} Nothing was changed.")


def _drop(tables: list[str]) -> str:
    quietly = "SET LOCAL client_min_messages = warning;\n"
    function = SQL("DROP FUNCTION IF EXISTS {}();").format(Identifier(POSTGRES_FUNCTION)).as_string()
    if not tables:
        return quietly + function
    names = SQL(", ").join(Identifier(table) for table in tables)
    return quietly + SQL("DROP TABLE {} CASCADE;\n").format(names).as_string() + function


def _escaped(password: str) -> str:
    """As libpq's password file wants it (PostgreSQL 15, section 34.16)."""
    return password.replace("\\", "\\\\").replace(":", "\\:")


def _said(error: bytes) -> str:
    lines = [line for line in error.decode(errors="replace").splitlines() if line.strip()]
    return " ".join(lines)[:_SAID_LETTERS]
