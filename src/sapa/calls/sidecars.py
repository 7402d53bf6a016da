"""Reading the small files that lie beside recordings, whoever put them there.

A folder of recordings is written by a phone system, by a share, by people. A pipe with the name of a table would be
waited for without end, a link would lead to a file that is nobody's business here, and one of gigabytes would end the
process; so only plain files are read, without waiting, and no more of them than metadata can be.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from sapa.calls.errors import MetadataInvalid

MOST_JSON_MB = 1
MOST_TABLE_MB = 64


def is_sidecar(path: Path) -> bool:
    """A pipe or a folder of that name is none. A link counts: somebody meant it, so it is refused, not passed over."""
    try:
        mode = path.lstat().st_mode
    except OSError as exc:
        # The JSON of a recording with the longest name that a file system takes has a name that is too long.
        if exc.errno in {errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG}:
            return False
        raise
    return stat.S_ISREG(mode) or stat.S_ISLNK(mode)


def sidecar_bytes(path: Path, most_mb: int) -> bytes:
    """Raises `MetadataInvalid`, `OSError`."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as exc:
        if exc.errno == errno.ELOOP:
            raise MetadataInvalid(path.name, "is a link; put the file itself there") from exc
        raise
    with os.fdopen(handle, "rb") as source:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise MetadataInvalid(path.name, "is not a plain file")
        content = source.read((most_mb << 20) + 1)
    if len(content) > most_mb << 20:
        raise MetadataInvalid(path.name, f"is over {most_mb} MB, more than is read as metadata")
    return content
