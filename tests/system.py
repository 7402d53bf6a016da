"""Installs the system packages of the test tiers with apt when run as root; otherwise names what is missing.

Run as `python -m tests.system`. Fails only under `CI=true`, where no tier may be left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tests import needs


def main() -> int:
    missing = needs.system_lacks()
    for packages in (missing, needs.would_be_faster()):
        if packages and os.geteuid() == 0 and shutil.which("apt-get"):
            install(packages)
    needs.fonts_lack.cache_clear()
    missing = needs.system_lacks()
    if missing:
        print(f"Missing for the tests: {', '.join(missing)}. {needs.how_to_install(missing)}", file=sys.stderr)
    return 1 if missing and os.environ.get("CI") == "true" else 0


def install(packages: list[str]) -> None:
    # RUNLEVEL=1 keeps a package's own server from being started; the tests run their own.
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in (
        ["apt-get", "update", "--quiet=2"],
        ["apt-get", "install", "--quiet=2", "--yes", "--no-install-recommends", *packages],
    ):
        print(" ".join(command), flush=True)
        subprocess.run(command, env=quiet, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    sys.exit(main())
