"""A real Asterisk in a folder of its own, made once and kept: Debian 12 has none, so it is one of a newer Debian.

`python -m tests.asterisk.chroot` makes it and prints where. Needs root, debootstrap and the mirror that apt uses. What
Debian "forky" holds moves on; a version that was not tried is told loudly.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

SUITE = "forky"
TRIED = ("22.10.1",)
PACKAGES = ("asterisk", "asterisk-modules", "libfaketime")
_DONE = "made-for-sapa"
_OFF = "/etc/asterisk/clock-off"
CLOCK_OF_ITS_OWN = (
    "env",
    "LD_PRELOAD=/usr/$LIB/faketime/libfaketimeMT.so.1",
    f"FAKETIME_TIMESTAMP_FILE={_OFF}",
    "FAKETIME_NO_CACHE=1",  # the file is read each time that the clock is
    "DONT_FAKE_MONOTONIC=1",
)
"""What a program in here is begun with, so that `clock_set` sets its clock and no other. Seconds are as long as
everywhere, and what counts them without a clock (CLOCK_MONOTONIC) sees nothing."""


def folder() -> Path:
    kept = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return kept / "sapa-tests" / f"asterisk-{SUITE}"


def is_made() -> bool:
    """With all that is needed now."""
    stamp = folder() / _DONE
    return stamp.exists() and {*PACKAGES} <= {*stamp.read_text().split()}


def make() -> Path:
    """One that was made when fewer packages were needed gets the others, and keeps its Asterisk. Raises `RuntimeError`
    with what the failing program said."""
    place = folder()
    if is_made():
        return place
    if not (place / _DONE).exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        scripts = Path("/usr/share/debootstrap/scripts")
        script = scripts / (SUITE if (scripts / SUITE).exists() else "sid")
        _run("debootstrap", "--variant=minbase", "--include=ca-certificates", SUITE, str(place), mirror(), str(script))
    apt = ("chroot", str(place), "env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", "apt-get", "--quiet=2")
    _run(
        *apt, "update", "--option", "Acquire::Check-Valid-Until=false"
    )  # a mirror may stand still, as debootstrap lets
    _run(*apt, "install", "--yes", "--no-upgrade", "--no-install-recommends", *PACKAGES)
    found = version(place)
    if found not in TRIED:
        print(
            f"Debian {SUITE} has Asterisk {found} now; these tests were made with {', '.join(TRIED)}", file=sys.stderr
        )
    (place / _DONE).write_text("\n".join((found, *PACKAGES)))
    return place


def clock_set(*, off_s: int) -> None:
    """Of whoever in here has a `CLOCK_OF_ITS_OWN`, at once: so many seconds ahead."""
    place = folder() / _OFF[1:]
    new = place.with_suffix(".new")
    new.write_text(f"{off_s:+d}s\n")
    new.replace(place)


def mirror() -> str:
    """The one that apt uses for this machine's own Debian."""
    sites = _run("apt-get", "indextargets", "--format", "$(SITE)", "Origin: Debian", "Created-By: Packages").split()
    found = [site for site in sites if not site.rstrip("/").endswith("-security")]
    if not found:
        raise RuntimeError("apt knows no mirror of Debian: run apt-get update")
    return found[0]


def version(place: Path) -> str:
    said = _run("chroot", str(place), "asterisk", "-V")
    found = re.search(r"\d+(\.\d+)+", said)
    return found[0] if found else said.strip()


def _run(*command: str) -> str:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {(done.stdout + done.stderr)[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    print(make())
