"""Asterisk's configuration files as sections of keys, with what they include.

Source: docs.asterisk.org, Configuration Files: `[section](template)`, `key = value` or `key => value`, `;` and
`;-- … --;` for comments, `#include` and `#tryinclude` with a name, which may hold `*`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FIRST_COUNTS = {"logger.conf"}
MOST_DEEP = 8  # of files that include one another
MOST_BYTES = 4 << 20
_BLOCK = re.compile(r";--(?!-).*?--;", re.DOTALL)
_SECTION = re.compile(r"\[([^\]]+)\]")
_INCLUDE = re.compile(r"#(?:try)?include\s+[\"<]?([^\">]+)[\">]?", re.IGNORECASE)
_YES = {"yes", "true", "y", "t", "1", "on"}


@dataclass(frozen=True)
class Conf:
    """One file and what it includes. `is_there` is false when nobody wrote it: all is as Asterisk has it by itself. Of
    two lines for one key the last counts, but in `logger.conf` the first, and there only the first section of a name
    (tried with Asterisk 22.10)."""

    name: str
    is_there: bool = True
    keys: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def value(self, section: str, key: str, default: str = "") -> str:
        found = [value for name, value in self.keys.get(section.lower(), []) if name.lower() == key]
        return found[0 if self.name in FIRST_COUNTS else -1] if found else default

    def is_on(self, section: str, key: str, *, default: bool) -> bool:
        raw = self.value(section, key)
        return raw.lower() in _YES if raw else default

    def words(self, section: str, key: str) -> set[str]:
        """Of a list by comma, in lower case; the key may stand more than once."""
        found = [value for name, value in self.keys.get(section.lower(), []) if name.lower() == key]
        return {word.strip().lower() for value in found for word in value.split(",") if word.strip()}


def conf_read(folder: Path, name: str) -> Conf:
    """Raises `OSError` for one that is there and cannot be read."""
    if not (folder / name).exists():
        return Conf(name, is_there=False)
    conf, section, seen, counts = Conf(name), "", set[str](), True
    for line in _lines(folder, folder / name, MOST_DEEP):
        if match := _SECTION.match(line):
            section = match[1].strip().lower()
            counts = name not in FIRST_COUNTS or section not in seen or "+" in line[match.end() :]
            seen.add(section)
            continue
        key, equals, value = line.partition("=")
        if equals and counts:
            conf.keys.setdefault(section, []).append((key.strip(), value.removeprefix(">").strip()))
    return conf


def _lines(folder: Path, path: Path, deep: int) -> Iterator[str]:
    with path.open("rb") as source:
        text = source.read(MOST_BYTES).decode(errors="replace")
    for raw in _BLOCK.sub("", text).splitlines():
        line = re.split(r"(?<!\\);", raw, maxsplit=1)[0].strip()
        if included := _INCLUDE.match(line):
            if deep:
                for other in _included(folder, included[1].strip()):
                    yield from _lines(folder, other, deep - 1)
        elif line:
            yield line


def _included(folder: Path, name: str) -> list[Path]:
    """Those that are there. Asterisk looks from its own folder; a name that leads out of it is another machine's."""
    try:
        found = sorted(path for path in folder.glob(name.removeprefix("/etc/asterisk/")) if path.is_file())
        return [path for path in found if path.resolve().is_relative_to(folder.resolve())]
    except (ValueError, NotImplementedError):  # an absolute name elsewhere, or no name at all
        return []
