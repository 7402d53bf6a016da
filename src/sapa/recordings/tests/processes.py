"""Looking at processes and connections from outside."""

from __future__ import annotations

import select
import socket
import time
from pathlib import Path
from threading import Thread
from types import TracebackType

PATIENCE_S = 10.0


def children_of(pid: int) -> set[int]:
    """Living children of a process, by Linux's /proc."""
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return {int(child) for child in found.read_text().split()} if found.exists() else set()


def is_alive(pid: int) -> bool:
    """Zombies are dead."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def is_gone_soon(pid: int) -> bool:
    deadline_s = time.monotonic() + PATIENCE_S
    while is_alive(pid) and time.monotonic() < deadline_s:
        select.select([], [], [], 0.02)
    return not is_alive(pid)


class Listener:
    """A server on loopback that counts who comes."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.connections = 0
        self._thread = Thread(target=self._count, daemon=True)

    def __enter__(self) -> Listener:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _count(self) -> None:
        while True:
            try:
                self._socket.accept()[0].close()
            except OSError:
                return
            self.connections += 1
