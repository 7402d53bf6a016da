"""Which files MixMonitor was told to write. CEL says it where `apps` in `cel.conf` names `mixmonitor`.

Source: docs.asterisk.org, MixMonitor: `file,options(r(file)t(file)…),command`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum
from pathlib import PurePosixPath
from typing import NamedTuple

from sapa.calls.connectors.asterisk.rows import CelRow

_LEG = re.compile(r"([rt])\(([^()]+)\)")
LONGEST_NAME = 255
FORMATS = ("wav", "wav49", "WAV", "wav16", "gsm", "g722", "ulaw", "alaw", "sln", "sln16", "ogg")
SUFFIXES = ("wav", "WAV", "mp3", "ogg", "opus", "flac", "m4a", *FORMATS)
"""Of the files that become of these, the likely first."""


class Leg(StrEnum):
    """What a file holds of the channel that is recorded."""

    BOTH = "both"
    HEARD = "in"
    """What came from it: whoever speaks into that telephone."""
    PLAYED = "out"
    """What was sent to it: everybody else."""


class Announced(NamedTuple):
    """`folder`: the last one of its path, where it was given one."""

    leg: Leg
    name: str
    folder: str = ""


def announced_in(row: CelRow) -> list[Announced]:
    if row.event != "APP_START" or row.app != "MixMonitor":
        return []
    whole, _, rest = row.app_data.partition(",")
    options = rest.partition("),")[0] + ")"  # a command may follow, with brackets of its own
    legs = {"r": Leg.HEARD, "t": Leg.PLAYED}
    found = [(Leg.BOTH, whole), *((legs[letter], path) for letter, path in _LEG.findall(options))]
    paths = [(leg, PurePosixPath(path.strip())) for leg, path in found]
    return [Announced(leg, name, _fit(path.parent.name)) for leg, path in paths if (name := _fit(path.name))]


def _fit(name: str) -> str:
    return name if len(name) <= LONGEST_NAME and name.isprintable() else ""


def names_told(name: str) -> list[str]:
    """What this file may have been announced as: as what it is, with the suffix of one of MixMonitor's formats (`wav49`
    is written as `.WAV`), or as what a command made it of."""
    stem = _stem(name)
    return [name, *(f"{stem}.{suffix}" for suffix in FORMATS if f"{stem}.{suffix}" != name)]


def name_written(told: str) -> str:
    """By MixMonitor itself: `a.wav49` becomes `a.WAV`."""
    return f"{_stem(told)}.WAV" if told.endswith(".wav49") else told


def as_written(told: str, names: Collection[str]) -> str:
    """The one of the files in its folder that this announced one is; as it was told where none is."""
    if told in names:
        return told
    stem = _stem(told)
    return next((name for suffix in SUFFIXES if (name := f"{stem}.{suffix}") in names), told)


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name
