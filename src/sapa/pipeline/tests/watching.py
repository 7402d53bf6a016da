"""A watcher whose seconds pass when the test says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sapa.calls.models import Call, WatchedFile
from sapa.pipeline.watch import Watcher
from sapa.pipeline.watch_one import WatchOptions

STABLE_S = 10.0


@dataclass
class Seconds:
    now_s: float = 1000.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Guard:
    """`look()` after some seconds; `settle()` until what is there must be finished."""

    folders: Sequence[Path]
    options: dict[str, Any] = field(default_factory=dict)
    seconds: Seconds = field(default_factory=Seconds)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        options = WatchOptions(folders=tuple(self.folders), stable_s=STABLE_S, **self.options)
        self.watcher = Watcher(options, clock=self.seconds)

    def look(self, *, after_s: float = 0.0) -> float:
        self.seconds.now_s += after_s
        return self.watcher.round()

    def settle(self) -> None:
        self.look(after_s=2)
        self.look(after_s=STABLE_S)
        self.look(after_s=STABLE_S)


def names() -> list[str]:
    return sorted(Call.objects.values_list("file_name", flat=True))


def outcomes() -> dict[str, str]:
    """By path, what became of each file that was seen."""
    return {row.path: row.error_code or row.outcome for row in WatchedFile.objects.all()}
