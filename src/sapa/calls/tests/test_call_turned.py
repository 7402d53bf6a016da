"""Calls that are told otherwise than before in what decides how they are marked."""

from __future__ import annotations

from pathlib import Path

import pytest

from sapa.calls.models import Call, CallTurned
from sapa.calls.services import call_create
from sapa.calls.tests.lines import ANSWERED, come
from sapa.calls.types import CallFacts

pytestmark = pytest.mark.django_db
ENTERED, CONNECTED, COMPLETED = ANSWERED.splitlines(keepends=True)
LEFT = b"1795286840|1795286821.0|support|NONE|ABANDON|1|1|19\n"
RANG = b"1795286822|1795286821.0|support|Bogdan|RINGNOANSWER|1000\n"


def recorded() -> Call:
    told = CallFacts(external_id="1795286821.0")
    return call_create(told, sha256="a" * 64, file_name="1795286821.0.wav", connector="files", payload={})


def turned() -> int:
    """How often, since it was asked last."""
    number, _ = CallTurned.objects.all().delete()
    return number


def test_a_recording_that_was_taken_alone_is_told_whose_it_is(tmp_path: Path) -> None:
    call = recorded()
    come(tmp_path, "queue_log", ANSWERED)
    assert CallTurned.objects.get().call == call
    assert Call.objects.get().agent_name == "Aigerim"


def test_one_that_nobody_seemed_to_take_was_taken(tmp_path: Path) -> None:
    recorded()
    come(tmp_path, "queue_log", ENTERED + LEFT)
    assert Call.objects.get().is_unanswered
    assert turned() == 1
    come(tmp_path, "queue_log", CONNECTED)
    assert not Call.objects.get().is_unanswered
    assert turned() == 1


def test_what_decides_no_mark_turns_none(tmp_path: Path) -> None:
    recorded()
    come(tmp_path, "queue_log", ENTERED + CONNECTED)
    turned()
    come(tmp_path, "queue_log", RANG)
    come(tmp_path, "queue_log", COMPLETED)
    assert Call.objects.get().revision == 3
    assert turned() == 0


def test_nothing_is_marked_of_a_call_without_a_recording(tmp_path: Path) -> None:
    for row in (ENTERED, LEFT, CONNECTED):
        come(tmp_path, "queue_log", row)
    assert turned() == 0
