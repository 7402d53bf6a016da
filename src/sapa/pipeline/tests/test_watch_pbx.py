"""Recordings beside a phone system whose records are read: they wait for their call to end, and find its parties."""

from __future__ import annotations

import os
from datetime import timedelta
from logging import WARNING
from pathlib import Path

import pytest

from sapa.calls import services
from sapa.calls.connectors.file_names import leg_names, name_pattern
from sapa.calls.models import Call, PbxRowKind
from sapa.calls.services import records_are_read
from sapa.calls.tests.lines import BEGAN_S, cel, come
from sapa.calls.types import CallFacts
from sapa.core.clock import now_at
from sapa.pipeline.recordings_beside import LONGEST_WAIT_S, UNKNOWN_WAIT_S
from sapa.pipeline.tests.watching import STABLE_S, Guard, names, outcomes
from sapa.pipeline.tests.workbench import tiny_wav
from sapa.pipeline.watch import RECORDS_UNREAD
from sapa.pipeline.watch_one import LEG_WAIT_S
from sapa.recordings.models import RecordingPart

pytestmark = pytest.mark.django_db
FIRST, SECOND = "1795286821.0", "1795286822.1"
ANNOUNCED = cel(1, "APP_START", "PJSIP/101-2", FIRST, app="MixMonitor", data="a-mix.wav,r(a-in.wav)t(a-out.wav)")
BY_NAME = {"pattern": name_pattern("{call_id}"), "legs": leg_names("-in,-out")}


def going_out(*, announced: bool = True) -> bytes:
    """An agent calls a customer, and is the one whose channel is recorded."""
    return b"".join(
        (
            cel(0, "CHAN_START", "PJSIP/101-2", FIRST, number="101", exten="+77012220007"),
            ANNOUNCED if announced else b"",
            cel(2, "CHAN_START", "PJSIP/trunk-1", SECOND, FIRST),
        )
    )


ENDED = cel(20, "HANGUP", "PJSIP/101-2", FIRST) + cel(20, "HANGUP", "PJSIP/trunk-1", SECOND, FIRST)


@pytest.fixture
def monitor(tmp_path: Path) -> Path:
    (tmp_path / "monitor").mkdir()
    return tmp_path / "monitor"


def put(monitor: Path, *file_names: str) -> None:
    for number, name in enumerate(file_names, 1):
        (monitor / name).write_bytes(tiny_wav(number))
        os.utime(monitor / name, (BEGAN_S + 20, BEGAN_S + 20))


def rows_come(monitor: Path, raw: bytes) -> None:
    come(monitor.parent, "cel.csv", raw, PbxRowKind.CEL)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= WARNING]


def all_is_read() -> None:
    """Up to long after this."""
    records_are_read(now_at() + timedelta(days=1))


def by_party() -> tuple[str, str]:
    """The customer's file, and the agent's."""
    parts = dict(RecordingPart.objects.values_list("party", "file_name"))
    return parts["customer"], parts["agent"]


def test_a_recording_waits_for_the_end_of_its_call_and_both_parties_are_known(monitor: Path) -> None:
    guard = Guard([monitor], {"waits_for_pbx": True})
    rows_come(monitor, going_out())
    put(monitor, "a-in.wav", "a-out.wav", "a-mix.wav")
    guard.settle()
    assert names() == [""]
    rows_come(monitor, ENDED)
    guard.look(after_s=2)
    call = Call.objects.get()
    assert (call.external_id, call.direction, call.customer_number) == (FIRST, "outbound", "+77012220007")
    assert by_party() == ("a-out.wav", "a-in.wav")
    guard.look(after_s=2)
    assert outcomes() == {"a-in.wav": "known", "a-out.wav": "taken", "a-mix.wav": "known"}


def test_names_tell_the_call_where_no_row_announces_it(monitor: Path) -> None:
    guard = Guard([monitor], {"waits_for_pbx": True, **BY_NAME})
    rows_come(monitor, going_out(announced=False) + ENDED)
    put(monitor, f"{FIRST}-in.wav", f"{FIRST}-out.wav")
    guard.settle()
    assert by_party() == (f"{FIRST}-in.wav", f"{FIRST}-out.wav")  # as the setting says
    assert RecordingPart.objects.get(party="agent").offset_s is None  # to be measured
    assert Call.objects.get().direction == "outbound"


def test_a_mix_without_its_legs_is_taken(monitor: Path) -> None:
    guard = Guard([monitor], {"waits_for_pbx": True})
    rows_come(monitor, going_out() + ENDED)
    put(monitor, "a-mix.wav")
    guard.settle()
    assert names() == ["a-mix.wav"]


def test_one_leg_waits_for_the_other(monitor: Path) -> None:
    guard = Guard([monitor], {"waits_for_pbx": True})
    rows_come(monitor, going_out() + ENDED)
    put(monitor, "a-in.wav")
    guard.settle()
    assert names() == [""]
    put(monitor, "a-in.wav", "a-out.wav")
    guard.settle()
    assert by_party() == ("a-out.wav", "a-in.wav")


@pytest.mark.parametrize("name", ["a-in.wav", "a-out.wav"])
def test_a_leg_whose_other_never_comes_is_taken_alone(monitor: Path, name: str) -> None:
    guard = Guard([monitor], {"waits_for_pbx": True})
    rows_come(monitor, going_out() + ENDED)
    put(monitor, name)
    guard.settle()
    guard.look(after_s=LEG_WAIT_S)
    assert names() == [name]


