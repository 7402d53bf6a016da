"""Whole installations of their own: a data folder and a database, as the commands leave them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sapa.pipeline.tests.processes import sapa
from sapa.pipeline.tests.workbench import tiny_wav

CALLS = 3


def house_build(folder: Path) -> None:
    """On SQLite, with a few calls, one person and a link for them."""
    (folder / "in").mkdir(parents=True)
    for number in range(CALLS):
        (folder / "in" / f"{number}.wav").write_bytes(tiny_wav(number + 1))
    assert sapa("migrate", "--verbosity", "0", data_dir=folder).returncode == 0
    assert sapa("init", "--name", "boss", "--link", data_dir=folder).returncode == 0
    assert {one["created"] for one in taken(folder)} == {True}


def taken(folder: Path, **where: str) -> list[Any]:
    """What ingesting the same files says: each is here already when the move was whole."""
    ended = sapa("ingest", "--json", folder / "in", data_dir=folder, **where)
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]
