"""`sapa doctor --storage` finds every file that is lost, changed or nobody's, and touches none."""

from __future__ import annotations

import io
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from sapa.core.storage import blobs
from sapa.pipeline import storage_audit as auditing
from sapa.pipeline.storage_audit import storage_audit
from sapa.pipeline.tests.workbench import stored_blobs, take, tiny_wav
from sapa.recordings.selectors import NeededBlob, blob_refs


@pytest.fixture
def stored(db: None) -> list[str]:
    for sound in (1, 2, 3):
        take(tiny_wav(sound))
    return [blob.id for blob in blob_refs()]


def test_a_whole_storage_is_well(stored: list[str]) -> None:
    audit = storage_audit()
    assert (audit.checked, audit.problems, audit.strays) == (3, (), ())


def test_what_is_lost_changed_and_nobodys_is_named(stored: list[str], data_dir: Path) -> None:
    blobs().delete(stored[0])
    blobs().put_as(stored[1], io.BytesIO(tiny_wav(9)))
    stray = blobs().put(io.BytesIO(b"of a call that is not here")).id
    before = stored_blobs(data_dir)
    audit = storage_audit()
    assert set(audit.problems) == {f"{stored[0]}: blob_missing", f"{stored[1]}: blob_damaged"}
    assert audit.strays == (stray,)
    assert stored_blobs(data_dir) == before


def test_what_is_taken_in_meanwhile_is_no_stray(stored: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Stored before the look, written down after it."""
    late = blobs().put(io.BytesIO(tiny_wav(4)))
    answers = iter([set(stored), {*stored, late.id}])
    monkeypatch.setattr(auditing, "blob_ids_spoken_of", lambda: next(answers))
    assert storage_audit().strays == ()


def test_a_file_without_a_checksum_only_has_to_be_there(stored: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditing, "blob_refs", lambda: [NeededBlob(stored[0], None, None)])
    assert storage_audit().problems == ()


def test_the_doctor_tells_each(stored: list[str]) -> None:
    blobs().delete(stored[0])
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("doctor", "--storage", stdout=out)
    assert f"not whole: {stored[0]}: blob_missing" in out.getvalue()
    assert "1 of 3 files are missing or damaged" in out.getvalue()
