"""A speech server on loopback that does what a test tells it to, and keeps what it was sent."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

KEY = "a-key-that-nobody-may-see"


@dataclass(frozen=True)
class Asked:
    """One request. `form`: its fields in order; the file under "file" as bytes."""

    method: str
    path: str
    headers: dict[str, str]
    form: list[tuple[str, Any]]

    def all(self, name: str) -> list[Any]:
        return [value for told, value in self.form if told == name]


@dataclass
class Stub:
    """`answers`: what it gives, one after the other, the last one for ever; a string or bytes as they are."""

    answers: list[Any] = field(default_factory=lambda: [{"text": ""}])
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    behave: Callable[[BaseHTTPRequestHandler], None] | None = None
    over: Event = field(default_factory=Event)
    url: str = ""

    def body(self) -> bytes:
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        if isinstance(answer, bytes):
            return answer
        return answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()


@contextmanager
def stub_server() -> Iterator[Stub]:
    stub = Stub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            stub.asked.append(Asked(self.command, self.path, dict(self.headers), _form(self.headers, raw)))
            if stub.behave is not None:
                self.close_connection = True
                stub.behave(self)
                return
            body = stub.body()
            self.send_response(stub.status)
            for name, value in stub.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        stub.url = f"http://127.0.0.1:{server.server_port}/v1"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield stub
        finally:
            stub.over.set()
            server.shutdown()
            thread.join()


def hangs(stub: Stub) -> Callable[[BaseHTTPRequestHandler], None]:
    """Takes the request and says nothing."""
    return lambda _request: _waited(stub)


def hangs_half_way(stub: Stub) -> Callable[[BaseHTTPRequestHandler], None]:
    def behave(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
        request.wfile.flush()
        _waited(stub)

    return behave


def drips(stub: Stub) -> Callable[[BaseHTTPRequestHandler], None]:
    """An answer of which a little comes again and again."""

    def behave(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            while not stub.over.wait(0.02):
                request.wfile.write(b"1\r\n \r\n")
        except OSError:
            return

    return behave


def breaks_off(request: BaseHTTPRequestHandler) -> None:
    request.connection.shutdown(socket.SHUT_RDWR)


def breaks_off_half_way(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")


def _waited(stub: Stub) -> None:
    stub.over.wait(20)


def _form(headers: Any, raw: bytes) -> list[tuple[str, Any]]:
    kind = headers.get("Content-Type", "")
    if not kind.startswith("multipart/"):
        return []
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + raw)
    parts = []
    for part in message.iter_parts():
        name, content = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        assert isinstance(content, bytes)
        parts.append((str(name), content if name == "file" else content.decode()))
    return parts
