"""What is too large, or from nobody, is refused before a byte of it is read."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from sapa.accounts.models import Person
from sapa.config.body_limits import BodyLimitsMiddleware
from sapa.pipeline.tests.processes import SAPA, child_running, environment, free_port, sapa, started, until
from tests.fixtures.cast import SignedIn

MB = 1_000_000
UPLOAD, API = "/calls/upload", "/api/v1/calls"


class Unreadable:
    """A body that must not be touched."""

    def read(self, *_: Any) -> bytes:
        raise AssertionError("the body was read")

    readline = read


def posted(client: Client, path: str, length: int | str, **extra: Any) -> HttpResponse:
    answer: Any = client.generic(
        "POST", path, content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(length),
        **{"wsgi.input": Unreadable(), **extra},
    )  # fmt: skip
    return answer  # type: ignore[no-any-return]


@pytest.mark.parametrize("path", ["/language", "/sign-in", "/theme", "/no/such/page", "/calls/", "/api/v1/other"])
def test_only_the_two_ways_in_take_more_than_a_form(db: None, path: str) -> None:
    answer = posted(Client(), path, 3 * MB)
    assert answer.status_code == 413
    assert b"request_too_large" in answer.content


@pytest.mark.parametrize("path", [UPLOAD, API])
def test_a_recording_from_nobody_is_refused(db: None, path: str) -> None:
    stale = Client()
    stale.cookies["sessionid"] = "made-up"
    for client, extra in ((Client(), {}), (stale, {}), (Client(), {"HTTP_AUTHORIZATION": "Bearer sapa_wrong"})):
        answer = posted(client, path, 3 * MB, **extra)
        assert answer.status_code == 401
        assert b"not_signed_in" in answer.content


@pytest.mark.parametrize("path", [UPLOAD, API])
def test_more_than_the_limit_is_refused(bogdan: Person, signed_in: SignedIn, settings: Any, path: str) -> None:
    settings.SAPA_UPLOAD_MAX_MB = 5
    answer = posted(signed_in(bogdan), path, 7 * MB)
    assert answer.status_code == 413
    assert b"file_too_large" in answer.content


def test_a_body_without_a_length_is_refused(db: None) -> None:
    answer = posted(Client(), API, "", HTTP_TRANSFER_ENCODING="chunked")
    assert answer.status_code == 411
    assert json.loads(answer.content)["error"]["code"] == "length_missing"


def test_a_program_is_told_in_json_and_a_person_in_words(db: None) -> None:
    assert json.loads(posted(Client(), API, 3 * MB).content)["error"]["code"] == "not_signed_in"
    assert posted(Client(), "/language", 3 * MB)["Content-Type"].startswith("text/plain")


def test_a_recording_from_somebody_goes_on_and_finds_its_folder(
    bogdan: Person, signed_in: SignedIn, settings: Any, tmp_path: Path
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "gone" / "tmp")
    passed: list[HttpRequest] = []

    def go_on(request: HttpRequest) -> HttpResponse:
        passed.append(request)
        return HttpResponse()

    request = RequestFactory().generic("POST", UPLOAD, CONTENT_LENGTH=str(3 * MB))
    request.session = signed_in(bogdan).session
    assert BodyLimitsMiddleware(go_on)(request).status_code == 200
    assert passed == [request]
    assert Path(settings.FILE_UPLOAD_TEMP_DIR).is_dir()


def test_a_flood_leaves_nothing_on_disk(tmp_path: Path) -> None:
    """By the real server: the sender is answered though it has sent little of what it said it would."""
    own = tmp_path / "own"
    assert sapa("migrate", "--verbosity", "0", data_dir=own).returncode == 0
    port = free_port()
    command = [*SAPA, "serve", "--no-worker", "--port", str(port)]
    with started(*command, environ=environment(own), said=tmp_path / "said") as process:
        until(lambda: child_running(process.pid, "gunicorn") and answered(port))
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        connection.putrequest("POST", "/language")
        connection.putheader("Content-Type", "multipart/form-data; boundary=x")
        connection.putheader("Content-Length", str(300 * MB))
        connection.endheaders(b"--x\r\n" + b"0" * 1000)
        assert connection.getresponse().status == 413
        connection.close()
        assert not list((own / "tmp").iterdir())
        modes = {path.name: path.stat().st_mode & 0o077 for path in own.iterdir()}
        assert set(modes.values()) == {0}, modes


def answered(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
