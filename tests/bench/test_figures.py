from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from sapa.transcripts.measured import measured_in
from sapa.transcripts.tests.talk import words
from sapa.transcripts.types import Word
from tests.bench import sets
from tests.bench.figures import Measured, language_figures, time_rows, word_rows
from tests.bench.heard import Heard, keep, kept, sources_of
from tests.bench.measured_file import written_anew
from tests.bench.sets import Clip, Source, Speech
from tests.bench.word_times import SpokenTurn

TODAY = date(2026, 11, 26)


def measured(
    name: str, said: str, *channels: Sequence[Word], language: str = "en", found: str = "en",
    speech: Speech = Speech.CALL, times: int = 1, is_told: bool = True,
) -> Measured:  # fmt: skip
    source = Source(name, language, speech, "of a test", sets.texts)
    clips = [Clip(name, Path(f"{place}.wav"), language, (tuple(said.split()),)) for place in range(times)]
    heard = Heard(found, tuple(map(tuple, channels)), 0.5, 1.0)
    return Measured(source, "sapa", is_told, tuple((clip, heard) for clip in clips))


def test_a_row_tells_size_errors_and_interval() -> None:
    (row,) = word_rows([measured("bank", "good day to you", words("good day too you"), times=5)])
    assert row == [
        "bank",
        "en, calls",
        "sapa",
        "5",
        "2.5",
        "20",
        "25.0",
        "25.0–25.0",
        "25.0 / 0.0 / 0.0",
        "0.0",
        "told",
    ]


def test_a_language_that_was_not_told_is_right_or_wrong() -> None:
    (row,) = word_rows([measured("commands", "жүр", words("žir"), language="kk", found="lt", is_told=False)])
    assert (row[7], row[-1]) == ("none", "0 of 1 right")


def test_two_channels_with_one_text_are_read_turn_by_turn() -> None:
    one = measured("own", "hello there bye", words("hello"), words("there", 5.0), words("bye", 10.0))
    assert one.errors.wrong == 0


def test_times_are_told_only_where_they_are_known() -> None:
    known = measured("bank", "good day", words("good day", 1.0))
    clip = Clip("bank", Path("a.wav"), "en", (("good", "day"),), ((SpokenTurn(0.9, 1.6, ("good", "day")),),))
    timed = Measured(known.source, "sapa", True, ((clip, known.heard[0][1]),))
    assert time_rows([known]) == []
    assert time_rows([timed]) == [
        ["bank", "sapa", "start", "1 of 1", "0.10", "0.10", "+0.10"],
        ["bank", "sapa", "end", "1 of 1", "0.00", "0.00", "+0.00"],
    ]


def test_a_language_is_judged_by_what_is_nearest_to_calls() -> None:
    figures = language_figures([
        measured("prompts", "a b", words("a b"), speech=Speech.READ),
        measured("bank", "a b", words("a c")),
        measured("shop", "a b", words("a b")),
        measured("machine", "a b", words("x y"), speech=Speech.SYNTHETIC),
        measured("polish", "a b c d", words("a b c x"), language="pl", speech=Speech.READ),
        measured("robot", "a b", words("a b"), language="kk", speech=Speech.SYNTHETIC),
    ])  # fmt: skip
    assert [(one.language, one.sources, one.speech, one.errors.wer_pct) for one in figures] == [
        ("en", ("bank", "shop"), Speech.CALL, 25.0),
        ("pl", ("polish",), Speech.READ, 25.0),
    ]


def test_what_is_written_is_read_by_the_program_and_the_rest_stays() -> None:
    (english,) = language_figures([measured("bank", "a b", words("a c"))])
    before = written_anew("{}", "other", [english], TODAY)
    russian = language_figures([measured("own", "да нет", words("да нет"), language="ru", times=5)])
    read = measured_in(written_anew(before, "packaged:whisper-base", russian, TODAY))
    assert read["other"]["en"].low_pct is None
    assert (read["other"]["en"].wer_pct, read["other"]["en"].words) == (50.0, 2)
    assert read["packaged:whisper-base"]["ru"].measured_on == TODAY
    assert (read["packaged:whisper-base"]["ru"].high_pct, read["packaged:whisper-base"]["ru"].source) == (0.0, "own")


def test_what_was_heard_is_kept_whole(tmp_path: Path) -> None:
    heard = Heard("ru", (words("да"), ()), 0.5, 2.0)
    keep(tmp_path / "words" / "a.json", heard)
    assert kept(tmp_path / "words" / "a.json") == heard
    assert kept(tmp_path / "words" / "b.json") is None


@pytest.mark.parametrize("name", ["faster_whisper/word_times.py", "transcripts/pieces.py", "recordings/sound.py"])
def test_a_change_of_what_the_engine_needs_has_it_heard_anew(name: str) -> None:
    needed = {path.as_posix() for path in sources_of("sapa.transcripts.engines.faster_whisper")}
    assert any(path.endswith(name) for path in needed)
    assert not any(path.endswith("transcripts/hearing.py") for path in needed)
