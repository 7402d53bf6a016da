"""What `sapa pbx connect` tells: each finding with a mark, the lines to add by file, the settings for Sapa."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from sapa.calls.connectors.asterisk.conf_checks import RELOAD, Check, Level
from sapa.pipeline.pbx_checks import Places

INTO_SECTIONS = "Put each line into the section that is there, in the place of a line for the same key:"
_MARKS = {Level.WELL: "ok   ", Level.ADVICE: "look ", Level.WRONG: "WRONG"}


def checks_told(checks: Sequence[Check]) -> str:
    width = max(len(check.what) for check in checks)
    lines = [f"{_MARKS[check.level]} {check.what:<{width}}  {check.says}" for check in checks]
    if any(check.into.endswith(".conf") for check in checks):
        lines += ["", INTO_SECTIONS]
    for into in dict.fromkeys(check.into for check in checks if check.lines):
        lines += ["", f"{into}:", *(f"    {line}" for line in _lines_of(checks, into))]
    if any(check.lines for check in checks):
        lines += ["", "Then, make a call, and look again:", *(f"    asterisk -rx '{command}'" for command in RELOAD)]
    return "\n".join(lines) + "\n"


def _lines_of(checks: Iterable[Check], into: str) -> list[str]:
    """A section's name once, above all that belongs to it."""
    return list(dict.fromkeys(line for check in checks if check.into == into for line in check.lines))


def settings_of(places: Places, zone: str) -> dict[str, str]:
    """A password of a table's database is not told."""
    tables = {"SAPA_PBX_TABLES": ",".join(table.address for table in places.tables)} if places.tables else {}
    return {
        "SAPA_PBX_LOGS": str(places.logs),
        **tables,
        "SAPA_WATCH_DIRS": str(places.recordings),
        "SAPA_PBX_ZONE": zone,
    }


def settings_told(places: Places, zone: str) -> str:
    told = [f"    export {name}={shlex.quote(value)}" for name, value in settings_of(places, zone).items()]
    return "\n".join(["", "Settings for Sapa; with them `sapa serve` takes every call by itself:", *told])
