"""Runs a command that ends with the process that asked for it: `python -m … PARENT COMMAND…`.

A supervisor that is killed (SIGKILL, out of memory) cannot stop its children; the kernel does it instead, by
PR_SET_PDEATHSIG (man 2 prctl), which outlives the exec. Where there is no such call the command runs all the same.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        if os.getppid() != parent:  # it ended before the call above
            sys.exit(0)
    os.execv(command[0], command)  # noqa: S606 - our own two commands


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
