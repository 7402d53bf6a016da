"""`make bench-faults`: every fault on SQLite and on PostgreSQL with RabbitMQ, and one table of what it did.

`BENCH_ARGS='--only kills --database sqlite --size short'` runs a part. The figures lie in build/bench-faults.json, the
logs of a fault that failed in build/bench-faults/.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import needs
from tests.brokers import Broker, rabbitmq
from tests.faults.catalogue import FAULTS, POSTGRES, SQLITE, Fault, figures_of
from tests.faults.figures import Figures, kept, table
from tests.postgres import Server, server

EVERY = [fault.key for fault in FAULTS]
BUILD = Path(__file__).resolve().parents[2] / "build"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.bench", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=EVERY, default=EVERY)
    parser.add_argument("--database", choices=[SQLITE, POSTGRES])
    parser.add_argument("--size", choices=["short", "full"], default="full")
    parser.add_argument("--out", type=Path, default=BUILD / "bench-faults.json")
    options = parser.parse_args()
    # `kill` of this process must end the servers and workers too, so it ends the blocks like Ctrl+C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    found: list[Figures] = []
    failed = 0
    for database in (SQLITE, POSTGRES):
        wanted = [fault for fault in FAULTS if database in fault.databases and fault.key in options.only]
        if options.database not in {None, database} or not wanted:
            continue
        with servers(database) as (running, broker):
            for fault in wanted:
                print(f"{fault.key} on {database} …", flush=True)
                figures = attempted(fault, options.size, running, broker)
                failed += figures is None
                found += [figures] if figures else []
                kept(found, options.out, machine=machine())
                if figures:
                    print(table([figures]), flush=True)
    print(f"\n{machine()}\n{table(found)}")
    return 1 if failed or any(not each.is_good for each in found) else 0


@contextmanager
def servers(database: str) -> Iterator[tuple[Server | None, Broker | None]]:
    if database == SQLITE:
        yield None, None
        return
    bin_dir = needs.postgres_bin()
    assert bin_dir is not None, needs.how_to_install(needs.faults_lack())
    # As an installation runs it: what was committed survives a crash.
    with server(bin_dir, options=()) as running, rabbitmq(needs.rabbitmq_program() or "") as broker:
        yield running, broker


def attempted(fault: Fault, size: str, running: Server | None, broker: Broker | None) -> Figures | None:
    """None when it did not come to its end; its logs are then kept."""
    folder = Path(tempfile.mkdtemp(prefix=f"sapa-faults-{fault.key}-"))
    try:
        return figures_of(fault, size, folder, server=running, broker=broker)
    except (AssertionError, RuntimeError) as exc:
        print(f"FAILED: {fault.key}: {exc}", flush=True)
        logs = BUILD / "bench-faults" / folder.name
        logs.mkdir(parents=True)
        for log in folder.glob("*.log"):
            shutil.copy(log, logs)
        return None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    processor = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
    load = os.getloadavg()[0]
    return f"{processor}, {os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main())
