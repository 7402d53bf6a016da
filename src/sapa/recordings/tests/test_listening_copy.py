"""What the player gets when no browser plays the files as they came, and that nothing of it is ever left lying."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import transaction

from sapa.calls.services import call_create
from sapa.calls.types import CallFacts
from sapa.core.storage import blobs
from sapa.recordings import copies
from sapa.recordings.decoders import decode
from sapa.recordings.models import ListeningCopy, Recording, RecordingPart
from sapa.recordings.selectors import blob_refs, played_of, recording_of
from sapa.recordings.services import (
    StoredFile,
    recorded_call,
    recording_attach,
    recording_measure,
    recording_save_facts,
)
from sapa.recordings.tests.encoded import encoded_as, gsm_wav
from sapa.recordings.tests.sounds import MULAW, PCM, of, tone, wav
from sapa.recordings.types import Audio
from tests.fixtures.world import FrozenClock

pytestmark = pytest.mark.usefixtures("transactional_db")
TONES = (tone(400, duration_s=2.0), tone(900, duration_s=2.0))
COMPRESSED: dict[str, Callable[[], bytes]] = {
    "gsm": gsm_wav,
    "mp3": lambda: encoded_as("mp3", "libmp3lame"),
    "opus": lambda: encoded_as("ogg", "libopus", rate_hz=48000),
    "m4a": lambda: encoded_as("ipod", "aac", rate_hz=16000),
}
ODD = wav(TONES, form=MULAW, bits=8)


def stored(content: bytes = ODD, agent: bytes | None = None, **told: Any) -> Recording:
    blob = blobs().put(of(content))
    call = call_create(CallFacts(), sha256=blob.sha256, file_name="a.wav", connector="files", payload={})
    agent_file = StoredFile(blobs().put(of(agent)), "b.wav", told.get("offset_s")) if agent else None
    return recording_attach(call, blob, agent_channel=None, agent_file=agent_file)


def measured(recording: Recording) -> Recording:
    recording_save_facts(recording.call_id, recording_measure(recording.call_id, lambda _share: None))
    found = recording_of(recording.call)
    assert found is not None
    return found


def files_in(data_dir: Path) -> set[str]:
    return {path.name for path in (data_dir / "blobs").rglob("*") if path.is_file()}


def known_blobs() -> set[str]:
    return set(RecordingPart.objects.values_list("blob_id", flat=True)) | set(
        ListeningCopy.objects.values_list("blob_id", flat=True)
    )


def test_a_form_that_browsers_play_needs_no_copy(data_dir: Path) -> None:
    recording = measured(stored(wav(TONES, form=PCM)))
    assert played_of(recording).blob_id == recording.parts.get().blob_id
    assert len(files_in(data_dir)) == 1


def test_one_that_they_do_not_play_gets_one(data_dir: Path) -> None:
    recording = measured(stored())
    played = played_of(recording)
    assert (played.media_type, recording.parts.get().form) == ("audio/flac", "wav/pcm_mulaw")
    with blobs().open(played.blob_id) as source:
        assert decode(source).duration_s == 2.0
    assert {ref.id for ref in blob_refs()} == files_in(data_dir) == known_blobs()


def test_a_pair_gets_one_and_is_heard_again_as_it_was_put_together() -> None:
    recording = measured(stored(wav(TONES[:1]), wav(TONES[1:]), offset_s=0.5))
    assert (recording.channels, recording.duration_s) == (2, 2.5)
    assert played_of(recording).media_type == "audio/flac"
    again = recorded_call(recording.call_id, sample_rate_hz=16000)
    assert again.audio.samples.shape == (2, 40000)


@pytest.mark.parametrize("place", [0, 1])
def test_each_file_is_checked_against_its_checksum(data_dir: Path, place: int, refused: Callable[..., Any]) -> None:
    recording = stored(wav(TONES[:1]), wav(TONES[1:]))
    blob_id = recording.parts.get(place=place).blob_id
    (data_dir / "blobs" / blob_id[:2] / blob_id).write_bytes(wav(TONES[:1])[:-1] + b"\x7f")
    with refused("recording_damaged"):
        recording_measure(recording.call_id, lambda _share: None)


def test_measuring_again_leaves_one_copy(data_dir: Path) -> None:
    recording = stored()
    for _attempt in range(3):
        measured(recording)
    assert ListeningCopy.objects.get().is_served
    assert len(files_in(data_dir)) == 2
    assert files_in(data_dir) == known_blobs()


def test_a_save_that_is_rolled_back_leaves_the_earlier_copy_playing(data_dir: Path) -> None:
    recording = stored()
    before = played_of(measured(recording))
    facts = recording_measure(recording.call_id, lambda _share: None)
    with transaction.atomic():
        recording_save_facts(recording.call_id, facts)
        transaction.set_rollback(True)
    after = recording_of(recording.call)
    assert after is not None
    assert played_of(after).blob_id == before.blob_id
    assert before.blob_id in files_in(data_dir) == known_blobs()
    measured(recording)
    assert len(files_in(data_dir)) == 2


def test_a_copy_of_an_attempt_that_came_too_late_goes_when_it_is_old(data_dir: Path, frozen_clock: FrozenClock) -> None:
    late, other = stored(), stored(ODD[:-2])
    recording_measure(late.call_id, lambda _share: None)
    measured(late)
    recording_measure(late.call_id, lambda _share: None)  # whose result was refused
    assert len(files_in(data_dir)) == 4
    frozen_clock.advance(hours=25)
    measured(other)
    assert len(files_in(data_dir)) == 4
    assert ListeningCopy.objects.filter(is_served=False).count() == 0
    assert files_in(data_dir) == known_blobs()


def test_a_copy_that_cannot_be_stored_leaves_nothing(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def put_as(*_given: Any) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    recording = stored()
    monkeypatch.setattr(copies, "blobs", Full)
    with pytest.raises(OSError, match="No space"):
        copies.copy_make(recording, Audio(np.zeros((2, 8000), dtype=np.float32), 8000))
    assert not ListeningCopy.objects.exists()
    assert files_in(data_dir) == known_blobs()


def test_a_copy_that_was_tidied_away_is_not_served(refused: Callable[..., Any]) -> None:
    recording = stored()
    facts = recording_measure(recording.call_id, lambda _share: None)
    ListeningCopy.objects.all().delete()
    with refused("listening_copy_lost"), transaction.atomic():
        recording_save_facts(recording.call_id, facts)


def test_a_mono_recording_forgets_who_was_told_to_be_the_agent() -> None:
    recording = stored(wav(TONES[:1]))
    Recording.objects.filter(pk=recording.pk).update(agent_channel=1, agent_channel_source="told")
    after = measured(recording)
    assert (after.channels, after.agent_channel, after.agent_channel_source) == (1, None, "unsure")


def test_a_recording_that_is_cut_short_says_so_and_is_played_from_a_copy() -> None:
    recording = measured(stored(wav(TONES)[:-8000]))
    assert recording.is_truncated
    assert played_of(recording).media_type == "audio/flac"


def test_an_attempt_that_was_killed_before_its_copy_was_stored_is_tidied_up(data_dir: Path) -> None:
    recording = stored()
    ListeningCopy.objects.create(
        recording=recording, blob_id="0" * 32, media_type="audio/flac", made_at=recording.call.created_at
    )
    measured(recording)
    assert ListeningCopy.objects.get().is_served
    assert files_in(data_dir) == known_blobs()


@pytest.mark.parametrize("name", ["gsm", "mp3", "opus", "m4a"])
def test_compressed_forms_are_played_from_a_copy(name: str) -> None:
    recording = measured(stored(COMPRESSED[name]()))
    played = played_of(recording)
    assert played.media_type == "audio/flac"
    with blobs().open(played.blob_id) as source:
        assert decode(source).duration_s == pytest.approx(recording.duration_s)
