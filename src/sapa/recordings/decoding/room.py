"""Where the child puts the sound: appended to an open file, so that hours of it are in nobody's memory."""

from __future__ import annotations

import errno
import os

import numpy as np

from sapa.recordings.decoding.order import MB, SAMPLE_BYTES, DecodeLimits
from sapa.recordings.errors import AudioTooLarge, AudioTooLong

_AT_ONCE_BYTES = 1 << 20


class SpaceLacking(Exception):
    """The disk is full, or nearly."""


class Room:
    """Frames of float32, channel by channel within a frame. Silence takes no space: it is left out as a hole."""

    def __init__(self, handle: int, limits: DecodeLimits) -> None:
        self._handle = handle
        self._limits = limits
        self._waiting = bytearray()
        self._bytes = 0
        self.channels = 0
        self.sample_rate_hz = 0

    def furnish(self, channels: int, sample_rate_hz: int) -> None:
        self.channels, self.sample_rate_hz = channels, sample_rate_hz
        self._most_frames = int(self._limits.longest_h * 3600 * sample_rate_hz)

    @property
    def frames(self) -> int:
        return (self._bytes + len(self._waiting)) // (SAMPLE_BYTES * self.channels) if self.channels else 0

    @property
    def duration_s(self) -> float:
        return self.frames / self.sample_rate_hz if self.channels else 0.0

    def add(self, interleaved: bytes | memoryview) -> None:
        """Raises `AudioTooLong`, `AudioTooLarge`, `SpaceLacking`."""
        self._waiting += interleaved
        if self.frames > self._most_frames:
            raise AudioTooLong(self._limits.longest_h)
        if len(self._waiting) >= _AT_ONCE_BYTES:
            self.close()

    def close(self) -> None:
        """Write what waits."""
        if self._bytes + len(self._waiting) > self._limits.most_sound_mb * MB:
            raise AudioTooLarge
        if not any(self._waiting[:64]) and not self._waiting.strip(b"\0"):
            os.lseek(self._handle, len(self._waiting), os.SEEK_CUR)
        else:
            _make_finite(self._waiting)
            self._write()
        self._bytes += len(self._waiting)
        self._waiting.clear()

    def _write(self) -> None:
        disk = os.fstatvfs(self._handle)
        if disk.f_blocks and disk.f_bavail * disk.f_frsize < self._limits.space_kept_mb * MB:
            raise SpaceLacking
        try:
            with memoryview(self._waiting) as left:
                at = 0
                while at < len(left):
                    at += os.write(self._handle, left[at:])
        except OSError as exc:
            if exc.errno == errno.EFBIG:
                raise AudioTooLarge from exc
            raise SpaceLacking from exc


def _make_finite(sound: bytearray) -> None:
    """A float file may hold NaN and infinity, which nothing after this can take."""
    samples = np.frombuffer(sound, dtype=np.float32)
    if not np.isfinite(samples).all():
        np.nan_to_num(samples, copy=False, nan=0.0, posinf=1.0, neginf=-1.0)
