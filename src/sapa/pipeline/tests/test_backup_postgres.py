"""Which of PostgreSQL's programs is run, and that nobody reads the password off a command line."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sapa.pipeline.backup import postgres
from sapa.pipeline.backup.postgres import PostgresCopier, program


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Path]:
    """`installed(12)` puts a `pg_dump` of that version where Debian keeps it; nothing else is on this machine."""
    monkeypatch.setattr(postgres, "DEBIAN", tmp_path)
    monkeypatch.setattr(postgres.shutil, "which", lambda name: None)  # type: ignore[attr-defined]

    def install(major: int) -> Path:
        path = tmp_path / str(major) / "bin" / "pg_dump"
        path.parent.mkdir(parents=True)
        path.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {major}.4 (Debian {major}.4-1)'\n")
        path.chmod(0o700)
        return path

    return install


def test_the_newest_is_taken_where_no_version_is_needed(installed: Callable[[int], Path]) -> None:
    installed(9)
    newest = installed(17)
    installed(13)
    assert program("pg_dump") == str(newest)


def test_the_version_of_the_server_goes_before_newer_ones(installed: Callable[[int], Path]) -> None:
    """pg_restore 17 writes a line that a server 15 refuses."""
    installed(9)
    servers = installed(15)
    installed(17)
    assert program("pg_dump", needed=15) == str(servers)
    assert program("pg_dump", needed=13) == str(servers)


def test_a_dump_of_newer_programs_goes_into_an_older_server() -> None:
    dump = b"SET statement_timeout = 0;\nSET transaction_timeout = 0;\nSET client_encoding = 'UTF8';\n"
    reader = subprocess.Popen(["printf", "%s", dump], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    writer = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with reader, writer:
        postgres._pour(reader, writer, first="BEGIN;\n", without=postgres.TIMEOUT_LINE)
        assert writer.stdout is not None
        poured = writer.stdout.read()
    assert poured == b"BEGIN;\nSET statement_timeout = 0;\nSET client_encoding = 'UTF8';\n\nCOMMIT;\n"


def test_one_older_than_the_server_is_refused(installed: Callable[[int], Path], refused: Callable[..., Any]) -> None:
    installed(13)
    with refused("database_tools_missing"):
        program("pg_dump", needed=15)


def test_none_at_all_is_told(installed: Callable[[int], Path], refused: Callable[..., Any]) -> None:
    with refused("database_tools_missing"):
        program("pg_dump")


@pytest.mark.parametrize("password", ["plain", "with:colon", "with\\backslash", "", "пароль", "'quote' \"double\""])
def test_the_password_is_in_no_command_line_and_on_no_disk(password: str) -> None:
    at = {
        "HOST": "db.example",
        "PORT": "5432",
        "USER": "sa pa",
        "NAME": "it's",
        "PASSWORD": password,
        "OPTIONS": {"sslmode": "require"},
    }
    with PostgresCopier(at)._address() as (address, handle):
        assert password == "" or password not in address
        assert "sslmode=require" in address
        read = subprocess.run(["cat", f"/proc/self/fd/{handle}"], pass_fds=(handle,), capture_output=True, check=True)
        assert not list(Path("/tmp").glob("*passfile*"))
    line = read.stdout.decode()
    assert line == f"*:*:*:*:{password.replace(chr(92), chr(92) * 2).replace(':', chr(92) + ':')}\n"
