"""S3-compatible servers for tests, over real HTTP on the loopback: a good one, and ones that fail as they are told."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from sapa.core.blob_place import S3Place
from sapa.core.s3_blobs import S3Blobs, S3Keys, _client

KEYS = S3Keys("test-access", "test-secret")


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def good_server() -> Iterator[str]:
    """In a process of its own, so that its memory is not ours. Gives its address."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            deadline, pause = time.monotonic() + 60, Event()
            while not _answers(port):
                assert process.poll() is None, "the object server ended"
                assert time.monotonic() < deadline, "the object server does not start"
                pause.wait(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def _answers(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def store_at(endpoint: str, bucket: str, prefix: str = "calls", *, is_new: bool = True) -> S3Blobs:
    place = S3Place(bucket, prefix, endpoint)
    store = S3Blobs(place, KEYS)
    if is_new:
        store._s3.create_bucket(Bucket=bucket)
    return store


Answer = tuple[int, dict[str, str], bytes]


@contextmanager
def answering(answer: Callable[[str, str], Answer | None]) -> Iterator[str]:
    """A server that gives for each method and path a status, headers and a body, or cuts the connection for None."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told = answer(self.command, self.path)
            if told is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            status, headers, body = told
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
            if int(headers.get("Content-Length", len(body))) != len(body):
                self.close_connection = True

        do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _do  # noqa: N815 - names of the standard library

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the standard library
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def refusal(status: int, code: str) -> Answer:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>told so</Message></Error>".encode()
    return status, {"Content-Type": "application/xml"}, body


def clients_forget() -> None:
    """The connections of servers that are gone."""
    _client.cache_clear()
