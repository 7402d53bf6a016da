"""Rows in the database become calls, whatever order they come in, and again when one comes late."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from sapa.calls.errors import CallConflict
from sapa.calls.keeping import calls_derive
from sapa.calls.models import Call, PbxRowKind, PbxStale
from sapa.calls.services import call_create
from sapa.calls.taking_rows import log_take
from sapa.calls.tests.lines import ANSWERED, SITE, cel, come
from sapa.calls.types import CallFacts

pytestmark = pytest.mark.django_db
CEL = PbxRowKind.CEL


def recorded(name: str, *, sha256: str = "a" * 64, **facts: str) -> Call:
    told = CallFacts(external_id=name, **facts)  # type: ignore[arg-type]
    return call_create(told, sha256=sha256, file_name=f"{name}.wav", connector="files", payload={})


def test_a_site_with_the_queue_log_alone_has_its_calls(tmp_path: Path) -> None:
    come(tmp_path, "queue_log", ANSWERED)
    call = Call.objects.get()
    assert (call.source_key, call.direction, call.customer_number) == ("id:1795286821.0", "inbound", "+77011112233")
    assert (call.disposition, call.hung_up_by, call.agent_name) == ("answered", "customer", "Aigerim")
    assert call.queue is not None
    assert (call.queue.name, call.wait_s, call.ring_s, call.talk_s) == ("support", 1, 1, 11)
    assert call.started_at.timestamp() == 1795286821
    assert call.ended_at is not None
    assert call.ended_at.timestamp() == 1795286833
    assert not PbxStale.objects.exists()


def test_a_row_that_comes_late_makes_the_call_again_and_counts_a_revision(tmp_path: Path) -> None:
    first, *others = ANSWERED.splitlines(keepends=True)
    come(tmp_path, "queue_log", first)
    open_call = Call.objects.get()
    assert (open_call.disposition, open_call.ended_at, open_call.revision) == ("", None, 1)
    for number, row in enumerate(others, 2):
        come(tmp_path, "queue_log", row)
        assert Call.objects.get().revision == number
    assert Call.objects.get().pk == open_call.pk


def test_the_calls_of_this_minute_go_before_an_archive(tmp_path: Path) -> None:
    for number in (0, 500, 100):
        (tmp_path / "queue_log").write_bytes(ANSWERED.replace(b"1795286821.", f"{1795286821 + number}.".encode()))
        log_take(tmp_path / "queue_log", PbxRowKind.QUEUE_LOG, UTC)
    calls_derive(SITE, limit=1)
    assert Call.objects.get().external_id == f"{1795286821 + 500}.0"


def test_the_same_rows_again_change_nothing(tmp_path: Path) -> None:
    come(tmp_path, "queue_log", ANSWERED)
    before = Call.objects.values().get()
    come(tmp_path, "queue_log_of_a_backup", b"1795286000|NONE|NONE|NONE|QUEUESTART|\n" + ANSWERED)
    assert Call.objects.values().get() == before


def test_what_turns_out_to_be_a_piece_of_another_call_is_no_call_any_more(tmp_path: Path) -> None:
    """An agent's second call is another one until the transfer joins both."""
    come(tmp_path, "cel.csv", cel(0, "CHAN_START", "PJSIP/trunk-1", "1795286821.0"), CEL)
    come(tmp_path, "cel.csv", cel(9, "CHAN_START", "PJSIP/114-3", "1795286830.3"), CEL)
    assert Call.objects.filter(part_of=None).count() == 2
    come(tmp_path, "cel.csv", cel(19, "HANGUP", "PJSIP/114-3", "1795286830.3", "1795286821.0"), CEL)
    assert Call.objects.get().source_key == "id:1795286821.0"


def test_a_call_that_a_file_brought_is_told_what_the_phone_system_knows(tmp_path: Path) -> None:
    kept = recorded("1795286821.0", agent_name="from the file", customer_name="Client")
    come(tmp_path, "queue_log", ANSWERED)
    call = Call.objects.get()
    assert (call.pk, call.agent_name, call.customer_name) == (kept.pk, "Aigerim", "Client")
    assert (call.disposition, call.revision) == ("answered", 1)


def test_a_recording_finds_the_call_that_the_phone_system_told_of(tmp_path: Path) -> None:
    come(tmp_path, "queue_log", ANSWERED)
    told = Call.objects.get()
    call = recorded("1795286821.0", agent_name="from the file", customer_name="Client")
    assert (call.pk, call.agent_name, call.customer_name) == (told.pk, "Aigerim", "Client")
    with pytest.raises(CallConflict):
        recorded("1795286821.0")


def test_a_recording_named_by_another_channel_of_the_call_finds_it_before_and_after(tmp_path: Path) -> None:
    come(tmp_path, "cel.csv", cel(0, "CHAN_START", "PJSIP/trunk-1", "1795286821.0"), CEL)
    come(tmp_path, "cel.csv", cel(1, "CHAN_START", "PJSIP/101-2", "1795286822.1", "1795286821.0"), CEL)
    assert recorded("1795286822.1").source_key == "id:1795286821.0"
    first = recorded("1795286905.9")
    come(tmp_path, "cel.csv", cel(83, "CHAN_START", "PJSIP/trunk-3", "1795286904.8"), CEL)
    come(tmp_path, "cel.csv", cel(84, "CHAN_START", "PJSIP/102-4", "1795286905.9", "1795286904.8"), CEL)
    assert Call.objects.get(source_key="id:1795286904.8").pk == first.pk
    assert Call.objects.count() == 2


def test_two_recordings_of_one_call_stay_and_one_is_a_part_of_the_other(tmp_path: Path) -> None:
    first, second = recorded("1795286821.0"), recorded("1795286830.3", sha256="b" * 64)
    come(tmp_path, "cel.csv", cel(0, "CHAN_START", "PJSIP/trunk-1", "1795286821.0"), CEL)
    come(tmp_path, "cel.csv", cel(19, "HANGUP", "PJSIP/114-3", "1795286830.3", "1795286821.0"), CEL)
    assert list(first.parts.all()) == [second]
