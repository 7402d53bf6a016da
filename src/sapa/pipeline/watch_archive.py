"""Where a recording goes after it was taken: below the archive, by the path it had, never over anything that is there.

A move that is interrupted at any moment leaves the recording whole in one of the two places at least, and is
done again at the next look.
"""

from __future__ import annotations

import errno
import filecmp
import os
import shutil
from contextlib import suppress
from itertools import count
from pathlib import Path

from sapa.core.errors import SapaError
from sapa.pipeline.watch_folder import state_of

REFUSED = "refused"


class ArchiveFailed(SapaError):
    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(
            "archive_failed",
            f"{path} was taken but cannot be moved to the archive: {problem}. "
            "Free some space there or fix its permissions.",
            retryable=True,
        )


def archive(path: Path, into: Path) -> Path:
    """Move a file into a folder, which is made; where it lies now. Raises `ArchiveFailed`."""
    try:
        into.mkdir(parents=True, exist_ok=True)
        for number in count(1):
            name = path.name if number == 1 else f"{path.stem}-{number}{path.suffix}"
            target = into / name
            if _moved(path, target):
                return target
        raise AssertionError  # count() has no end
    except OSError as exc:
        raise ArchiveFailed(path, exc.strerror or str(exc)) from exc


def reason_write(moved: Path, error: SapaError) -> None:
    """Beside a refused recording, for whoever finds it there."""
    with suppress(OSError):  # it is in the database and in the log as well
        moved.with_name(moved.name + ".txt").write_text(f"{error.code}: {error.message}\n", encoding="utf-8")


def _moved(path: Path, target: Path) -> bool:
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
    path.unlink()
    return True


def _copied(path: Path, target: Path) -> bool:
    """To another file system, or one without hard links: whole under a passing name, then under its own."""
    if target.exists():
        if not _is_same(path, target):
            return False
        path.unlink()
        return True
    before = state_of(path)
    part = target.with_name(f".{target.name}.part")
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
    path.unlink()
    return True


def _is_same(path: Path, target: Path) -> bool:
    """A move that was interrupted at its end has left both."""
    return target.samefile(path) or filecmp.cmp(path, target, shallow=False)


def _claim(target: Path) -> None:
    """Make the name ours, so that what replaces it replaces only our own empty file."""
    with target.open("xb"):
        pass
