"""The site of a world, asked as a program or a browser asks it."""

from __future__ import annotations

import json
import sys
import uuid
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any

from sapa.pipeline.tests.processes import SAPA, child_running, free_port, until
from tests.faults.world import Process, World

KNOWN_CODES = ("database_unreachable", "database_unready", "database_full", "storage_write_failed")
SIGN_IN = """
import django
django.setup()
from django.test import Client
from sapa.accounts.models import Person
client = Client()
client.force_login(Person.objects.get(username="root"))
print(client.cookies.output(attrs=[], header="").strip())
"""


@dataclass
class Site:
    """Started again on the same port as often as it is killed."""

    world: World
    port: int
    token: str
    session: str
    options: tuple[str, ...]
    environ: dict[str, str]
    process: Process
    starts: int = 1

    def ask(self, path: str, *, method: str = "GET", body: bytes = b"", **headers: str) -> tuple[int, bytes] | None:
        """Status and body; None when there was no answer, or none to its end."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            given = self._credentials(path)
            connection.request(method, path, body or None, {**given, **headers})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, HTTPException):
            return None
        finally:
            connection.close()

    def _credentials(self, path: str) -> dict[str, str]:
        if path.startswith("/api/"):
            return {"Authorization": f"Bearer {self.token}"}
        return {"Cookie": self.session} if path.startswith("/calls/") else {}

    def hand_in(self, recording: bytes, *, name: str) -> tuple[int, Any] | None:
        border = uuid.uuid4().hex
        head = f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + recording + f"\r\n--{border}--\r\n".encode()
        kind = f"multipart/form-data; boundary={border}"
        answer = self.ask("/api/v1/calls", method="POST", body=body, **{"Content-Type": kind})
        if answer is None:
            return None
        try:
            return answer[0], json.loads(answer[1])
        except json.JSONDecodeError:
            return answer[0], {"error": {"code": "no_json"}}

    def status(self, path: str) -> int:
        """0 when nobody answers."""
        answer = self.ask(path)
        return answer[0] if answer else 0

    def code(self, path: str) -> str:
        """Of what went wrong, by the page or the JSON; empty when nothing did."""
        status, body = self.ask(path) or (0, b"")
        return next((code for code in KNOWN_CODES if status >= 500 and code.encode() in body), "")

    def is_up(self) -> bool:
        return self.status("/healthz") == 200

    def child(self, *words: str) -> int | None:
        return child_running(self.process.pid, *words)

    def start_again(self) -> None:
        self.starts += 1
        self.process = started(self.world, self.port, self.options, self.environ, name=f"site-{self.starts}")


def site_of(world: World, *options: str, **environ: str) -> Site:
    """`sapa serve` with these options, and a token to hand in calls."""
    world.sapa("init", "--name", "root", "--link")
    token = world.sapa("token", "root").strip()
    session = world.run(sys.executable, "-c", SIGN_IN).strip()
    port = free_port()
    process = started(world, port, options, environ, name="site-1")
    site = Site(world, port, token, session, options, environ, process)
    until(site.is_up, within_s=60)
    return site


def started(world: World, port: int, options: tuple[str, ...], environ: dict[str, str], *, name: str) -> Process:
    return world.start(name, *SAPA, "serve", "--port", str(port), *options, **environ)
