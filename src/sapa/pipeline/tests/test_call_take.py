from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sapa.accounts.models import Person
from sapa.audit.models import AuditEntry
from sapa.calls.models import Call, RawEvent
from sapa.calls.types import CallFacts
from sapa.core.storage import blobs
from sapa.pipeline.intake import call_take
from sapa.pipeline.models import StageRow
from sapa.pipeline.tests.workbench import stages_of, stored_blobs, take, take_pair, tiny_wav
from sapa.recordings.models import Recording
from sapa.recordings.tests.sounds import of
from tests.fixtures.world import FrozenClock

pytestmark = pytest.mark.django_db


def test_a_recording_becomes_a_call_that_waits_at_the_first_stage(frozen_clock: FrozenClock) -> None:
    taken = take(tiny_wav(), external_id="17", agent_channel=1)
    assert taken.created
    assert stages_of(taken.call) == {"recording": "waiting"}
    recording = Recording.objects.get(call=taken.call)
    assert recording.sha256 == hashlib.sha256(tiny_wav()).hexdigest()
    assert (recording.agent_channel, recording.agent_channel_source) == (1, "told")
    with blobs().open(recording.parts.get().blob_id) as stored:
        assert stored.read() == tiny_wav()
    assert StageRow.objects.get().opened_at == frozen_clock.at


def test_taking_a_call_is_audited_with_who_handed_it_in(bogdan: Person) -> None:
    call = call_take(of(tiny_wav()), file_name="a.wav", facts=CallFacts(), connector="rest", person=bogdan).call
    entry = AuditEntry.objects.get(verb="call.taken")
    assert (entry.person, entry.subject, entry.details) == (bogdan, f"call {call.pk}", {"file_name": "a.wav"})


def test_the_payload_is_kept_with_its_connector() -> None:
    call_take(of(tiny_wav()), file_name="a.wav", facts=CallFacts(), connector="rest", payload={"crm": [1, None]})
    event = RawEvent.objects.get()
    assert (event.connector, event.payload) == ("rest", {"crm": [1, None]})


@pytest.mark.parametrize("again", [{}, {"external_id": "17"}, {"external_id": "18", "queue": "new"}])
def test_the_same_recording_again_is_the_same_call(data_dir: Path, again: dict[str, Any]) -> None:
    first = take(external_id="17")
    second = take(file_name="copy.wav", **again)
    assert (second.created, second.call) == (False, first.call)
    assert (Call.objects.count(), RawEvent.objects.count(), StageRow.objects.count()) == (1, 1, 1)
    assert len(stored_blobs(data_dir)) == 1


def test_the_same_name_with_another_recording_is_a_conflict(data_dir: Path, refused: Callable[..., Any]) -> None:
    take(tiny_wav(1), external_id="17")
    with refused("call_conflict"):
        take(tiny_wav(2), external_id="17")
    assert (Call.objects.count(), Recording.objects.count(), len(stored_blobs(data_dir))) == (1, 1, 1)


def test_calls_without_a_name_are_told_apart_by_their_tiny_wav() -> None:
    assert take(tiny_wav(1)).call != take(tiny_wav(2)).call


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "audio_empty"),
        (b"a letter named call.wav, longer than a head", "audio_unsupported"),
        (b"RI", "audio_unsupported"),
    ],
)
def test_what_is_no_recording_is_refused_and_not_kept(
    data_dir: Path, content: bytes, code: str, refused: Callable[..., Any]
) -> None:
    with refused(code):
        take(content)
    assert not (data_dir / "blobs").exists()
    assert not Call.objects.exists()


def test_three_channels_are_taken_and_fail_at_their_stage_with_the_reason() -> None:
    """Looking into the sound is slow work, so it is done in the line, where its failure is kept."""
    assert take(tiny_wav(channels=3)).created


@pytest.mark.parametrize("language", ["xx", "rus", "pt-br"])
def test_a_language_that_cannot_be_heard_is_refused_while_it_can_be_corrected(
    data_dir: Path, refused: Callable[..., Any], language: str
) -> None:
    with refused("metadata_invalid"):
        take(language=language)
    assert (Call.objects.count(), stored_blobs(data_dir)) == (0, [])
    assert take(language="kk").call.language == "kk"


@pytest.mark.parametrize("over", [0, 1])
def test_the_largest_recording_is_taken_and_one_byte_more_is_not(
    data_dir: Path, settings: Any, refused: Callable[..., Any], over: int
) -> None:
    settings.SAPA_UPLOAD_MAX_MB = 1
    content = tiny_wav().ljust((1 << 20) + over, b"\0")
    if not over:
        assert take(content).created
        return
    with refused("file_too_large"):
        take(content)
    with refused("file_too_large"):
        take_pair(agent=content)
    assert (Call.objects.count(), stored_blobs(data_dir)) == (0, [])


def test_a_long_file_name_is_cut() -> None:
    assert len(take(file_name="n" * 300 + ".wav").call.file_name) == 255
