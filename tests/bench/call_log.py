"""`make bench-log`: pages of a log of 1,000,000 calls, as people ask for them, on SQLite and on PostgreSQL.

Each page is asked of the whole site by Django's test client: session, view, database, template. Prints the median, the
95th percentile and the slowest of each page and of all, and ends with status 1 where that percentile of all is over
`--limit-ms`. The calls for SQLite are kept below `build/` and made once.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import needs
from tests.bench.line import processor
from tests.postgres import server

KEPT_IN = Path("build") / "call-log"
SLOWEST_TOLD = 12
_TUNED = ("random_page_cost=1.1", "shared_buffers=1GB", "jit=off")  # as docs/operations.md says

WAYS: dict[str, dict[str, str] | None] = {
    "sorted, filtered and paged on the screen": {"HX-Request": "true"},
    "opened at their addresses": None,
}
"""The screen asks for the table alone; the first page, and what programs ask for, is whole both ways."""


@dataclass(frozen=True)
class Case:
    person: str
    name: str
    address: str
    is_asked_by_screen: bool = True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=5, help="how often each page is asked for")
    parser.add_argument("--limit-ms", type=float, default=150.0)
    parser.add_argument("--only", choices=("SQLite", "PostgreSQL"))
    parser.add_argument("--all", action="store_true", help="print every page, not the slowest alone")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        return _inside(options)
    print(f"machine: {processor()}, {os.cpu_count()} cores, Python {platform.python_version()}", flush=True)
    codes = []
    for name in ("SQLite", "PostgreSQL"):
        if options.only in (None, name):
            with _database(name, options.calls) as env:
                again = [sys.executable, "-m", "tests.bench.call_log", "--inside", *sys.argv[1:]]
                codes.append(subprocess.run(again, env=env, check=False).returncode)
    return max(codes)


@contextmanager
def _database(name: str, calls: int) -> Iterator[dict[str, str]]:
    """Its environment. `SAPA_BENCH_POSTGRES` names a server that is there already, and what is in it is used."""
    folder = KEPT_IN / f"{name}-{calls}"
    folder.mkdir(parents=True, exist_ok=True)
    env = {**os.environ, "SAPA_DATA_DIR": str(folder.resolve()), "DJANGO_SETTINGS_MODULE": "sapa.config.settings"}
    if name == "SQLite":
        yield {**env, "SAPA_DATABASE_URL": ""}
        return
    if kept := os.environ.get("SAPA_BENCH_POSTGRES"):
        yield {**env, "SAPA_DATABASE_URL": kept}
        return
    bin_dir = needs.postgres_bin()
    if bin_dir is None:
        raise SystemExit(needs.how_to_install(needs.database_lacks()))
    with server(bin_dir, options=_TUNED) as running:
        yield {**env, "SAPA_DATABASE_URL": running.url}


def _inside(options: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from tests.bench.call_log_pages import cases, clients
    from tests.bench.call_log_store import is_stored, log_store

    call_command("migrate", verbosity=0)
    if not is_stored(options.calls):
        begun = time.monotonic()
        log_store(options.calls)
        print(f"{connection.vendor}: {options.calls:,} calls stored in {time.monotonic() - begun:.0f} s", flush=True)
    known = clients()
    for client in known.values():  # a server that runs has its templates read
        client.get("/calls/")
    codes = []
    for way, headers in WAYS.items():
        took: dict[Case, list[float]] = {}
        for case in cases():
            for _ in range(options.times):
                begun = time.perf_counter()
                answer = known[case.person].get(case.address, headers=headers if case.is_asked_by_screen else None)
                took.setdefault(case, []).append((time.perf_counter() - begun) * 1000)
                if answer.status_code != 200:
                    raise SystemExit(f"{case}: {answer.status_code}")
        codes.append(_told(f"{connection.vendor}, {way}", took, options))
    return max(codes)


def _told(vendor: str, took: dict[Case, list[float]], options: argparse.Namespace) -> int:
    every = [one for times in took.values() for one in times]
    by_slowness = sorted(took.items(), key=lambda pair: -statistics.median(pair[1]))
    shown = list(took.items()) if options.all else by_slowness[:SLOWEST_TOLD]
    print(f"{vendor}: {'every page' if options.all else 'the slowest pages'}, ms: median, 95 %, worst")
    for case, times in shown:
        print(f"  {case.person:13} {case.name:42} {_figures(times)}")
    print(f"{vendor}: all {len(took)} pages, the first time each: {_figures([times[0] for times in took.values()])}")
    print(f"{vendor}: all {len(took)} pages, each {options.times} times: {_figures(every)}", flush=True)
    return int(_percentile(every) > options.limit_ms)


def _figures(times: list[float]) -> str:
    return f"{statistics.median(times):7.1f} {_percentile(times):7.1f} {max(times):7.1f}"


def _percentile(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]


if __name__ == "__main__":
    sys.exit(main())
