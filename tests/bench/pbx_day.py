"""`make bench-pbx`: a day of 1,000 agents and 50,000 calls through `sapa pbx replay`, on SQLite and on PostgreSQL.

Prints for each how many rows a second are taken, and taken and derived; peak memory, beside that of a quarter of the
day; whether every figure is the true one, and what a second replay brings.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tests import needs
from tests.asterisk.day import Truth, day_of
from tests.bench.line import processor
from tests.postgres import server

QUARTER = "quarter"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=1_000)
    parser.add_argument("--calls", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(f"machine: {processor()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory(prefix="sapa-day-") as place:
        # Apart: a program that is started counts the memory of who started it as its own.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
            sizes = {"day": options.calls, QUARTER: options.calls // 4}
            truth, _ = apart.map(partial(_written, Path(place), options), sizes.items())
        print(f"{options.agents} agents, {options.calls} calls, {truth.rows} rows")
        wrong = [told for name, env in _databases(Path(place)) for told in _replayed(name, env, Path(place), truth)]
    for told in wrong:
        print(f"WRONG: {told}")
    return 1 if wrong else 0


def _written(place: Path, options: argparse.Namespace, size: tuple[str, int]) -> Truth:
    name, calls = size
    day = day_of(agents=options.agents, calls=calls, seed=options.seed)
    day.write(place / name)
    return day.truth


def _databases(place: Path) -> Iterator[tuple[str, dict[str, str]]]:
    for name in ("SQLite", "PostgreSQL"):
        with _database(name) as url:
            env = {**os.environ, "SAPA_DATA_DIR": str(place / name), "SAPA_DATABASE_URL": url}
            _sapa(env, "migrate", "--verbosity", "0")
            yield name, env


@contextmanager
def _database(name: str) -> Iterator[str]:
    if name == "SQLite":
        yield ""
        return
    bin_dir = needs.postgres_bin()
    if bin_dir is None:
        raise SystemExit(needs.how_to_install(needs.database_lacks()))
    with server(bin_dir, options=()) as running:
        yield running.url


def _replayed(name: str, env: dict[str, str], place: Path, truth: Truth) -> Iterator[str]:
    """Prints the figures; gives what is wrong in them."""
    _, less_mb = _replay(env, place / QUARTER)
    _sapa(env, "flush", "--no-input")
    begun = time.monotonic()
    first, peak_mb = _replay(env, place / "day")
    whole_s = time.monotonic() - begun
    second, _ = _replay(env, place / "day")
    taken, derived = (first["rows"] / first[which] for which in ("taking_s", "seconds"))
    print(
        f"{name}: {taken:,.0f} rows/s taken, {derived:,.0f} rows/s taken and derived ({whole_s:.0f} s with the start), "
        f"at most {peak_mb:.0f} MB (a quarter of it: {less_mb:.0f} MB); again: {second['inserted']} inserted"
    )
    wanted = {
        "rows": truth.rows,
        "calls": truth.calls,
        "answered": truth.answered,
        "abandoned": truth.abandoned,
        "talk_s": truth.talk_ms / 1000,
        "wait_answered_s": float(truth.wait_answered_s),
        "rejected_count": 0,
    }
    for told in (first, second):
        yield from (f"{name}: {key} is {told[key]}, not {value}" for key, value in wanted.items() if told[key] != value)
    if first["inserted"] != truth.rows or second["inserted"]:
        yield f"{name}: {first['inserted']} and {second['inserted']} rows inserted"


def _replay(env: dict[str, str], folder: Path) -> tuple[dict[str, Any], float]:
    """What it told, and the most memory that it or a process of its own had, in MB."""
    told, peak_mb = _sapa(env, "pbx", "replay", str(folder), "--json")
    return json.loads(told), peak_mb


def _sapa(env: dict[str, str], *command: str) -> tuple[str, float]:
    run = subprocess.Popen([sys.executable, "-m", "sapa", *command], env=env, stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    told = run.stdout.read()
    _, status, used = os.wait4(run.pid, 0)
    run.returncode = os.waitstatus_to_exitcode(status)
    if run.returncode:
        raise SystemExit(f"sapa {command[0]}: exit status {run.returncode}")
    return told, used.ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
