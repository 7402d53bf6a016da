"""Recordings in a watched folder beside a hosted phone system: found by an event that names them, or by their names."""

from __future__ import annotations

from pathlib import Path

import pytest

from sapa.calls.connectors.file_names import name_pattern
from sapa.calls.models import Call
from sapa.calls.tests.hosted import answered, event, make, send
from sapa.pipeline.recordings_beside import LONGEST_WAIT_S
from sapa.pipeline.tests.watching import Guard, names, outcomes
from sapa.pipeline.tests.workbench import tiny_wav
from sapa.recordings.models import RecordingPart

pytestmark = pytest.mark.django_db
CALL_ID = "in_7f3a"


@pytest.fixture
def monitor(tmp_path: Path) -> Path:
    (tmp_path / "monitor").mkdir()
    return tmp_path / "monitor"


def put(monitor: Path, *file_names: str) -> None:
    for number, name in enumerate(file_names, 1):
        (monitor / name).write_bytes(tiny_wav(number, channels=3 - len(file_names)))


def test_a_recording_that_an_event_names_waits_for_the_end_of_its_call(monitor: Path) -> None:
    guard = Guard([monitor], {"waits_for_pbx": True})
    *begun, end = answered(CALL_ID)
    send(*begun, event(5, "recording", call_id=CALL_ID, recording="2026.wav"))
    make()
    put(monitor, "2026.wav")
    guard.settle()
    assert names() == [""]
    send(end)
    make()
    guard.look(after_s=2)
    call = Call.objects.get()
    assert (call.file_name, call.agent_name, call.external_id) == ("2026.wav", "Aigerim", CALL_ID)


def test_a_recording_whose_name_holds_the_call_id_finds_its_call(monitor: Path) -> None:
    guard = Guard([monitor], {"waits_for_pbx": True, "pattern": name_pattern("{call_id}")})
    send(*answered(CALL_ID))
    make()
    put(monitor, f"{CALL_ID}.wav")
    guard.settle()
    assert (Call.objects.get().file_name, outcomes()) == (f"{CALL_ID}.wav", {f"{CALL_ID}.wav": "taken"})


@pytest.mark.parametrize("direction", ["inbound", "outbound", "internal"])
def test_each_partys_file_is_that_partys_in_whatever_direction(monitor: Path, direction: str) -> None:
    guard = Guard([monitor], {"waits_for_pbx": True})
    told = answered(CALL_ID)
    told[0]["direction"] = direction
    send(*told, event(5, "recording", call_id=CALL_ID, customer_recording="a.wav", agent_recording="b.wav"))
    make()
    put(monitor, "a.wav", "b.wav")
    guard.settle()
    parts = dict(RecordingPart.objects.values_list("party", "file_name"))
    assert (parts, Call.objects.count()) == ({"customer": "a.wav", "agent": "b.wav"}, 1)


def test_a_recording_whose_call_was_never_told_of_has_the_providers_id(monitor: Path) -> None:
    guard = Guard([monitor], {"waits_for_pbx": True})
    send(event(5, "recording", call_id=CALL_ID, recording="2026.wav"))
    make()
    put(monitor, "2026.wav")
    guard.settle()
    assert not Call.objects.exists()
    guard.look(after_s=LONGEST_WAIT_S)
    first = Call.objects.get()
    assert (first.external_id, first.file_name) == (CALL_ID, "2026.wav")
    send(*answered(CALL_ID))
    make()
    call = Call.objects.get()
    assert (call.pk, call.external_id, call.agent_name) == (first.pk, CALL_ID, "Aigerim")


def test_a_recording_taken_before_its_events_came_is_their_call(monitor: Path) -> None:
    guard = Guard([monitor], {"pattern": name_pattern("{call_id}")})
    put(monitor, f"{CALL_ID}.wav")
    guard.settle()
    assert Call.objects.get().agent_name == ""
    send(*answered(CALL_ID))
    make()
    assert (Call.objects.get().agent_name, Call.objects.get().file_name) == ("Aigerim", f"{CALL_ID}.wav")
