"""`make bench-pbx`: a day of 1,000 agents and 50,000 calls through `sapa pbx replay`, on SQLite and on PostgreSQL.

Prints for each how many rows a second are taken, and taken and derived; peak memory; whether every figure is the true
one, and what a second replay brings.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests import needs
from tests.asterisk.day import Truth, day_of
from tests.bench.line import processor
from tests.postgres import server


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=1_000)
    parser.add_argument("--calls", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(f"machine: {processor()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory(prefix="sapa-day-") as place:
        day = day_of(agents=options.agents, calls=options.calls, seed=options.seed)
        day.write(Path(place) / "day")
        print(f"{options.agents} agents, {options.calls} calls, {day.truth.rows} rows")
        wrong = [told for name, env in _databases(Path(place)) for told in _replayed(name, env, Path(place), day.truth)]
    for told in wrong:
        print(f"WRONG: {told}")
    return 1 if wrong else 0


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
    begun = time.monotonic()
    first = _replay(env, place / "day")
    whole_s = time.monotonic() - begun
    second = _replay(env, place / "day")
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    taken, derived = (first["rows"] / first[which] for which in ("taking_s", "seconds"))
    print(
        f"{name}: {taken:,.0f} rows/s taken, {derived:,.0f} rows/s taken and derived ({whole_s:.0f} s with the start), "
        f"at most {peak_mb:.0f} MB; again: {second['inserted']} inserted"
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


def _replay(env: dict[str, str], folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(_sapa(env, "pbx", "replay", str(folder), "--json"))
    return told


def _sapa(env: dict[str, str], *command: str) -> str:
    run = subprocess.run([sys.executable, "-m", "sapa", *command], env=env, capture_output=True, text=True, check=False)
    if run.returncode:
        raise SystemExit(run.stderr[-2000:])
    return run.stdout


if __name__ == "__main__":
    sys.exit(main())
