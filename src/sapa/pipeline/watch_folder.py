"""What lies in a watched folder and below it: recordings by name, and the metadata beside them.

One look costs a listing of each folder, no more: names and inode numbers come with it, sizes and times do not. Links
are not followed, wherever they lead; what is hidden, or named as something unfinished, is passed over.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sapa.recordings.decoders import SUFFIXES

_PASSED_OVER = (".", "~")  # hidden, a lock file of an office program
# Metadata, notes, and what is still being written: nobody meant a recording that would be missed.
_NO_RECORDINGS = frozenset({"", ".json", ".csv", ".txt", ".part", ".filepart", ".tmp"})
MOST_SUFFIXES = 20  # told of; where names end in numbers there is no end of them
WRAP_FIRST = (
    "In folders only names of the forms in docs/recordings.md are looked for; wrap raw sound (.gsm, .sln) first: "
    "sox -t gsm call.gsm call.wav"
)
_HALF = 1 << 63


@dataclass(frozen=True)
class FileState:
    """While these stay what they are, so does the file."""

    size_bytes: int
    mtime_ns: int

    @classmethod
    def of(cls, found: os.stat_result) -> FileState:
        return cls(found.st_size, found.st_mtime_ns)


@dataclass(frozen=True)
class Listing:
    """One folder: `sub` is its path below the watched one, `files` its recordings by name with their inodes,
    `passed_over` the suffixes of what may have been meant as a recording."""

    folder: Path
    sub: str
    files: dict[str, int]
    jsons: frozenset[str]
    tables: tuple[str, ...]
    passed_over: frozenset[str] = frozenset()

    def path_of(self, name: str) -> str:
        return f"{self.sub}/{name}" if self.sub else name


def is_recording_name(name: str) -> bool:
    """`x.wav.part`, `x.wav.tmp` and `x.wav~` are not: their suffix is another."""
    return os.path.splitext(name)[1].lower() in SUFFIXES and not name.startswith(_PASSED_OVER)  # noqa: PTH122 - fast


def suffix_passed_over(name: str) -> str:
    """Of a file that may have been meant as a recording and is not taken; empty for every other."""
    suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122 - fast
    if suffix in SUFFIXES or suffix in _NO_RECORDINGS or not suffix.isprintable():
        return ""
    return "" if name.startswith(_PASSED_OVER) or name.endswith("~") else suffix


def listings(
    root: Path, *, leave_out: frozenset[Path], cannot_read: Callable[[Path, OSError], None]
) -> Iterator[Listing]:
    """The folder and all below it. Raises `OSError` when the folder itself cannot be read; a subfolder is told of."""
    waiting = [""]
    while waiting:
        sub = waiting.pop()
        folder = root / sub
        if folder in leave_out:
            continue
        try:
            listing, deeper = _listing(folder, sub)
        except OSError as exc:
            if not sub:
                raise
            if not isinstance(exc, FileNotFoundError):  # removed while it was looked for
                cannot_read(folder, exc)
            continue
        waiting.extend(sorted(deeper))  # the last comes first: of folders by date, today's
        yield listing


def _listing(folder: Path, sub: str) -> tuple[Listing, list[str]]:
    files: dict[str, int] = {}
    jsons, tables, deeper = set(), [], []
    passed_over = set()
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.startswith(_PASSED_OVER):
                continue
            if is_recording_name(name) and entry.is_file(follow_symlinks=False):
                files[name] = _signed(entry.inode())
            elif name.lower().endswith(".json"):
                jsons.add(name)
            elif name.endswith(".csv"):
                tables.append(name)
            elif entry.is_dir(follow_symlinks=False):
                deeper.append(f"{sub}/{name}" if sub else name)
            elif (suffix := suffix_passed_over(name)) and entry.is_file(follow_symlinks=False):
                passed_over.add(suffix)
    return Listing(folder, sub, files, frozenset(jsons), tuple(sorted(tables)), frozenset(passed_over)), deeper


def state_of(path: Path) -> FileState | None:
    """None when it is gone, or is no plain file."""
    try:
        found = path.lstat()
    except OSError:
        return None
    return FileState.of(found) if stat.S_ISREG(found.st_mode) else None


def metadata_mark(folder: Path, recording: str, tables: tuple[str, ...]) -> str:
    """Changes when the JSON of a recording or a table beside it does."""
    names = (Path(recording).with_suffix(".json").name, *tables)
    states = [(name, state) for name in names if (state := state_of(folder / name)) is not None]
    return hashlib.sha256(repr(states).encode()).hexdigest() if states else ""


def _signed(inode: int) -> int:
    """Some file systems number up to 2^64; databases count to 2^63."""
    return inode - 2 * _HALF if inode >= _HALF else inode
