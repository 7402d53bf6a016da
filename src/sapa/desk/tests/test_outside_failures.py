"""The database is away, or a disk is full: pages and programs are told so, wherever in a request it is met."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError, connection
from django.test import Client, RequestFactory

from sapa.accounts.models import Person
from sapa.desk.views.failures import bad_request
from tests.fixtures.cast import SignedIn


@contextmanager
def database_says(problem: Exception) -> Iterator[None]:
    def refuse(*_: Any) -> None:
        raise problem

    with connection.execute_wrapper(refuse):
        yield


def full() -> OperationalError:
    problem, said = OperationalError("database or disk is full"), sqlite3.OperationalError("database or disk is full")
    said.sqlite_errorcode = sqlite3.SQLITE_FULL
    problem.__cause__ = said
    return problem


def patient(client: Client) -> Client:
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("problem", [OperationalError("server closed the connection"), InterfaceError("closed")])
def test_a_page_says_that_the_database_is_away(bogdan: Person, signed_in: SignedIn, problem: Exception) -> None:
    client = patient(signed_in(bogdan))
    with database_says(problem):
        response = client.get("/calls/")
    assert response.status_code == 503
    assert b"The database does not answer" in response.content
    assert b"database_unreachable" in response.content
    assert b"server closed" not in response.content
    assert client.get("/calls/").status_code == 200


@pytest.mark.parametrize(
    ("problem", "status", "code"),
    [(OperationalError("gone"), 503, "database_unreachable"), (full(), 507, "database_full")],
)
def test_a_program_is_told_in_json(
    bogdan: Person, api_of: SignedIn, problem: Exception, status: int, code: str
) -> None:
    client = patient(api_of(bogdan))
    with database_says(problem):
        response = client.get("/api/v1/calls")
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


def test_a_full_disk_under_an_upload_is_told(bogdan: Person, api_of: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("django.core.files.uploadhandler.MemoryFileUploadHandler.receive_data_chunk", write)
    client = patient(api_of(bogdan))
    response = client.post("/api/v1/calls", {"file": BytesIO(b"RIFF")})
    assert (response.status_code, response.json()["error"]["code"]) == (507, "storage_write_failed")


def test_a_mistake_of_ours_stays_one(bogdan: Person, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(errno.EACCES, "no")

    monkeypatch.setattr("sapa.desk.views.call_list.render", fail)
    response = patient(signed_in(bogdan)).get("/calls/")
    assert response.status_code == 500
    assert b"Our mistake" in response.content


def test_a_name_that_the_site_does_not_answer_to_is_told_so(client: Client) -> None:
    page = client.get("/calls/", headers={"host": "calls.example"})
    assert (page.status_code, "SAPA_HOSTS" in page.text, "host_unknown" in page.text) == (400, True, True)
    told = client.get("/api/v1/calls", headers={"host": "calls.example"})
    assert (told.status_code, told.json()["error"]["code"]) == (400, "host_unknown")
    assert "SAPA_HOSTS" in told.json()["error"]["message"]


def test_what_is_refused_before_anybody_is_known_has_a_page(rf: RequestFactory) -> None:
    page = bad_request(rf.get("/calls/"), SuspiciousOperation("odd"))
    assert (page.status_code, "Not understood" in page.content.decode()) == (400, True)
