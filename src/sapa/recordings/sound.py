"""Decoded sound in a file without a name, seen as an array: hours of it need next to no memory."""

from __future__ import annotations

import mmap
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO

import numpy as np

from sapa.core.storage import data_dir
from sapa.recordings.errors import SoundUnwritable
from sapa.recordings.types import Samples

IN_MEMORY_BYTES = 64 << 20  # below this a copy is cheaper than a mapping: 8 minutes of two channels at 16 kHz


def nameless_file() -> IO[bytes]:
    """A file in the data folder that is gone when it is closed, whatever happens. Raises `SoundUnwritable`."""
    folder = Path(data_dir()) / "tmp"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return tempfile.TemporaryFile(dir=folder)
    except OSError as exc:
        raise SoundUnwritable(exc.strerror or str(exc)) from exc


def samples_in(handle: int, *, channels: int, frames: int) -> Samples:
    """`(channels, frames)` of interleaved float32 in an open file; silence at its end may be missing there."""
    size = channels * frames * np.dtype(np.float32).itemsize
    if os.fstat(handle).st_size < size:
        os.ftruncate(handle, size)
    mapping = mmap.mmap(handle, size, access=mmap.ACCESS_READ)
    interleaved = np.frombuffer(mapping, dtype=np.float32).reshape(frames, channels)
    if size > IN_MEMORY_BYTES:
        return interleaved.T
    samples: Samples = np.ascontiguousarray(interleaved.T)
    if samples.base is not None:  # of one channel, that was no copy
        samples = samples.copy()
    samples.flags.writeable = False
    return samples


def let_go(samples: Samples) -> None:
    """What was read of a mapped file counts as ours until we say otherwise; it is read again when it is needed."""
    mapping = _mapping_of(samples)
    if mapping is not None and hasattr(mmap, "MADV_DONTNEED"):
        with suppress(OSError):
            mapping.madvise(mmap.MADV_DONTNEED)


def _mapping_of(samples: object) -> mmap.mmap | None:
    found: object = samples
    while found is not None and not isinstance(found, mmap.mmap):
        found = found.obj if isinstance(found, memoryview) else getattr(found, "base", None)
    return found
