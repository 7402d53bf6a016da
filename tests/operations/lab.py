"""Three machines on one: each a shell in its own network, mount and host-name namespace, all on one bridge.

What Debian keeps for PostgreSQL, RabbitMQ and Sapa is covered in each machine by empty folders of the lab, so the real
ones are not touched; empty folders to mount on may be left. Needs root, iproute2, postgresql and rabbitmq-server.
"""

from __future__ import annotations

import os
import secrets
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
ADDRESSES = {"server": "10.77.0.1", "worker-1": "10.77.0.11", "worker-2": "10.77.0.12"}
COVERED = ("etc/sapa", "var/lib/sapa", "var/backups", "etc/postgresql", "var/lib/postgresql", "var/log/postgresql",
           "var/run/postgresql", "etc/rabbitmq", "var/lib/rabbitmq", "var/log/rabbitmq")  # fmt: skip
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
STEP_LIMIT_S = 300.0


class Machine:
    """A shell that lives as long as the lab; what it was told stays told, like in a terminal."""

    def __init__(self, name: str, folder: Path, namespace: str) -> None:
        self.name = name
        self.folder = folder
        # The first process of a process namespace: whatever the machine runs ends with it.
        command = [
            *("ip", "netns", "exec", namespace, "unshare", "--mount", "--uts", "--pid", "--fork", "--kill-child"),
            *("--mount-proc", "bash", "--noprofile", "--norc", "-m"),
        ]
        self._shell = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/",
            env={"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8"},
            start_new_session=True,
        )  # fmt: skip

    def type(self, block: str, *, limit_s: float = STEP_LIMIT_S) -> str:
        """What the block printed. Raises `RuntimeError` when one of its commands failed."""
        mark = secrets.token_hex(8)
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        # The block is read as one piece, so that a command in it cannot eat the rest; it stops at the first failure.
        script = self.folder / f"typed-{mark}"
        script.write_text(f"trap 'echo {mark} failed $BASH_COMMAND; return 1' ERR\nset -E\n{block}\ntrap - ERR\n")
        self._shell.stdin.write(f". {script} < /dev/null\necho {mark} $?\n".encode())
        self._shell.stdin.flush()
        said, deadline = b"", time.monotonic() + limit_s
        while f"{mark} 0\n".encode() not in said:
            if f"{mark} ".encode() in said and b"\n" in said.partition(mark.encode())[2]:
                raise RuntimeError(f"{self.name}: {said.decode(errors='replace')}")
            ready = select.select([self._shell.stdout], [], [], max(0.0, deadline - time.monotonic()))[0]
            piece = os.read(self._shell.stdout.fileno(), 65536) if ready else b""
            if not piece:
                raise RuntimeError(f"{self.name} gave no answer: {said.decode(errors='replace')}")
            said += piece
        return said.partition(mark.encode())[0].decode(errors="replace")

    def off(self) -> None:
        os.killpg(self._shell.pid, signal.SIGKILL)
        self._shell.wait()


@contextmanager
def lab() -> Iterator[dict[str, Machine]]:
    folder, tag = Path(tempfile.mkdtemp(prefix="sapa-lab-")), secrets.token_hex(2)
    folder.chmod(0o755)
    with ExitStack() as ends:
        ends.callback(shutil.rmtree, folder, ignore_errors=True)
        bridge = f"sapa{tag}"
        _run("ip", "netns", "add", bridge)
        ends.callback(_run, "ip", "netns", "delete", bridge)
        _run("ip", "-n", bridge, "link", "add", "lan", "type", "bridge")
        _run("ip", "-n", bridge, "link", "set", "lan", "up")
        yield {name: ends.enter_context(_machine(name, folder, bridge)) for name in ADDRESSES}


@contextmanager
def _machine(name: str, folder: Path, bridge: str) -> Iterator[Machine]:
    namespace = f"{bridge}-{name}"
    _run("ip", "netns", "add", namespace)
    try:
        end = name.replace("worker-", "w")
        _run("ip", "-n", bridge, "link", "add", end, "type", "veth", "peer", "name", "eth0", "netns", namespace)
        _run("ip", "-n", bridge, "link", "set", end, "master", "lan", "up")
        _run("ip", "-n", namespace, "address", "add", f"{ADDRESSES[name]}/24", "dev", "eth0")
        for link in ("lo", "eth0"):
            _run("ip", "-n", namespace, "link", "set", link, "up")
        own = folder / name
        own.mkdir()
        machine = Machine(name, own, namespace)
        try:
            machine.type(_furnish(name, folder))
            yield machine
        finally:
            machine.off()
    finally:
        _run("ip", "netns", "delete", namespace)


def _furnish(name: str, folder: Path) -> str:
    """Its own folders over the real ones; the shared one; the program; on the server the packages' fresh state."""
    own, shared = folder / name, folder / "shared"
    lines = [
        "mount --make-rprivate /",
        f"hostname {name}",
        f"mkdir -p {shared} /opt/sapa /srv/sapa-recordings /mnt/from-server",
    ]
    lines += [
        f"mkdir -p {own}/{place} /{place} && chmod 755 {own}/{place} && mount --bind {own}/{place} /{place}"
        for place in COVERED
    ]
    lines += [
        f"mount --bind {shared} /srv/sapa-recordings",
        f"mount --bind {ROOT} /opt/sapa",
        f"echo '127.0.0.1 localhost {name}' > {own}/hosts && mount --bind {own}/hosts /etc/hosts",
        f"mkdir -p {own}/mnt && mount --bind {own}/mnt /mnt/from-server && mkdir -p /mnt/from-server/etc-sapa",
    ]
    if name == "server":
        lines += [
            "chown postgres: /var/lib/postgresql /var/log/postgresql /var/run/postgresql /etc/postgresql",
            "pg_createcluster 15 main > /dev/null",
            "chown -R rabbitmq: /var/lib/rabbitmq /var/log/rabbitmq /etc/rabbitmq",
        ]
    else:
        lines.append(f"mount --bind {folder}/server/etc/sapa /mnt/from-server/etc-sapa")
    return "\n".join(lines)


def _run(*command: str) -> None:
    subprocess.run(command, check=True)
