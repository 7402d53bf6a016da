"""A call comes in while the database fails: nothing half-taken stays, and nothing that may be needed is thrown away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, transaction

from sapa.calls.models import Call
from sapa.pipeline import intake, leases
from sapa.pipeline.ingest import file_ingest
from sapa.pipeline.tests.workbench import stored_blobs, take, tiny_wav

pytestmark = pytest.mark.django_db


def away(*_: Any, **__: Any) -> None:
    raise OperationalError("server closed the connection unexpectedly")


class LostOnCommit:
    """`transaction` whose answer to the commit does not come back; whether it was done nobody knows."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            away()


def test_a_database_that_fails_before_the_end_leaves_no_blob(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, refused: Callable[..., Any]
) -> None:
    monkeypatch.setattr(intake, "audit_write", away)
    with refused("database_unreachable"):
        take()
    assert stored_blobs(data_dir) == []


def test_a_lost_answer_to_the_commit_leaves_the_blob_that_the_call_may_need(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, refused: Callable[..., Any]
) -> None:
    with monkeypatch.context() as patched, refused("database_unreachable"):
        patched.setattr(intake, "connection", SimpleNamespace(vendor="postgresql"))
        patched.setattr(intake, "transaction", SimpleNamespace(atomic=LostOnCommit))
        take()
    assert len(stored_blobs(data_dir)) == 1
    assert not take().created  # as a client that sends again finds
    assert Call.objects.count() == 1


class StoppedOnCommit:
    """`transaction` of SQLite whose commit has returned when Ctrl-C is delivered."""

    def __init__(self) -> None:
        self._real = transaction.atomic()

    def __enter__(self) -> None:
        self._real.__enter__()

    def __exit__(self, *problem: Any) -> None:
        self._real.__exit__(*problem)
        raise KeyboardInterrupt


def test_ctrl_c_as_the_commit_returns_leaves_the_call_its_sound(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "transaction", SimpleNamespace(atomic=StoppedOnCommit))
    with pytest.raises(KeyboardInterrupt):
        take()
    assert Call.objects.count() == len(stored_blobs(data_dir)) == 1


def test_a_commit_that_sqlite_refuses_leaves_no_blob(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, refused: Callable[..., Any]
) -> None:
    with monkeypatch.context() as patched, refused("database_unreachable"):
        patched.setattr(intake, "connection", SimpleNamespace(vendor="sqlite"))
        patched.setattr(intake, "transaction", SimpleNamespace(atomic=LostOnCommit))
        take()
    assert stored_blobs(data_dir) == []


def test_a_doorbell_that_cannot_be_rung_takes_nothing_back(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def no_threads(stage: str) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(leases, "ring", no_threads)
    with django_capture_on_commit_callbacks(execute=True) as rung:
        assert take().created
    assert len(rung) == 1
    assert Call.objects.count() == len(stored_blobs(data_dir)) == 1


def test_a_folder_goes_on_past_a_file_that_the_database_did_not_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "call.wav"
    file.write_bytes(tiny_wav())
    with monkeypatch.context() as patched:
        patched.setattr(intake, "audit_write", away)
        error = file_ingest(file).error
    assert error is not None
    assert (error.code, error.retryable) == ("database_unreachable", True)
    assert file_ingest(file).taken is not None
