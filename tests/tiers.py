"""Runs the test tiers one after another, every one even when an earlier one failed, and closes with a table.

`python -m tests.tiers [pytest options]`; with `--only TIER` just that one.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from tests import needs
from tests.postgres import cluster

NO_TESTS_RAN = 5  # pytest's exit status; make never ends with it


@dataclass(frozen=True)
class Tier:
    """`marks` selects the tests, which may all lie in `folder`; `lacks` names what this machine has not got for them.

    `dealt`: by `loadfile` whole files, to one process more than there are cores, since many tests wait for a program
    that they started; by `load` single tests, to one process for each core. Those that measure what the machine can do
    have it to themselves.
    """

    key: str
    title: str
    marks: str
    lacks: Callable[[], list[str]]
    dealt: str = ""
    folder: str = ""


TIERS = (
    Tier("check", "format, types, layers, contracts", "contract", list),
    Tier("sqlite", "pure, and services on SQLite", "pure or database", list, dealt="loadfile"),
    Tier("postgres", "services on PostgreSQL", "database", needs.database_lacks, dealt="loadfile"),
    Tier("faults", "workers, brokers and faults", "faults", needs.faults_lack, folder="tests/faults"),
    Tier("asterisk", "a real Asterisk", "asterisk", needs.asterisk_lacks, folder="tests/asterisk"),
    Tier("model", "the real speech model", "model", needs.model_lacks),
    Tier("browser", "screens in Chromium", "browser", needs.browser_lacks, dealt="load", folder="tests/browser"),
)


@dataclass(frozen=True)
class Outcome:
    tier: Tier
    words: str
    good: bool
    took_s: float
    failed: tuple[str, ...] = ()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.tiers", description=__doc__)
    parser.add_argument("--only", choices=[tier.key for tier in TIERS])
    options, pytest_options = parser.parse_known_args()
    # `kill` of this process must stop the database server too, so it ends the blocks like Ctrl+C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    outcomes = [run(tier, pytest_options) for tier in TIERS if options.only in {None, tier.key}]
    print("\nTiers")
    for outcome in outcomes:
        print(f"  {outcome.tier.title:<30} {outcome.took_s:6.0f} s  {outcome.words}")
        print("".join(f"      {test}\n" for test in outcome.failed), end="")
    return 0 if all(outcome.good for outcome in outcomes) else 1


def run(tier: Tier, pytest_options: list[str]) -> Outcome:
    print(f"\n=== {tier.title}", flush=True)
    started = time.monotonic()
    missing = tier.lacks()
    if missing:
        is_ci = os.environ.get("CI") == "true"
        words = f"LEFT OUT: needs {', '.join(missing)}. {needs.how_to_install(missing)}"
        return Outcome(tier, words, good=not is_ci, took_s=0)
    if tier.key == "check":
        status = subprocess.run(["make", "--no-print-directory", "--keep-going", "check"], check=False).returncode
    elif tier.key in {"postgres", "faults"}:
        with cluster(needs.postgres_bin() or sys.exit(1)) as url:
            status = pytest(tier, pytest_options, {"SAPA_DATABASE_URL": url})
    else:
        status = pytest(tier, pytest_options, {})
    words = {0: "passed", NO_TESTS_RAN: "has no tests"}.get(status, f"FAILED (exit status {status})")
    took_s = time.monotonic() - started
    return Outcome(tier, words, good=status == 0, took_s=took_s, failed=failed_in(report_of(tier)) if status else ())


def report_of(tier: Tier) -> Path:
    return Path("build/tiers") / f"{tier.key}.xml"


def failed_in(report: Path) -> tuple[str, ...]:
    """The tests of a JUnit report that failed or could not be set up or taken down; none where there is no report."""
    if not report.exists():
        return ()
    cases = ET.parse(report).iter("testcase")
    bad = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    return tuple(dict.fromkeys(f"{case.get('classname')}::{case.get('name')}" for case in bad))


def pytest(tier: Tier, options: list[str], more_environ: dict[str, str]) -> int:
    environ = {name: value for name, value in os.environ.items() if name != "SAPA_DATABASE_URL"} | more_environ
    processes = (os.cpu_count() or 1) + (tier.dealt == "loadfile")
    spread = ["--numprocesses", str(processes), "--dist", tier.dealt] if tier.dealt else []
    named = any(Path(option.partition("::")[0]).exists() for option in options)
    where = [tier.folder] if tier.folder and not named else []
    report = report_of(tier)
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-m", tier.marks, f"--junit-xml={report}", *spread, *options, *where]
    return subprocess.run(command, env=environ, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
