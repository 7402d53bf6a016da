"""What the phone system says it records: which files, of which channel, and whose each of them is."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from sapa.calls.connectors.asterisk import cel as cel_lines
from sapa.calls.connectors.asterisk.recorded import announced_in
from sapa.calls.models import Call, PbxRecording, PbxRowKind
from sapa.calls.recordings_told import CallState, FileFound, ToldRecording, channel_told, recording_told
from sapa.calls.tests.lines import BEGAN_S, cel, come

CEL = PbxRowKind.CEL
FIRST, SECOND = "1795286821.0", "1795286822.1"
LEGS = "/var/spool/asterisk/monitor/a-mix.wav,r(/var/spool/a-in.wav)t(a-out.wav)"


@pytest.mark.pure
@pytest.mark.parametrize(
    ("data", "found"),
    [
        ("a.wav", {"both": "a.wav"}),
        ("/x/y/a.wav,b", {"both": "a.wav"}),
        (LEGS, {"both": "a-mix.wav", "in": "a-in.wav", "out": "a-out.wav"}),
        (",r(a-in.wav)t(a-out.wav)", {"in": "a-in.wav", "out": "a-out.wav"}),
        ("a.wav,br(in.wav)V(2),cp a.wav t(x.wav)", {"both": "a.wav", "in": "in.wav"}),
        ("a.wav,i(ID)", {"both": "a.wav"}),
        ("", {}),
        ("x" * 300 + ".wav", {}),
    ],
)
def test_the_files_of_a_mixmonitor_are_read_out_of_what_it_was_given(data: str, found: dict[str, str]) -> None:
    line = cel(0, "APP_START", "PJSIP/trunk-1", FIRST, app="MixMonitor", data=data).strip()
    assert {one.leg.value: one.name for one in announced_in(cel_lines.row_of(line, UTC))} == found


@pytest.mark.pure
def test_no_other_application_announces_a_recording() -> None:
    line = cel(0, "APP_START", "PJSIP/trunk-1", FIRST, app="Queue", data="a.wav").strip()
    assert announced_in(cel_lines.row_of(line, UTC)) == []


def inbound(*, recorded: str = "PJSIP/trunk-1", data: str = LEGS) -> bytes:
    """Answered, the customer's channel recorded, or the agent's."""
    channel = FIRST if "trunk" in recorded else SECOND
    return b"".join(
        (
            cel(0, "CHAN_START", "PJSIP/trunk-1", FIRST, exten="100"),
            cel(1, "CHAN_START", "PJSIP/101-2", SECOND, FIRST, number="101"),
            cel(1, "APP_START", recorded, channel, FIRST, app="MixMonitor", data=data),
        )
    )


def ended(*names: tuple[str, str]) -> bytes:
    return b"".join(cel(20, "HANGUP", channel, id_, FIRST) for channel, id_ in names)


def better_than(file: FileFound) -> tuple[str, ...]:
    told = recording_told(file)
    assert told is not None
    return told.better


BOTH_ENDED = ended(("PJSIP/trunk-1", FIRST), ("PJSIP/101-2", SECOND))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("recorded", "channel", "customer", "agent"),
    [("PJSIP/trunk-1", FIRST, "a-in.wav", "a-out.wav"), ("PJSIP/101-2", SECOND, "a-out.wav", "a-in.wav")],
)
def test_what_came_from_the_recorded_channel_is_its_owners(
    tmp_path: Path, recorded: str, channel: str, customer: str, agent: str
) -> None:
    come(tmp_path, "cel.csv", inbound(recorded=recorded), CEL)
    told = ToldRecording(channel, CallState.GOING_ON, customer, agent, is_announced=True)
    assert recording_told(FileFound("a-in.wav")) == recording_told(FileFound("a-out.wav")) == told
    mix = FileFound("a-mix.wav", beside={"a-in.wav", "a-out.wav"})
    assert better_than(mix) == (customer, agent)
    assert better_than(FileFound("a-mix.wav", beside={"a-in.wav"})) == ()
    come(tmp_path, "cel.csv", BOTH_ENDED, CEL)
    after = recording_told(FileFound("a-in.wav"))
    assert after is not None
    assert after.state is CallState.OVER
    assert Call.objects.get().story["recordings"] == ["a-mix.wav", "a-in.wav", "a-out.wav"]


@pytest.mark.django_db
def test_who_calls_out_is_the_agent(tmp_path: Path) -> None:
    rows = (
        cel(0, "CHAN_START", "PJSIP/101-2", FIRST, number="101", exten="+77012220007"),
        cel(0, "APP_START", "PJSIP/101-2", FIRST, app="MixMonitor", data=LEGS),
        cel(1, "CHAN_START", "PJSIP/trunk-1", SECOND, FIRST),
    )
    come(tmp_path, "cel.csv", b"".join(rows), CEL)
    told = recording_told(FileFound("a-in.wav"))
    assert told is not None
    assert (told.customer_file, told.agent_file) == ("a-out.wav", "a-in.wav")


@pytest.mark.django_db
def test_one_file_for_both_parties_has_no_legs(tmp_path: Path) -> None:
    come(tmp_path, "cel.csv", inbound(data="a.wav,b"), CEL)
    assert recording_told(FileFound("a.wav")) == ToldRecording(FIRST, CallState.GOING_ON)
    assert recording_told(FileFound("b.wav")) is None


@pytest.mark.django_db
def test_the_same_rows_under_another_name_announce_nothing_twice(tmp_path: Path) -> None:
    rows = inbound()
    come(tmp_path, "cel.csv", rows, CEL)
    come(tmp_path, "cel.csv.1", rows, CEL)
    assert PbxRecording.objects.count() == 3


@pytest.mark.django_db
def test_of_a_channel_that_is_only_named_nothing_is_known() -> None:
    assert channel_told("1.1") == ToldRecording("1.1", CallState.UNKNOWN)


@pytest.mark.django_db
def test_of_files_of_one_name_the_newest_counts_whichever_log_was_read_last(tmp_path: Path) -> None:
    later = inbound().replace(b"179528682", b"179528692")
    come(tmp_path, "cel.csv", later, CEL)
    come(tmp_path, "cel.csv.1", inbound(), CEL)
    told = recording_told(FileFound("a-in.wav"))
    assert told is not None
    assert told.channel == FIRST.replace("179528682", "179528692")


def told_by(file: FileFound) -> str:
    told = recording_told(file)
    return told.channel if told else ""


@pytest.mark.django_db
def test_of_files_of_one_name_each_is_of_the_call_before_it_was_written(tmp_path: Path) -> None:
    """As where a folder for each day holds `101.wav`."""
    day = 86_400
    for number in (0, 1, 2):
        name = f"{BEGAN_S + number * day}.0".encode()
        rows = inbound(data="a.wav").replace(b"1795286821.0", name)
        come(tmp_path, "cel.csv", rows.replace(b"1795286822.5", b"%d.5" % (BEGAN_S + 1 + number * day)), CEL)
    for number in (0, 1, 2):
        written = FileFound("a.wav", written_at=BEGAN_S + number * day + 20.0)
        assert told_by(written) == f"{BEGAN_S + number * day}.0"
    assert told_by(FileFound("a.wav", written_at=BEGAN_S - 30.0)) == FIRST  # the clocks differ
    assert told_by(FileFound("a.wav", written_at=BEGAN_S - day)) == ""


@pytest.mark.django_db
def test_of_files_of_one_name_the_folder_tells_first(tmp_path: Path) -> None:
    for number, folder in enumerate(("one", "two")):
        rows = inbound(data=f"/var/spool/{folder}/a.wav").replace(b"1795286821.0", f"{BEGAN_S}.{number + 7}".encode())
        come(tmp_path, "cel.csv", rows, CEL)
    written_at = BEGAN_S + 30.0
    assert told_by(FileFound("a.wav", "one", written_at=written_at)) == f"{BEGAN_S}.7"
    assert told_by(FileFound("a.wav", "two", written_at=written_at)) == f"{BEGAN_S}.8"
    assert told_by(FileFound("a.wav", "elsewhere", written_at=written_at)) in {f"{BEGAN_S}.7", f"{BEGAN_S}.8"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("told", "lies", "taken"),
    [
        ("a.wav49", ["a.WAV"], ["a.WAV"]),
        ("a.wav", ["a.mp3"], ["a.mp3"]),  # what it was made from is gone
        ("a.wav", ["a.wav", "a.mp3"], ["a.wav"]),
        ("a.wav49", ["a.WAV", "a.mp3"], ["a.WAV"]),
        ("a.wav", ["a.wav", "ab.mp3"], ["a.wav"]),
    ],
)
def test_a_file_of_another_suffix_is_what_was_announced_or_a_copy_of_it(
    tmp_path: Path, told: str, lies: list[str], taken: list[str]
) -> None:
    come(tmp_path, "cel.csv", inbound(data=told), CEL)
    found = {name: recording_told(FileFound(name, beside=lies)) for name in lies}
    known = {name: file for name, file in found.items() if file is not None}
    assert [name for name, file in known.items() if not (file.better and set(file.better) <= set(lies))] == taken


@pytest.mark.django_db
def test_the_parties_files_are_found_under_the_names_they_were_written_as(tmp_path: Path) -> None:
    come(tmp_path, "cel.csv", inbound(data=LEGS.replace(".wav", ".wav49")), CEL)
    told = recording_told(FileFound("a-out.WAV", beside=["a-in.WAV", "a-out.WAV", "a-mix.WAV"]))
    assert told is not None
    assert (told.customer_file, told.agent_file) == ("a-in.WAV", "a-out.WAV")
