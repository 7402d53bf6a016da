"""Which files MixMonitor was told to write. CEL says it where `apps` in `cel.conf` names `mixmonitor`.

Source: docs.asterisk.org, MixMonitor: `file,options(r(file)t(file)…),command`.
"""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import PurePosixPath
from typing import NamedTuple

from sapa.calls.connectors.asterisk.rows import CelRow

_LEG = re.compile(r"([rt])\(([^()]+)\)")
LONGEST_NAME = 255


class Leg(StrEnum):
    """What a file holds of the channel that is recorded."""

    BOTH = "both"
    HEARD = "in"
    """What came from it: whoever speaks into that telephone."""
    PLAYED = "out"
    """What was sent to it: everybody else."""


class Announced(NamedTuple):
    """`name` without its folder."""

    leg: Leg
    name: str


def announced_in(row: CelRow) -> list[Announced]:
    if row.event != "APP_START" or row.app != "MixMonitor":
        return []
    whole, _, rest = row.app_data.partition(",")
    options = rest.partition("),")[0] + ")"  # a command may follow, with brackets of its own
    legs = {"r": Leg.HEARD, "t": Leg.PLAYED}
    found = [(Leg.BOTH, whole), *((legs[letter], path) for letter, path in _LEG.findall(options))]
    return [Announced(leg, name) for leg, path in found if (name := _name_of(path))]


def _name_of(path: str) -> str:
    name = PurePosixPath(path.strip()).name
    return name if len(name) <= LONGEST_NAME and name.isprintable() else ""
