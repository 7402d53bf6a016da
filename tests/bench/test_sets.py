from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import sets
from tests.bench.sets import Source, Speech


def source(read: object, folder: str = "set") -> Source:
    return Source("set", "pl", Speech.READ, "of a test", read, folder)  # type: ignore[arg-type]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "set"
    folder.mkdir()
    return folder


def test_the_sample_calls_have_the_words_of_both_parties_with_their_times() -> None:
    harper = next(source for source in sets.SOURCES if source.name == "harper-valley")
    clips = harper.clips(None)
    assert len(clips) == 6
    assert all(clip.path.is_file() and len(clip.spoken) == len(clip.turns) == 2 for clip in clips)
    customer, agent = clips[0].turns
    assert (agent[0].start_s, agent[0].end_s, agent[0].words[:3]) == (3.72, 6.39, ("hello", "this", "is"))
    assert customer[0].words == ("hi",)


def test_a_table_gives_a_text_for_each_file(place: Path) -> None:
    (place / "transcripts.tsv").write_text(
        'file\ttext\tspeaker\na.wav\tWoda — "źródło" życia.\tEB0\n', encoding="utf-8"
    )
    (clip,) = source(sets.table).clips(place.parent)
    assert (clip.path, clip.language) == (place / "a.wav", "pl")
    assert clip.spoken == (("woda", "źródło", "życia"),)


def test_texts_lie_beside_their_recordings(place: Path) -> None:
    for name in ("b.mp3", "a.wav", "silent.wav"):
        (place / name).touch()
    for name, text in {"a.txt": "Dzień dobry", "b.txt": "tak", "silent.txt": " ", "LICENSE.txt": "MIT"}.items():
        (place / name).write_text(text, encoding="utf-8")
    clips = source(sets.texts).clips(place.parent)
    assert [(clip.path.name, clip.spoken) for clip in clips] == [
        ("a.wav", (("dzień", "dobry"),)),
        ("b.mp3", (("tak",),)),
    ]


def test_whole_texts_are_read_from_json(place: Path) -> None:
    (place / "call.mp3").touch()
    (place / "call.ref.json").write_text('{"text": "To koniec."}')
    (clip,) = source(sets.whole_texts).clips(place.parent)
    assert (clip.path.name, clip.spoken) == ("call.mp3", (("to", "koniec"),))


def test_a_set_that_is_not_here_has_no_recordings(tmp_path: Path) -> None:
    assert source(sets.table).clips(None) == []
    assert source(sets.table).clips(tmp_path) == []


def test_own_recordings_are_calls_in_their_language(place: Path) -> None:
    (place / "a.wav").touch()
    (place / "a.txt").write_text("да", encoding="utf-8")
    mine = sets.own(place, "ru")
    (clip,) = mine.clips(None)
    assert (mine.name, mine.speech, clip.language, clip.spoken) == ("set", Speech.CALL, "ru", (("да",),))


def test_a_folder_that_was_named_must_be_there(tmp_path: Path) -> None:
    assert sets.calls_folder(str(tmp_path)) == tmp_path
    with pytest.raises(SystemExit, match="SAPA_BENCH_CALLS"):
        sets.calls_folder(str(tmp_path / "gone"))
