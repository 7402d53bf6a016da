from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sapa.accounts.models import Person
from sapa.audit.models import AuditEntry
from sapa.calls.models import Call
from sapa.calls.services import call_create
from sapa.calls.types import CallFacts
from sapa.core.storage import blobs
from sapa.recordings.models import Recording
from sapa.recordings.services import (
    agent_channel_keep,
    agent_channel_tell,
    recording_attach,
    recording_measure,
    recording_save_facts,
)
from sapa.recordings.tests.sounds import of, tone, wav
from sapa.recordings.types import UNSURE, AgentChannel, ChannelSource

pytestmark = pytest.mark.django_db
SOUND = wav((tone(400, duration_s=2.0), tone(900, duration_s=2.0)))
FOUND = AgentChannel(1, ChannelSource.FOUND, 0.8, "how can I help")


def stored(content: bytes = SOUND, *, agent_channel: int | None = None) -> Recording:
    blob = blobs().put(of(content))
    call = call_create(CallFacts(), sha256=blob.sha256, file_name="a.wav", connector="files", payload={})
    return recording_attach(call, blob, agent_channel=agent_channel)


def nobody_looks(share: float) -> None:
    pass


def blob_path(recording: Recording, data_dir: Path) -> Path:
    blob_id = recording.parts.get().blob_id
    return data_dir / "blobs" / blob_id[:2] / blob_id


def test_a_recording_is_measured_and_its_call_learns_how_long_it_is() -> None:
    recording = stored()
    recording_save_facts(recording.call_id, recording_measure(recording.call_id, nobody_looks))
    recording.refresh_from_db()
    assert (recording.sample_rate_hz, recording.channels, recording.duration_s) == (8000, 2, 2.0)
    assert [len(channel) for channel in recording.peaks] == [80, 80]
    assert Call.objects.get().duration_s == 2.0


def test_measuring_reports_its_progress() -> None:
    shares: list[float] = []
    recording_measure(stored().call_id, shares.append)
    assert shares
    assert all(0 <= share <= 1 for share in shares)


def test_bytes_that_changed_on_disk_are_refused(data_dir: Path, refused: Callable[..., Any]) -> None:
    recording = stored()
    path = blob_path(recording, data_dir)
    path.write_bytes(path.read_bytes()[:-1] + b"\x7f")
    with refused("recording_damaged"):
        recording_measure(recording.call_id, nobody_looks)


def test_bytes_that_are_gone_are_said(refused: Callable[..., Any]) -> None:
    recording = stored()
    blobs().delete(recording.parts.get().blob_id)
    with refused("blob_missing"):
        recording_measure(recording.call_id, nobody_looks)


def test_more_than_two_channels_are_refused(refused: Callable[..., Any]) -> None:
    with refused("channels_unsupported"):
        recording_measure(stored(wav([tone(400)] * 3)).call_id, nobody_looks)


@pytest.mark.parametrize(("told", "source"), [(None, ChannelSource.UNSURE), (0, ChannelSource.TOLD)])
def test_a_source_that_knows_the_agents_channel_is_believed(told: int | None, source: ChannelSource) -> None:
    recording = stored(agent_channel=told)
    assert (recording.agent_channel, recording.agent_channel_source) == (told, source)


def test_what_the_talk_showed_is_kept_and_what_was_told_stands() -> None:
    silent, told = stored(), stored(SOUND + b"\0", agent_channel=0)
    for recording in (silent, told):
        agent_channel_keep(recording.call_id, FOUND)
        recording.refresh_from_db()
    assert (silent.agent_channel, silent.agent_channel_source, silent.agent_channel_reason) == (
        1,
        "found",
        "how can I help",
    )
    assert (told.agent_channel, told.agent_channel_source) == (0, "told")


def test_a_later_hearing_that_is_unsure_replaces_an_earlier_find() -> None:
    recording = stored()
    agent_channel_keep(recording.call_id, FOUND)
    agent_channel_keep(recording.call_id, UNSURE)
    recording.refresh_from_db()
    assert (recording.agent_channel, recording.agent_channel_source) == (None, "unsure")


def test_what_a_person_says_stands_and_is_audited(bogdan: Person) -> None:
    recording = stored()
    agent_channel_keep(recording.call_id, FOUND)
    agent_channel_tell(bogdan, recording.call, 0)
    agent_channel_keep(recording.call_id, FOUND)
    recording.refresh_from_db()
    assert (recording.agent_channel, recording.agent_channel_source) == (0, "told")
    assert (recording.agent_channel_confidence, recording.agent_channel_reason) == (1.0, "")
    entry = AuditEntry.objects.get(verb="recording.agent_channel_told")
    assert (entry.person, entry.subject, entry.details) == (bogdan, f"call {recording.call_id}", {"channel": 0})


@pytest.mark.parametrize("channel", [-1, 2])
def test_there_are_only_two_channels(bogdan: Person, channel: int, refused: Callable[..., Any]) -> None:
    with refused("channel_invalid"):
        agent_channel_tell(bogdan, stored().call, channel)
