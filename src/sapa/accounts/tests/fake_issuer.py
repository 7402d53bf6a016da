"""A tiny OpenID Connect issuer on loopback: it believes whoever asks and says what the test told it to say."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt

CLIENT_ID, SECRET = "sapa", "between the two of them"
_KEY = "only so that it is a token; what comes over the own connection is not checked again"


@dataclass
class Issuer:
    address: str = ""
    claims: dict[str, Any] = field(default_factory=dict)  # what the user info says
    signed: dict[str, Any] = field(default_factory=dict)  # what the id token says otherwise
    asked: list[dict[str, list[str]]] = field(default_factory=list)  # forms sent for a token
    fails: bool = False


@contextmanager
def issuer_served() -> Iterator[Issuer]:
    issuer = Issuer()

    class Answers(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base names it so)
            pass

        def do_GET(self) -> None:
            self._say(_found(issuer) if "well-known" in self.path else issuer.claims)

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            issuer.asked.append(parse_qs(sent.decode()))
            if issuer.fails:
                self._say({"error": "invalid_grant"}, status=400)
                return
            claims = {"iss": issuer.address, "aud": CLIENT_ID, "exp": 4_000_000_000, "iat": 1, **issuer.claims}
            token = jwt.encode({**claims, **issuer.signed}, _KEY, algorithm="HS256")
            self._say({"access_token": "x", "token_type": "Bearer", "id_token": token})

        def _say(self, told: dict[str, Any], status: int = 200) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    issuer.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def state_of(location: str) -> dict[str, str]:
    """What the browser was sent to the issuer with."""
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def _found(issuer: Issuer) -> dict[str, Any]:
    at = issuer.address
    return {
        "issuer": at,
        "authorization_endpoint": f"{at}/authorize",
        "token_endpoint": f"{at}/token",
        "userinfo_endpoint": f"{at}/userinfo",
        "jwks_uri": f"{at}/keys",
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
    }
