"""Where a recording goes after it was taken: below the archive, by the path it had, never over anything that is there.

It takes its own JSON along, under the same stem: beside another recording it would tell the wrong thing. A move that is
interrupted at any moment leaves the recording where it was, whole, and is done again at the next look.
"""

from __future__ import annotations

import errno
import filecmp
import hashlib
import os
import shutil
from contextlib import suppress
from itertools import count
from pathlib import Path

from sapa.core.errors import SapaError
from sapa.pipeline.watch_folder import state_of

REFUSED = "refused"
LONGEST_NAME = 255  # bytes, of every file system in use


class ArchiveFailed(SapaError):
    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(
            "archive_failed",
            f"{path} was taken but cannot be moved to the archive: {problem}. "
            "Free some space there or fix its permissions.",
            retryable=True,
        )


def archive(path: Path, into: Path) -> Path:
    """Move a recording with its JSON into a folder, which is made; where it lies now. Raises `ArchiveFailed`."""
    own = path.with_suffix(".json") if state_of(path.with_suffix(".json")) is not None else None
    try:
        into.mkdir(parents=True, exist_ok=True)
        for number in count(1):
            target = into / _numbered(path, number)
            if _is_free(path, own, target) and _put(path, target):
                if own is not None:
                    if not _put(own, target.with_suffix(".json")):
                        raise FileExistsError(errno.EEXIST, "something took the name of its JSON")
                    own.unlink()
                path.unlink()  # last: while it is here, all of this is done again
                return target
        raise AssertionError  # count() has no end
    except OSError as exc:
        raise ArchiveFailed(path, exc.strerror or str(exc)) from exc


def reason_write(moved: Path, error: SapaError) -> None:
    """Beside a refused recording, for whoever finds it there."""
    with suppress(OSError):  # it is in the database and in the log as well
        moved.with_name(moved.name + ".txt").write_text(f"{error.code}: {error.message}\n", encoding="utf-8")


def _numbered(path: Path, number: int) -> str:
    if number == 1:
        return path.name
    stem, end = path.stem, f"-{number}"
    room = LONGEST_NAME - len(end) - max(len(os.fsencode(path.suffix)), len(".json"))
    while len(os.fsencode(stem)) > room:
        stem = stem[:-1]
    return f"{stem}{end}{path.suffix}"


def _is_free(path: Path, own: Path | None, target: Path) -> bool:
    """For both: for each nothing lies there, or what an interrupted move left of it."""
    beside = target.with_suffix(".json")
    if own is None:
        return _fits(path, target) and (os.path.lexists(target) or not os.path.lexists(beside))
    return _fits(path, target) and _fits(own, beside)


def _fits(path: Path, target: Path) -> bool:
    return not os.path.lexists(target) or (state_of(target) is not None and _is_same(path, target))


def _put(path: Path, target: Path) -> bool:
    """False when something else has that name."""
    try:
        os.link(path, target, follow_symlinks=False)  # fails where something lies; a rename would replace it
    except FileExistsError:
        if not _is_same(path, target):
            return False
    except OSError as exc:
        if exc.errno not in {errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS}:
            raise
        return _copied(path, target)
    return True


def _copied(path: Path, target: Path) -> bool:
    """To another file system, or one without hard links: whole under a passing name, then under its own."""
    if target.exists():
        return _is_same(path, target)
    before = state_of(path)
    # By a digest, since the longest names have no room for anything before or after them.
    part = target.with_name(f".{hashlib.sha256(os.fsencode(target.name)).hexdigest()}.part")
    try:
        with path.open("rb") as source, part.open("wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
            copy.flush()
            os.fsync(copy.fileno())
        shutil.copystat(path, part)
        if before is None or before != state_of(path) or part.stat().st_size != before.size_bytes:
            raise OSError(errno.EBUSY, "it changed while it was copied")
        _claim(target)
        part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    return True


def _is_same(path: Path, target: Path) -> bool:
    """A move that was interrupted at its end has left both."""
    return target.samefile(path) or filecmp.cmp(path, target, shallow=False)


def _claim(target: Path) -> None:
    """Make the name ours, so that what replaces it replaces only our own empty file."""
    with target.open("xb"):
        pass
