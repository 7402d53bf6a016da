"""Hearing a recording once and keeping it, so that a table that was broken off goes on, and is printed again at once.

What is kept is known by the bytes of the recording, by the model, and by the code that heard it: a change of the engine
has everything heard anew, a change of the table nothing.
"""

from __future__ import annotations

import ast
import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import av
import numpy as np

from sapa.core.storage import data_dir
from sapa.recordings.decoders import decode
from sapa.recordings.types import Samples
from sapa.transcripts.engines import ENGINES, SAMPLE_RATE_HZ, engine_named
from sapa.transcripts.model_files import model_folder
from sapa.transcripts.turns import turns_from_words
from sapa.transcripts.types import Word
from tests.bench import plain_whisper
from tests.bench.sets import ROOT, Clip

KEPT = ROOT / "build" / "words"


@dataclass(frozen=True)
class Heard:
    """`seconds` it took, of `minutes` of recording; a language only where the listener says one."""

    language: str
    channels: tuple[tuple[Word, ...], ...]
    minutes: float
    seconds: float

    def words(self, channels: int) -> tuple[tuple[Word, ...], ...]:
        """As many lists as the reference has: where it has one for all channels, the words turn by turn."""
        if channels == len(self.channels):
            return self.channels
        turns = turns_from_words(self.channels)
        return (tuple(word for turn in turns for word in turn.words),)


class Arm(Protocol):
    """Who hears: `title` for people; `known_by` changes with all that could change the words."""

    title: str
    is_told: bool  # the language

    @property
    def known_by(self) -> str: ...

    def hear(self, samples: Samples, language: str | None) -> tuple[str, Sequence[Sequence[Word]]]: ...


class Ours:
    def __init__(self, engine: str, model: str, *, is_told: bool) -> None:
        self.engine, self._asked, self.is_told = engine, model, is_told
        self.title = "sapa" if is_told else "sapa, language not told"

    @cached_property
    def known_by(self) -> str:
        module = ENGINES[self.engine].partition(":")[0]
        code = hashlib.sha256()
        for path in sorted(sources_of(module)):
            code.update(path.read_bytes())
        return f"{module} {code.hexdigest()} {version('faster-whisper')} {model_mark(self.model)}"

    @property
    def model(self) -> str:
        return engine_named(self.engine, self._asked).model

    def hear(self, samples: Samples, language: str | None) -> tuple[str, Sequence[Sequence[Word]]]:
        heard = engine_named(self.engine, self._asked).transcribe(samples, language=language)
        return heard.language, heard.channels


class Library:
    is_told = True

    def __init__(self, mode: str, model: str) -> None:
        self._mode, self._model = mode, model
        self.title = f"faster-whisper alone, {mode}"

    @cached_property
    def known_by(self) -> str:
        code = hashlib.sha256(Path(plain_whisper.__file__).read_bytes()).hexdigest()
        return f"{self._mode} {code} {version('faster-whisper')} {model_mark(self._model)}"

    @cached_property
    def _listen(self) -> Callable[[Any, str | None], list[Any]]:
        return plain_whisper.listener(self._mode, str(_folder(self._model) or self._model))

    def hear(self, samples: Samples, language: str | None) -> tuple[str, Sequence[Sequence[Word]]]:
        return language or "", [
            [
                Word(word.word.strip(), float(word.start), float(word.end), float(word.probability))
                for segment in self._listen(np.ascontiguousarray(channel), language)
                for word in segment.words or []
            ]
            for channel in samples
        ]


def kept_at(arm: Arm, clip: Clip) -> Path:
    with clip.path.open("rb") as sound:
        audio = hashlib.file_digest(sound, "sha256").hexdigest()
    known_by = f"{arm.known_by} {audio} {clip.language if arm.is_told else None}"
    return KEPT / f"{hashlib.sha256(known_by.encode()).hexdigest()[:24]}.json"


def minutes_of(clip: Clip) -> float:
    """As the file says, without decoding it; only to foretell how long it will take."""
    with av.open(str(clip.path)) as container:
        return (container.duration or 0) / av.time_base / 60


def _sound(clip: Clip) -> Samples:
    with clip.path.open("rb") as sound:
        return decode(sound, sample_rate_hz=SAMPLE_RATE_HZ).samples


def hear(arm: Arm, clip: Clip) -> Heard:
    samples = _sound(clip)
    started = time.monotonic()
    language, channels = arm.hear(samples, clip.language if arm.is_told else None)
    seconds = time.monotonic() - started
    minutes = samples.shape[1] / SAMPLE_RATE_HZ / 60
    return Heard(language, tuple(tuple(words) for words in channels), minutes, seconds)


def keep(path: Path, heard: Heard) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps(asdict(heard), ensure_ascii=False), encoding="utf-8")
    unfinished.replace(path)


def kept(path: Path) -> Heard | None:
    if not path.is_file():
        return None
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["channels"] = tuple(tuple(Word(**word) for word in words) for words in raw["channels"])
    return Heard(**raw)


def sources_of(module: str) -> set[Path]:
    """The files of a module and of all of ours that it needs."""
    seen: dict[str, Path] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name in seen or not name.startswith("sapa."):
            continue
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            continue
        seen[name] = Path(spec.origin)
        waiting += _imported(seen[name])
    return set(seen.values())


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def model_mark(name: str) -> str:
    """The model by its name and the size and time of its file."""
    folder = _folder(name)
    if folder is None:
        return name
    stat = (folder / "model.bin").stat()
    return f"{folder.name} {stat.st_size} {stat.st_mtime_ns}"


def _folder(model: str) -> Path | None:
    return model_folder(model, models_dir=data_dir() / "models")