@pytest.mark.parametrize(
    ("rows", "is_read", "wait_s"),
    [
        (b"", True, UNKNOWN_WAIT_S),
        (b"", False, LONGEST_WAIT_S),
        (going_out(), True, LONGEST_WAIT_S),
        (going_out(), False, LONGEST_WAIT_S),
    ],
)
def test_it_waits_no_longer_than_said(monitor: Path, rows: bytes, is_read: bool, wait_s: float) -> None:
    guard = Guard([monitor], {"waits_for_pbx": True})
    if rows:
        rows_come(monitor, rows)
    if is_read:
        all_is_read()
    put(monitor, "a-in.wav", "a-out.wav")
    guard.settle()
    guard.look(after_s=wait_s - 3 * STABLE_S)
    assert not Call.objects.exclude(file_name="").exists()
    guard.look(after_s=3 * STABLE_S)
    assert Call.objects.exclude(file_name="").exists()


def test_what_was_read_before_the_recording_was_finished_tells_nothing(
    monitor: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever looks why nothing comes is told it once, and once that it is over."""
    guard = Guard([monitor], {"waits_for_pbx": True})
    put(monitor, "a-in.wav", "a-out.wav")
    records_are_read(now_at() - timedelta(seconds=2 * UNKNOWN_WAIT_S))
    guard.settle()
    assert not warnings(caplog)
    guard.look(after_s=UNKNOWN_WAIT_S)
    guard.look(after_s=2)
    assert not Call.objects.exists()
    assert [said for said in warnings(caplog) if RECORDS_UNREAD in said] == warnings(caplog)
    assert len(warnings(caplog)) == 1
    records_are_read(now_at())
    guard.look(after_s=2)
    assert names() == ["a-in.wav", "a-out.wav"]
    assert len(warnings(caplog)) == 2


@pytest.mark.parametrize("is_late", [False, True])
def test_a_recording_that_was_taken_before_its_rows_came_is_the_recording_of_their_call(
    monitor: Path, is_late: bool
) -> None:
    guard = Guard([monitor], {"waits_for_pbx": True})
    put(monitor, "a-mix.wav")
    if is_late:
        os.utime(monitor / "a-mix.wav", (BEGAN_S + 86_400, BEGAN_S + 86_400))  # a day after: another of that name
    guard.settle()
    guard.look(after_s=LONGEST_WAIT_S)
    taken = Call.objects.get()
    rows_come(monitor, going_out())
    rows_come(monitor, ENDED)
    if is_late:
        assert names() == ["", "a-mix.wav"]
        return
    call = Call.objects.get()
    assert (call.pk, call.file_name, call.external_id, call.direction) == (taken.pk, "a-mix.wav", FIRST, "outbound")
    assert call.revision == 2
    guard.look(after_s=LONGEST_WAIT_S)
    assert names() == ["a-mix.wav"]


def test_both_parties_files_taken_before_their_rows_came_are_one_call(monitor: Path) -> None:
    guard = Guard([monitor], {"waits_for_pbx": True})
    put(monitor, "a-in.wav", "a-out.wav")
    guard.settle()
    guard.look(after_s=LONGEST_WAIT_S)
    assert names() == ["a-in.wav", "a-out.wav"]
    rows_come(monitor, going_out() + ENDED)
    whole = Call.objects.get(part_of=None)
    assert (whole.external_id, whole.parts.count()) == (FIRST, 1)


def test_a_recording_in_the_instant_its_rows_come_is_of_their_call(
    monitor: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looked before the other wrote."""
    guard = Guard([monitor], BY_NAME)
    put(monitor, f"{FIRST}-in.wav", f"{FIRST}-out.wav")
    looks: list[None] = []

    def blind_at_first(facts: CallFacts, *, sha256: str) -> Call | None:
        looks.append(None)
        return look(facts, sha256=sha256) if len(looks) > 1 else None

    look = services._known
    monkeypatch.setattr(services, "_known", blind_at_first)
    rows_come(monitor, going_out() + ENDED)
    guard.settle()
    call = Call.objects.get()
    assert (call.file_name, call.direction, len(looks)) == (f"{FIRST}-in.wav", "outbound", 2)
    assert set(outcomes().values()) == {"taken", "known"}


def test_a_call_that_the_records_never_tell_of_is_waited_for_no_longer(monitor: Path) -> None:
    """Its name holds a channel; a site with `queue_log` alone has no rows of a call out."""
    guard = Guard([monitor], {"waits_for_pbx": True, **BY_NAME})
    put(monitor, f"{FIRST}-in.wav", f"{FIRST}-out.wav")
    all_is_read()
    guard.settle()
    assert not Call.objects.exists()
    guard.look(after_s=UNKNOWN_WAIT_S)
    assert Call.objects.exists()


def test_without_the_phone_systems_records_nothing_waits(monitor: Path) -> None:
    guard = Guard([monitor], BY_NAME)
    put(monitor, f"{FIRST}-in.wav", f"{FIRST}-out.wav")
    guard.settle()
    assert by_party() == (f"{FIRST}-in.wav", f"{FIRST}-out.wav")
