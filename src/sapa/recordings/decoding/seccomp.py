"""A filter of system calls for the decoder: it may compute, and use the three files that it was given.

An allow-list: whatever is not named fails with EPERM (sockets, opening files, starting programs, new processes,
looking into others). Memory that is made executable is refused too: no decoder here writes machine code.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
PROT_EXEC = 4
X32_BIT = 0x40000000
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000  # linux/seccomp.h
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # linux/bpf_common.h
_NUMBER_AT, _ARCHITECTURE_AT, _THIRD_ARGUMENT_AT = 0, 4, 32  # struct seccomp_data, little-endian

# x86_64 numbers from arch/x86/entry/syscalls/syscall_64.tbl, aarch64 from include/uapi/asm-generic/unistd.h.
_CALLS = {
    "read": (0, 63), "write": (1, 64), "pread64": (17, 67), "lseek": (8, 62), "close": (3, 57),
    "fstat": (5, 80), "newfstatat": (262, 79), "fstatfs": (138, 44),
    "munmap": (11, 215), "mremap": (25, 216), "brk": (12, 214), "madvise": (28, 233),
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139), "sigaltstack": (131, 132),
    "futex": (202, 98), "sched_yield": (24, 124), "getrandom": (318, 278),
    "clock_gettime": (228, 113), "gettimeofday": (96, 169), "getrusage": (98, 165),
    "getpid": (39, 172), "gettid": (186, 178), "exit": (60, 93), "exit_group": (231, 94),
}  # fmt: skip
_CALLS_THAT_MAP = {"mmap": (9, 222), "mprotect": (10, 226)}
_ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def is_known_here() -> bool:
    return sys.platform == "linux" and platform.machine() in _ARCHITECTURES and sys.byteorder == "little"


def filter_of(machine: str) -> bytes:
    """The program in BPF, 8 bytes an instruction."""
    architecture, column = _ARCHITECTURES[machine]
    code = [
        _step(_LOAD, _ARCHITECTURE_AT),
        _step(_IF_EQUAL, architecture, if_true=1),
        _step(_RETURN, _ERRNO | errno.EPERM),
        _step(_LOAD, _NUMBER_AT),
        _step(_IF_AT_LEAST, X32_BIT, if_false=1),  # the same calls by other numbers
        _step(_RETURN, _ERRNO | errno.EPERM),
    ]
    for numbers in _CALLS.values():
        code += [_step(_IF_EQUAL, numbers[column], if_false=1), _step(_RETURN, _ALLOW)]
    for numbers in _CALLS_THAT_MAP.values():
        code += [
            _step(_IF_EQUAL, numbers[column], if_false=4),
            _step(_LOAD, _THIRD_ARGUMENT_AT),
            _step(_IF_ANY_BIT, PROT_EXEC, if_true=1),
            _step(_RETURN, _ALLOW),
            _step(_RETURN, _ERRNO | errno.EPERM),
        ]
    return b"".join([*code, _step(_RETURN, _ERRNO | errno.EPERM)])


def install(libc: ctypes.CDLL) -> bool:
    """From here on only these calls. Needs PR_SET_NO_NEW_PRIVS, or the right to administer the system."""
    if not is_known_here():
        return False
    code = filter_of(platform.machine())
    program = _Program(len(code) // 8, code)
    return bool(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0)


def _step(operation: int, value: int, *, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", operation, if_true, if_false, value)
