"""What lies beside recordings and is not what it seems."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from sapa.calls import sidecars
from sapa.calls.connectors.files import beside_in, customer_file_of, metadata_beside
from sapa.calls.errors import MetadataInvalid

TABLE = "file,agent,agent_file\na.wav,Aigerim,\n"


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    (tmp_path / "calls").mkdir()
    return tmp_path / "calls" / "a.wav"


def test_a_pipe_or_a_folder_named_like_metadata_is_none(recording: Path) -> None:
    recording.touch()
    for name in ("a.json", "calls.csv"):
        os.mkfifo(recording.with_name(name))
    recording.with_name("b.csv").mkdir()
    assert metadata_beside(recording) == {}
    assert metadata_beside(recording, beside_in(recording.parent)) == {}
    assert customer_file_of(recording) is None


def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(recording: Path) -> None:
    os.mkfifo(recording.with_name("a.json"))
    with pytest.raises(MetadataInvalid, match=r"a\.json: is not a plain file"):
        sidecars.sidecar_bytes(recording.with_name("a.json"), 1)


@pytest.mark.parametrize(("name", "content"), [("a.json", "{}"), ("calls.csv", TABLE)])
def test_a_link_is_refused_and_not_followed(recording: Path, tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / "secret").write_text(content)
    recording.with_name(name).symlink_to(tmp_path / "secret")
    with pytest.raises(MetadataInvalid, match=f"{name}: is a link"):
        metadata_beside(recording, beside_in(recording.parent))


@pytest.mark.parametrize(("name", "most_mb"), [("a.json", "MOST_JSON_MB"), ("calls.csv", "MOST_TABLE_MB")])
def test_more_than_metadata_can_be_is_refused(recording: Path, name: str, most_mb: str) -> None:
    with recording.with_name(name).open("wb") as out:
        out.truncate((getattr(sidecars, most_mb) << 20) + 1)
    with pytest.raises(MetadataInvalid, match=rf"{name}: is over {getattr(sidecars, most_mb)} MB"):
        metadata_beside(recording, beside_in(recording.parent))


@pytest.mark.parametrize("broken", [b"file,agent\na.wav,\xff\n", b"agent\nAigerim\n"])
def test_a_broken_table_says_nothing_where_something_else_tells(recording: Path, broken: bytes) -> None:
    recording.with_name("0.csv").write_bytes(broken)
    with pytest.raises(MetadataInvalid, match=r"0\.csv: "):
        metadata_beside(recording, beside_in(recording.parent))
    recording.with_name("calls.csv").write_text(TABLE)
    assert metadata_beside(recording, beside_in(recording.parent))["agent"] == "Aigerim"
    recording.with_name("a.json").write_text('{"agent": "Bogdan"}')
    assert metadata_beside(recording, beside_in(recording.parent)) == {"agent": "Bogdan"}


@pytest.mark.parametrize("file", ["/monitor/a.wav", "deeper/a.wav", "../a.wav", ".", "..", "a/", "x\0.wav", "ж" * 200])
def test_a_path_where_a_name_should_be_leads_nowhere(recording: Path, file: str) -> None:
    recording.with_name("calls.csv").write_text(f"file,agent,agent_file\n{file},Bogdan,b.wav\na.wav,Aigerim,\n")
    assert customer_file_of(recording.with_name("b.wav")) is None
    assert metadata_beside(recording)["agent"] == "Aigerim"


@pytest.mark.parametrize("suffix", [".wav", ".m4a"])
def test_the_longest_name_there_is_has_no_json(recording: Path, suffix: str) -> None:
    assert metadata_beside(recording.with_name("n" * (255 - len(suffix)) + suffix)) == {}


def test_a_table_that_is_broken_is_read_once(recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recording.with_name("calls.csv").write_text("agent\n")
    beside, real, read = beside_in(recording.parent), sidecars.sidecar_bytes, []

    def counted(path: Path, most_mb: int) -> Any:
        read.append(path.name)
        return real(path, most_mb)

    monkeypatch.setattr("sapa.calls.connectors.files.sidecar_bytes", counted)
    for _ in range(3):
        with pytest.raises(MetadataInvalid):
            metadata_beside(recording, beside)
    assert read == []
