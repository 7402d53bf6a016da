"""The decoder of one working process: started once with everything imported, it forks a child for each file.

`python -m sapa.recordings.decoding.parent HANDLE`. A fork costs milliseconds where a start costs a quarter of a second.
It reads nothing of a file itself. It ends when the working process ends, and its children end with it.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any

from sapa.recordings.decoding.confine import leave_network, memory_held
from sapa.recordings.decoding.order import ORDER_BYTES, Order

LOOK_EVERY_S = 1.0
MOST_REPORT_BYTES = 1 << 14
_HANDLES = 4  # source, sound, report's end for the child, reply


@dataclass
class Job:
    """One file in work. `reply` is where the working process waits; `report` is the child's own last word."""

    pid: int
    reply: socket.socket
    report: int
    deadline_s: float
    was_late: bool = False


class Decoder:
    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._owner = os.getppid()
        self._jobs: dict[int, Job] = {}
        self._selector = selectors.DefaultSelector()
        self._held = (0, 0)

    def serve(self) -> None:
        """Until the working process is gone."""
        wake, woken = socket.socketpair()
        for end in (wake, woken):
            end.setblocking(False)
        signal.set_wakeup_fd(woken.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGINT, signal.SIGTERM):  # it ends with its owner, not before
            signal.signal(number, signal.SIG_IGN)
        self._selector.register(self._control, selectors.EVENT_READ)
        self._selector.register(wake, selectors.EVENT_READ)
        self._held = memory_held()
        while os.getppid() == self._owner:
            for key, _ in self._selector.select(self._patience_s()):
                if key.fileobj is wake:
                    wake.recv(4096)
                elif key.fileobj is self._control:
                    if not self._take():
                        return
                elif key.data is not None:  # whoever waited is gone
                    _kill(key.data)
                    self._selector.unregister(key.fileobj)
            self._end_late()
            self._reap()

    def close(self) -> None:
        for job in self._jobs.values():
            _kill(job)

    def _patience_s(self) -> float:
        nearest_s = min((job.deadline_s for job in self._jobs.values()), default=float("inf"))
        return max(0.0, min(LOOK_EVERY_S, nearest_s - time.monotonic()))

    def _take(self) -> bool:
        raw, handles, _, _ = socket.recv_fds(self._control, ORDER_BYTES, _HANDLES)
        if not raw:
            return False
        source, sound, reply = handles
        order = Order.of(raw)
        report, childs = os.pipe()
        waiting = socket.socket(fileno=reply)
        try:
            pid = self._fork(order, (source, sound, childs))
        except OSError as exc:
            os.close(report)
            _send(waiting, {"cannot_fork": exc.strerror})
        else:
            self._jobs[pid] = job = Job(pid, waiting, report, time.monotonic() + order.limit_s)
            self._selector.register(waiting, selectors.EVENT_READ, job)
        for handle in (source, sound, childs):
            os.close(handle)
        return True

    def _fork(self, order: Order, handles: tuple[int, int, int]) -> int:
        from sapa.recordings.decoding import child

        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            child.live(order, handles, parent=parent, held=self._held)
        return pid

    def _end_late(self) -> None:
        for job in self._jobs.values():
            if not job.was_late and time.monotonic() >= job.deadline_s:
                job.was_late = True
                job.deadline_s = float("inf")
                _kill(job)

    def _reap(self) -> None:
        while self._jobs:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
            if pid == 0:
                return
            job = self._jobs.pop(pid)
            with suppress(KeyError):
                self._selector.unregister(job.reply)
            told = os.read(job.report, MOST_REPORT_BYTES)
            os.close(job.report)
            _send(
                job.reply,
                {
                    "report": told.decode("utf-8", "replace"),
                    "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
                    "was_late": job.was_late,
                    "processor_s": usage.ru_utime + usage.ru_stime,
                    "peak_rss_bytes": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
                },
            )


def _kill(job: Job) -> None:
    with suppress(ProcessLookupError):
        os.kill(job.pid, signal.SIGKILL)


def _send(reply: socket.socket, outcome: dict[str, Any]) -> None:
    with reply, suppress(OSError):  # nobody waits any more
        reply.sendall(json.dumps(outcome).encode() + b"\n")


def _warm_up() -> None:
    """Decode a moment of our own silence: what is imported or made at first use is then shared by all children."""
    from sapa.recordings.decoders import ffmpeg
    from sapa.recordings.decoding.room import Room
    from sapa.recordings.decoding.window import Window

    silence = b"RIFF\xc4\x00\x00\x00WAVEfmt \x10\0\0\0\x01\0\x02\0\x40\x1f\0\0\0\x7d\0\0\x04\0\x10\0data\xa0\0\0\0"
    order = Order("wav", 16_000)
    with TemporaryFile() as source, TemporaryFile() as sound:
        source.write(silence + bytes(160))
        source.flush()
        ffmpeg.decode(Window(source.fileno()), order, Room(sound.fileno(), order.limits))


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    leave_network()
    _warm_up()
    decoder = Decoder(control)
    try:
        decoder.serve()
    finally:
        decoder.close()


if __name__ == "__main__":
    main()
