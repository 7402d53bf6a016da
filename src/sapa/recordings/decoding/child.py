"""The life of one child: confine itself, decode one file into another, say in one line what came of it."""

from __future__ import annotations

import json
import mmap
import os
import socket
import sys
from collections.abc import Callable
from typing import Any

from sapa.core.errors import SapaError
from sapa.recordings.decoders import ffmpeg
from sapa.recordings.decoding.confine import confine
from sapa.recordings.decoding.order import MEMORY_LACKING, SPACE_LACKING, Order
from sapa.recordings.decoding.room import Room, SpaceLacking
from sapa.recordings.decoding.window import Window

SOURCE, SOUND, REPORT = 3, 4, 5  # the handles that a child is left with
HIGHEST_HANDLE = 1024  # its parent has a dozen


def live(order: Order, handles: tuple[int, int, int], *, parent: int, held: tuple[int, int]) -> None:
    """Never returns. A crash, a signal or a limit ends the process; whoever waits for it sees that."""
    try:
        _keep_only(handles)
        is_filtered = confine(order, parent=parent, held=held)
        told = _probe(is_filtered) if order.is_probe else _decode(order)
        os.write(REPORT, json.dumps(told).encode())
    finally:
        os._exit(0)


def _keep_only(handles: tuple[int, int, int]) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    above = [os.dup2(handle, 100 + place) for place, handle in enumerate(handles)]
    for standard in range(3):
        os.dup2(nowhere, standard)
    for handle, place in zip(above, (SOURCE, SOUND, REPORT), strict=True):
        os.dup2(handle, place)
    os.closerange(REPORT + 1, HIGHEST_HANDLE)


def _decode(order: Order) -> dict[str, Any]:
    room = Room(SOUND, order.limits)
    try:
        heard, is_truncated = ffmpeg.decode(Window(SOURCE), order, room)
    except SapaError as exc:
        return {"code": exc.code, "problem": exc.details.get("problem", "")}
    except SpaceLacking:
        return {"code": SPACE_LACKING}
    except MemoryError:
        return {"code": MEMORY_LACKING}
    return {
        "frames": room.frames,
        "channels": room.channels,
        "sample_rate_hz": room.sample_rate_hz,
        "is_truncated": is_truncated,
        "container": heard.container,
        "codec": heard.decoder,
    }


def _probe(is_filtered: bool) -> dict[str, Any]:
    """Try what a hostile file would want, and tell how each attempt ended: 0, or the number of the error."""
    attempts: dict[str, Callable[[], object]] = {
        "socket": socket.socket,
        "open": lambda: os.open("/", os.O_RDONLY),
        "fork": lambda: os.fork() or os._exit(0),
        "execute": lambda: os.execv(sys.executable, [sys.executable, "-c", ""]),  # noqa: S606 - it is to fail
        "machine code": lambda: mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_EXEC),
        "signal": lambda: os.kill(os.getppid(), 0),
    }
    return {"is_filtered": is_filtered, "attempts": {name: _errno_of(attempt) for name, attempt in attempts.items()}}


def _errno_of(attempt: Callable[[], object]) -> int:
    try:
        attempt()
    except OSError as exc:
        return exc.errno or -1
    return 0
