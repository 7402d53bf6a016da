"""RabbitMQ and Redis for one test run: servers of their own in temporary folders, on free ports of the loopback.

They share nothing with a server that the machine runs anyway: RabbitMQ has its own node name, cookie and port mapper.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import amqp
import redis as redis_client

START_LIMIT_S = 90.0
STOP_LIMIT_S = 20.0


@dataclass
class Broker:
    """A running server; it can be killed and started again on the same port with what it had kept on its disk."""

    url: str
    _command: list[str]
    _environ: dict[str, str]
    _folder: Path
    _answers: Callable[[], bool]
    _empty: Callable[[], None]
    _server: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                tied(self._command),
                env=self._environ,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl+C in the terminal is for the tests; the server is stopped below
            )
        limit = time.monotonic() + START_LIMIT_S
        while not self._answers():
            ended = self._server.poll() is not None
            if ended or time.monotonic() > limit:
                raise RuntimeError(f"{self._command[0]} did not start: {self.said()}")
            with suppress(subprocess.TimeoutExpired):
                self._server.wait(timeout=0.05)

    def kill(self) -> None:
        """As a crash would: no goodbye to anybody."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    @property
    def is_running(self) -> bool:
        return self._server is not None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It takes connections and answers nothing."""
        assert self._server is not None
        self._server.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._server.send_signal(signal.SIGCONT)

    def empty(self) -> None:
        """Throw away every message and every queue, as an administrator's mistake would."""
        self._empty()

    def said(self) -> str:
        return (self._folder / "log").read_text(errors="replace")[-3000:]

    def _end(self, how: signal.Signals) -> None:
        if self._server is None:
            return
        self._server.send_signal(how)
        try:
            self._server.wait(timeout=STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        self._server = None


@contextmanager
def redis(program: str | Path) -> Iterator[Broker]:
    """A Redis server that keeps nothing on the disk."""
    port, password = free_port(), secrets.token_hex(16)
    url = f"redis://:{password}@127.0.0.1:{port}/0"

    def answers() -> bool:
        with closing(redis_client.Redis.from_url(url, socket_timeout=5)) as client:
            try:
                client.ping()
            except redis_client.RedisError:
                return False
            return True

    def empty() -> None:
        with closing(redis_client.Redis.from_url(url, socket_timeout=5)) as client:
            client.flushall()

    with _folder("sapa-redis-") as folder:
        settings = folder / "settings"  # not in the command line, where everybody on the machine could read it
        settings.write_text(
            f"bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ''\nappendonly no\ndir {folder}\n"
        )
        command = [str(program), str(settings)]
        with _running(Broker(url, command, dict(os.environ), folder, answers, empty)) as broker:
            yield broker


@contextmanager
def rabbitmq(program: str | Path, *, waits_for_answer_s: int | None = None) -> Iterator[Broker]:
    """A RabbitMQ node of its own, with its own port mapper (epmd), which ends with the block too.

    A consumer that does not acknowledge a message for `waits_for_answer_s` loses its channel; by default half an hour.
    """
    port, mapper_port, distribution_port = free_port(), free_port(), free_port()
    address = f"127.0.0.1:{port}"
    with _folder("sapa-rabbitmq-") as folder:
        environ = _rabbitmq_environ(folder, port, mapper_port, distribution_port)
        if waits_for_answer_s is not None:
            environ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] += (
                f" -rabbit consumer_timeout {waits_for_answer_s * 1000} -rabbit channel_tick_interval 500"
            )
        command = [str(program), "-noinput"]
        broker = Broker(
            f"amqp://guest:guest@{address}//",
            command,
            environ,
            folder,
            lambda: _amqp_answers(address),
            lambda: _amqp_empty(address),
        )
        with _port_mapper(mapper_port, environ), _running(broker):
            yield broker


def _rabbitmq_environ(folder: Path, port: int, mapper_port: int, distribution_port: int) -> dict[str, str]:
    settings = folder / "rabbitmq.conf"
    # Only the loopback; the disk of a test machine may be nearly full.
    settings.write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\ndisk_free_limit.absolute = 1MB\nlog.file = false\n")
    (folder / "plugins").write_text("[].\n")
    cookie = folder / ".erlang.cookie"
    cookie.write_text(secrets.token_hex(16))
    cookie.chmod(0o400)
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "ERL_EPMD_PORT": str(mapper_port),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_CRASH_DUMP_BYTES": "0",
        "RABBITMQ_ALLOW_INPUT": "1",  # the script then becomes the server instead of waiting beside it
        "RABBITMQ_NODENAME": f"sapa{port}@localhost",
        "RABBITMQ_DIST_PORT": str(distribution_port),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none",
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_CONFIG_FILE": str(settings),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "logs"),
        "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "generated"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
    }


@contextmanager
def _port_mapper(port: int, environ: dict[str, str]) -> Iterator[None]:
    """Otherwise the node would start one that stays for ever."""
    program = shutil.which("epmd") or "epmd"
    with subprocess.Popen(
        tied([program, "-port", str(port), "-address", "127.0.0.1"]),
        env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as mapper:  # fmt: skip
        try:
            yield
        finally:
            mapper.kill()


def _amqp_answers(address: str) -> bool:
    try:
        with amqp.Connection(address, connect_timeout=5, read_timeout=5):
            return True
    except (OSError, amqp.AMQPError):
        return False


def _amqp_empty(address: str) -> None:
    from sapa.pipeline.stages import STAGE_KEYS

    with amqp.Connection(address, connect_timeout=5, read_timeout=10) as connection:
        for name in (*STAGE_KEYS, "schedule"):
            connection.channel().queue_delete(f"sapa.{name}")


@contextmanager
def _running(broker: Broker) -> Iterator[Broker]:
    try:
        broker.start()
        yield broker
    finally:
        broker.stop()


@contextmanager
def _folder(prefix: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def tied(command: list[str]) -> list[str]:
    """It ends with the tests, even when they are killed."""
    return [sys.executable, "-m", "sapa.pipeline.with_parent", str(os.getpid()), *command]


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
