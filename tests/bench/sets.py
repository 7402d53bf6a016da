"""Recordings with the words that were said in them: those of `samples/`, those of a folder of sets where there is
one (SAPA_BENCH_CALLS), and a customer's own."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sapa.recordings.decoders import SUFFIXES
from tests.bench.word_times import SpokenTurn
from tests.bench.words import spoken_words

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
BESIDE_THE_CHECKOUT = ROOT.parent / "shared" / "calls"
PARTIES = ("customer", "agent")  # by channel, of the calls in samples/


class Speech(StrEnum):
    """What is heard; a language is judged by the first of these of which there are recordings, by the last never."""

    CALL = "calls"
    TALK = "talk"
    READ = "read"
    SYNTHETIC = "synthetic"


@dataclass(frozen=True)
class Clip:
    """`spoken`: the words of every channel, or all in one, in the order of the talk. `turns`: where they lie, of every
    channel, if that is known."""

    source: str
    path: Path
    language: str
    spoken: tuple[tuple[str, ...], ...]
    turns: tuple[tuple[SpokenTurn, ...], ...] = ()


@dataclass(frozen=True)
class Source:
    name: str
    language: str
    speech: Speech
    what: str
    read: Callable[[Source, Path], Iterator[Clip]]
    folder: str | Path = ""  # below the folder of sets, or anywhere; none for what lies in samples/

    def clips(self, calls: Path | None) -> list[Clip]:
        """None of a set that is not here."""
        place = self._place(calls)
        return list(self.read(self, place)) if place and place.is_dir() else []

    def _place(self, calls: Path | None) -> Path | None:
        if not self.folder:
            return SAMPLES
        if isinstance(self.folder, Path):
            return self.folder
        return calls / self.folder if calls else None


def two_channels(source: Source, folder: Path) -> Iterator[Clip]:
    """`x.wav` with `reference/x.json`: turns with their times and speakers."""
    for reference in sorted((folder / "reference").glob("*.json")):
        turns = _json(reference)["turns"]
        parties = tuple(
            tuple(
                SpokenTurn(turn["start"], turn["end"], tuple(spoken_words(turn["text"])))
                for turn in turns
                if turn["speaker"] == party
            )
            for party in PARTIES
        )
        spoken = tuple(tuple(word for turn in party for word in turn.words) for party in parties)
        yield Clip(source.name, folder / f"{reference.stem}.wav", source.language, spoken, parties)


def whole_texts(source: Source, folder: Path) -> Iterator[Clip]:
    """`x.ref.json` with the text of `x` in any form of sound."""
    for reference in sorted(folder.glob("*.ref.json")):
        said = tuple(spoken_words(_json(reference)["text"]))
        yield from _with_sound(source, reference.with_name(reference.name.removesuffix(".ref.json")), said)


def table(source: Source, folder: Path) -> Iterator[Clip]:
    """`transcripts.tsv`: a file and its text on each line, under a line of headings."""
    with (folder / "transcripts.tsv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield Clip(source.name, folder / row["file"], source.language, (tuple(spoken_words(row["text"])),))


def texts(source: Source, folder: Path) -> Iterator[Clip]:
    """`x.txt` beside `x` in any form of sound."""
    for text in sorted(folder.glob("*.txt")):
        said = tuple(spoken_words(text.read_text(encoding="utf-8-sig")))
        yield from _with_sound(source, text.with_suffix(""), said)


def _with_sound(source: Source, stem: Path, said: tuple[str, ...]) -> Iterator[Clip]:
    """Files without sound or without words (a licence, a note) are no recordings."""
    sounds = [path for suffix in sorted(SUFFIXES) if (path := stem.with_name(stem.name + suffix)).is_file()]
    if sounds and said:
        yield Clip(source.name, sounds[0], source.language, (said,))


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


SOURCES = (
    Source("harper-valley", "en", Speech.CALL, "bank calls, role-play, telephone, two channels", two_channels),
    Source(
        "google-commercial", "en", Speech.CALL, "a shop call, acted, telephone, mono", whole_texts, "google-commercial"
    ),
    Source(
        "fareez-medical", "en", Speech.TALK, "a medical interview, acted, not telephone", whole_texts, "fareez-medical"
    ),
    Source("asterisk-prompts-en", "en", Speech.READ, "telephone prompts, one voice", table, "asterisk-prompts-en"),
    Source("asterisk-prompts-ru", "ru", Speech.READ, "telephone prompts, one voice", table, "asterisk-prompts-ru"),
    Source("misc-ru", "ru", Speech.READ, "sentences, read", texts, "misc-ru"),
    Source("nemo-polish", "pl", Speech.READ, "sentences, acted in a studio, four voices", table, "nemo-polish"),
    Source("is2ai-kazakh", "kk", Speech.READ, "commands, read", texts, "is2ai-kazakh"),
    Source("fake-vcons-tts", "en", Speech.SYNTHETIC, "written calls read by machines", whole_texts, "fake-vcons-tts"),
)


def own(folder: Path, language: str) -> Source:
    """A customer's recordings. A call of two channels has one text, turn by turn."""
    return Source(folder.resolve().name, language, Speech.CALL, f"of {folder}", texts, folder)


def calls_folder(named: str) -> Path | None:
    """The folder of sets: the one that was named, else the one beside the checkout if it is there."""
    folder = Path(named).expanduser() if named else BESIDE_THE_CHECKOUT
    if named and not folder.is_dir():
        raise SystemExit(f"SAPA_BENCH_CALLS: there is no folder {folder}")
    return folder if folder.is_dir() else None
