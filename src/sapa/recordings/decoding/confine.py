"""What a decoder gives up before it looks at a file: rights, files, the network, memory, time.

Each step is taken where the system knows it; `sapa doctor` says when the filter of system calls is not to be had.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
import sys
from contextlib import suppress
from math import ceil
from pathlib import Path

from sapa.recordings.decoding import seccomp
from sapa.recordings.decoding.order import MB, Order

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
_CAPABILITIES_V3 = 0x20080522  # linux/capability.h
_libc = ctypes.CDLL(None, use_errno=True)


def leave_network() -> bool:
    """Move to a network of our own, where nothing is; by the right to, or by a user namespace where that is allowed."""
    if sys.platform != "linux":
        return False
    return any(_libc.unshare(flags) == 0 for flags in (CLONE_NEWNET, CLONE_NEWUSER | CLONE_NEWNET))


def memory_held() -> tuple[int, int]:
    """Bytes of address space and of private memory of this process; zeros where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0, 0
    held_kb = {line.partition(":")[0]: line.split()[1] for line in lines if line.startswith(("VmSize", "VmData"))}
    return int(held_kb["VmSize"]) * 1024, int(held_kb["VmData"]) * 1024


def confine(order: Order, *, parent: int, held: tuple[int, int]) -> bool:
    """Give up everything that decoding does not need; true when system calls are filtered.

    `held` is what the decoder held before the file, by `memory_held`.
    """
    if sys.platform == "linux":
        _libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        _libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
        _drop_capabilities()
    if os.getppid() != parent:  # it ended before we asked to end with it
        os._exit(1)
    _limit(order, held)
    if sys.platform != "linux":
        return False
    _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return seccomp.install(_libc)


def _drop_capabilities() -> None:
    """Run by root, the decoder is not root."""
    header = struct.pack("<Ii", _CAPABILITIES_V3, 0)
    _libc.capset(header, bytes(24))


def _limit(order: Order, held: tuple[int, int]) -> None:
    address_space, private = held
    room = order.limits.memory_mb * MB
    processor_s = ceil(order.limit_s)
    wanted = {
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": processor_s,
        "RLIMIT_FSIZE": order.limits.most_sound_mb * MB,
        "RLIMIT_NOFILE": 0,  # those that are open stay open
        "RLIMIT_NPROC": 0,
    }
    if address_space:
        wanted |= {"RLIMIT_AS": address_space + room, "RLIMIT_DATA": private + room}
    for name, most in wanted.items():
        number = getattr(resource, name, None)
        if number is not None:
            with suppress(ValueError, OSError):  # a lower limit is set from outside, or this system has none
                resource.setrlimit(number, (most, most))
