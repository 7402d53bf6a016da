"""Which files a watched folder gives up to the line, and when."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sapa.calls.connectors.file_names import leg_names, name_pattern
from sapa.calls.connectors.files import Beside
from sapa.calls.models import Call
from sapa.pipeline.ingest import beside_of
from sapa.pipeline.tests.watching import STABLE_S, Guard, names, outcomes
from sapa.pipeline.tests.workbench import stored_blobs, tiny_wav
from sapa.recordings.models import RecordingPart

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "monitor").mkdir()
    return tmp_path / "monitor"


@pytest.fixture
def guard(folder: Path) -> Guard:
    return Guard([folder])


def test_a_file_is_taken_when_it_has_not_changed_for_long_enough(folder: Path, guard: Guard) -> None:
    (folder / "a.wav").write_bytes(tiny_wav(1))
    guard.look()
    guard.look(after_s=STABLE_S - 0.1)
    assert names() == []
    guard.look(after_s=0.1)
    assert names() == ["a.wav"]
    assert outcomes() == {"a.wav": "taken"}


def test_a_file_that_grows_is_left_until_it_is_whole(folder: Path, guard: Guard, data_dir: Path) -> None:
    content = tiny_wav(1)
    for end in range(100, len(content) + 1, 300):
        (folder / "a.wav").write_bytes(content[:end])
        guard.look(after_s=STABLE_S - 1)
    (folder / "a.wav").write_bytes(content)
    assert (names(), stored_blobs(data_dir)) == ([], [])
    guard.settle()
    assert Call.objects.get().file_name == "a.wav"


def test_a_file_that_changes_while_it_is_read_is_not_taken(
    folder: Path, guard: Guard, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.wav").write_bytes(tiny_wav(1))
    guard.look()
    real = os.fstat

    def grown_meanwhile(handle: int) -> os.stat_result:
        with (folder / "a.wav").open("ab") as out:
            out.write(b"more")
        return real(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fstat", grown_meanwhile)
        guard.look(after_s=STABLE_S)
    assert (names(), outcomes(), stored_blobs(data_dir)) == ([], {}, [])
    guard.settle()
    assert names() == ["a.wav"]


@pytest.mark.parametrize(
    "name", [".a.wav", "a.wav.part", "a.wav.tmp", "a.wav~", "~a.wav", "a.txt", "wav", ".hidden/a.wav", "a.wav.filepart"]
)
def test_what_is_hidden_or_unfinished_by_its_name_is_passed_over(folder: Path, guard: Guard, name: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(tiny_wav(1))
    guard.settle()
    assert (names(), outcomes()) == ([], {})


def test_a_file_renamed_into_place_is_taken(folder: Path, guard: Guard) -> None:
    (folder / "a.wav.tmp").write_bytes(tiny_wav(1))
    guard.settle()
    (folder / "a.wav.tmp").rename(folder / "a.wav")
    guard.settle()
    assert names() == ["a.wav"]


def test_folders_are_looked_into_to_the_bottom(folder: Path, guard: Guard) -> None:
    day = folder / "2026" / "03" / "09"
    day.mkdir(parents=True)
    (day / "a.WAV").write_bytes(tiny_wav(1))
    (folder / "strange.wav").mkdir()
    (folder / "strange.wav" / "b.wav").write_bytes(tiny_wav(2))
    guard.settle()
    assert outcomes() == {"2026/03/09/a.WAV": "taken", "strange.wav/b.wav": "taken"}


def test_links_and_pipes_are_not_followed(folder: Path, guard: Guard, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "secret.wav").write_bytes(tiny_wav(1))
    (folder / "out").symlink_to(tmp_path / "elsewhere")
    (folder / "a.wav").symlink_to(tmp_path / "elsewhere" / "secret.wav")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.wav")
    guard.settle()
    assert outcomes() == {}


def test_a_link_that_takes_the_place_of_a_file_is_not_followed(folder: Path, guard: Guard, tmp_path: Path) -> None:
    (tmp_path / "secret.wav").write_bytes(tiny_wav(2))
    (folder / "a.wav").write_bytes(tiny_wav(1))
    guard.look()
    watched = guard.watcher._folders[0]
    watched.look(guard.seconds.now_s + STABLE_S)
    (folder / "a.wav").unlink()
    (folder / "a.wav").symlink_to(tmp_path / "secret.wav")
    watched.take(lambda: True)
    guard.settle()
    assert names() == []


def test_a_taken_file_is_not_looked_into_again_even_after_a_restart(
    folder: Path, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.wav").write_bytes(tiny_wav(1))
    (folder / "bad.wav").write_text("Dear Sapa, this is no recording.")
    guard.settle()

    def nothing_new(*_: Any, **__: Any) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr("sapa.pipeline.watch_one.file_ingest", nothing_new)
    guard.settle()
    guard.look(after_s=1000)
    guard.restart()
    guard.settle()
    assert outcomes() == {"a.wav": "taken", "bad.wav": "audio_unsupported"}


def test_a_renamed_file_is_the_same_call_and_is_not_stored_again(
    folder: Path, guard: Guard, monkeypatch: pytest.MonkeyPatch, data_dir: Path
) -> None:
    (folder / "a.wav").write_bytes(tiny_wav(1))
    guard.settle()
    monkeypatch.setattr("sapa.pipeline.watch_one.file_ingest", None)
    (folder / "deeper").mkdir()
    (folder / "a.wav").rename(folder / "deeper" / "b.wav")
    guard.settle()
    assert (names(), len(stored_blobs(data_dir))) == (["a.wav"], 1)
    assert outcomes() == {"a.wav": "taken", "deeper/b.wav": "known"}


def test_another_file_of_the_same_size_and_time_is_another_call(folder: Path, guard: Guard) -> None:
    for name, sound in (("a.wav", 1), ("b.wav", 2)):
        (folder / name).write_bytes(tiny_wav(sound))
        os.utime(folder / name, ns=(10**18, 10**18))
        guard.settle()
    assert names() == ["a.wav", "b.wav"]


def test_the_same_recording_twice_is_one_call(folder: Path, guard: Guard) -> None:
    for name in ("a.wav", "b.wav"):
        (folder / name).write_bytes(tiny_wav(1))
    guard.settle()
    assert Call.objects.count() == 1
    assert sorted(outcomes().values()) == ["known", "taken"]


def test_a_call_taken_but_not_written_down_is_not_doubled(folder: Path, guard: Guard, data_dir: Path) -> None:
    """What a kill between the two leaves."""
    from sapa.pipeline.ingest import file_ingest

    (folder / "a.wav").write_bytes(tiny_wav(1))
    file_ingest(folder / "a.wav")
    guard.settle()
    assert (names(), outcomes(), len(stored_blobs(data_dir))) == (["a.wav"], {"a.wav": "known"}, 1)


def test_a_refused_file_is_tried_again_when_it_changes(folder: Path, guard: Guard) -> None:
    (folder / "a.wav").touch()
    guard.settle()
    assert outcomes() == {"a.wav": "audio_empty"}
    (folder / "a.wav").write_bytes(tiny_wav(1))
    guard.look(after_s=400)
    guard.settle()
    assert outcomes() == {"a.wav": "taken"}


def test_bad_metadata_is_tried_again_when_it_is_mended(folder: Path, guard: Guard) -> None:
    (folder / "a.wav").write_bytes(tiny_wav(1))
    (folder / "a.json").write_text('{"direction": "sideways"}')
    guard.settle()
    assert outcomes() == {"a.wav": "metadata_invalid"}
    (folder / "a.json").write_text('{"direction": "inbound"}')
    guard.look(after_s=400)
    guard.settle()
    assert (outcomes(), Call.objects.get().direction) == ({"a.wav": "taken"}, "inbound")


def test_a_file_is_not_finished_while_its_json_is_written(folder: Path, guard: Guard) -> None:
    (folder / "a.wav").write_bytes(tiny_wav(1))
    guard.look()
    (folder / "a.json").write_text('{"agent": "Aig')
    guard.look(after_s=STABLE_S - 1)
    (folder / "a.json").write_text('{"agent": "Aigerim"}')
    guard.look(after_s=STABLE_S - 1)
    assert names() == []
    guard.settle()
    assert Call.objects.get().agent_name == "Aigerim"


@pytest.mark.parametrize("told", ["a.json", "calls.csv"])
def test_metadata_that_comes_late_is_waited_for(folder: Path, told: str) -> None:
    guard = Guard([folder], {"metadata_wait_s": 300.0})
    (folder / "a.wav").write_bytes(tiny_wav(1))
    guard.settle()
    guard.look(after_s=200)
    assert names() == []
    (folder / told).write_text('{"agent": "Aigerim"}' if told == "a.json" else "file,agent\na.wav,Aigerim\n")
    guard.settle()
    assert Call.objects.get().agent_name == "Aigerim"


def test_metadata_that_never_comes_is_waited_for_no_longer_than_said(folder: Path) -> None:
    guard = Guard([folder], {"metadata_wait_s": 300.0})
    (folder / "a.wav").write_bytes(tiny_wav(1))
    guard.look()
    guard.look(after_s=309)
    assert names() == []
    guard.look(after_s=1)
    assert names() == ["a.wav"]


def test_names_tell_about_calls_and_what_lies_beside_tells_better(folder: Path) -> None:
    guard = Guard([folder], {"pattern": name_pattern("freepbx")})
    told = "out-87015550101-2001-20260309-141500-1773047700.4{}.wav"
    for number in (1, 2):
        (folder / told.format(number)).write_bytes(tiny_wav(number))
    (folder / told.format(2)).with_suffix(".json").write_text(json.dumps({"agent": "Aigerim", "queue": None}))
    (folder / "no such name.wav").write_bytes(tiny_wav(3))
    guard.settle()
    calls = Call.objects.order_by("external_id").values_list("external_id", "agent_name", "customer_number")
    assert list(calls) == [
        ("", "", ""),
        ("1773047700.41", "2001", "+77015550101"),
        ("1773047700.42", "Aigerim", "+77015550101"),
    ]


def test_a_name_that_is_no_utf_8_is_taken_and_known_again(folder: Path, guard: Guard) -> None:
    for end, sound in ((b"\xff", 1), (b"\xfe", 2)):
        Path(os.fsdecode(os.fsencode(folder) + b"/c" + end + b".wav")).write_bytes(tiny_wav(sound))
    guard.settle()
    guard.restart()
    guard.settle()
    assert names() == ["c\ufffd.wav", "c\ufffd.wav"]


def test_the_newest_come_first(folder: Path, guard: Guard) -> None:
    for number in range(1, 5):
        (folder / f"{number}.wav").write_bytes(tiny_wav(number))
        os.utime(folder / f"{number}.wav", (number * 1000, number * 1000))
    guard.settle()
    assert list(Call.objects.order_by("created_at").values_list("file_name", flat=True)) == [
        "4.wav", "3.wav", "2.wav", "1.wav",
    ]  # fmt: skip


def test_both_files_of_a_call_are_one_call_in_any_order(folder: Path) -> None:
    guard = Guard([folder], {"metadata_wait_s": 300.0})
    (folder / "a-agent.wav").write_bytes(tiny_wav(2, channels=1))
    guard.settle()
    (folder / "a-customer.json").write_text('{"agent_file": "a-agent.wav"}')
    guard.settle()
    assert names() == []
    (folder / "a-customer.wav").write_bytes(tiny_wav(1, channels=1))
    guard.settle()
    guard.look(after_s=1000)
    assert names() == ["a-customer.wav"]
    assert sorted(outcomes().values()) == ["known", "taken"]


def test_a_call_waits_until_the_other_partys_file_is_whole(folder: Path, guard: Guard) -> None:
    (folder / "a.wav").write_bytes(tiny_wav(1, channels=1))
    (folder / "a.json").write_text('{"agent_file": "b.wav"}')
    for length in (100, 200, 300):
        (folder / "b.wav").write_bytes(tiny_wav(2, channels=1)[:length])
        guard.look(after_s=STABLE_S - 1)
        assert names() == []
    (folder / "b.wav").write_bytes(tiny_wav(2, channels=1))
    guard.settle()
    assert names() == ["a.wav"]


def test_a_call_whose_other_file_never_comes_is_told_and_still_waited_for(folder: Path, guard: Guard) -> None:
    (folder / "a.wav").write_bytes(tiny_wav(1, channels=1))
    (folder / "a.json").write_text('{"agent_file": "b.wav"}')
    guard.settle()
    assert outcomes() == {}
    guard.look(after_s=3700)
    assert outcomes() == {"a.wav": "file_unfinished"}
    (folder / "b.wav").write_bytes(tiny_wav(2, channels=1))
    guard.look(after_s=400)
    guard.settle()
    assert (names(), sorted(outcomes().values())) == (["a.wav"], ["known", "taken"])


def test_a_folder_is_gone_through_once_for_all_its_files(
    folder: Path, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def counted(at: Path) -> Beside | None:
        asked.append(at)
        return beside_of(at)

    monkeypatch.setattr("sapa.pipeline.watch_one.beside_of", counted)
    for number in range(1, 21):
        (folder / f"{number}.wav").write_bytes(tiny_wav(number))
        (folder / f"{number}.json").write_text('{"agent": "Aigerim"}')
    guard.settle()
    assert (len(names()), asked) == (20, [folder])


@pytest.mark.parametrize("first", ["-in", "-out"])
def test_names_tell_which_two_files_are_one_call(folder: Path, first: str) -> None:
    guard = Guard([folder], {"legs": leg_names("-in,-out"), "pattern": name_pattern("vicidial")})
    bare = "20260309-141500_87015550101"
    (folder / f"{bare}{first}.wav").write_bytes(tiny_wav(1, channels=1))
    guard.settle()
    guard.look(after_s=20)
    assert names() == []
    (folder / f"{bare}{'-in' if first == '-out' else '-out'}.wav").write_bytes(tiny_wav(2, channels=1))
    guard.settle()
    call = Call.objects.get()
    assert (call.file_name, call.customer_number) == (f"{bare}-in.wav", "+77015550101")
    assert list(RecordingPart.objects.values_list("party", flat=True)) == ["customer", "agent"]
    assert sorted(outcomes().values()) == ["known", "taken"]


def test_a_leg_whose_other_never_comes_is_taken_alone(folder: Path) -> None:
    guard = Guard([folder], {"legs": leg_names("-in,-out")})
    (folder / "a-out.wav").write_bytes(tiny_wav(1, channels=1))
    guard.settle()
    guard.look(after_s=60)
    assert outcomes() == {"a-out.wav": "taken"}


@pytest.mark.parametrize("second", [".", "deeper", ".."])
def test_folders_in_one_another_are_refused(folder: Path, second: str, refused: Callable[..., Any]) -> None:
    (folder / "deeper").mkdir()
    with refused("watch_unusable"):
        Guard([folder, folder / second])


def test_no_folder_at_all_is_refused(refused: Callable[..., Any]) -> None:
    with refused("watch_unusable"):
        Guard([])
