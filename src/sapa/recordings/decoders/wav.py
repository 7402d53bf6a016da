"""WAV through PyAV, with the demuxer forced: nothing inside the file can make it open another one.

What a header claims is believed only within limits, because resampling multiplies it: 60,000 frames at "1 Hz"
are 240 kB on disk and 8 GB at 16 kHz.
"""

from __future__ import annotations

from typing import BinaryIO

import av
import numpy as np
from av.audio.resampler import AudioResampler

from sapa.recordings.errors import AudioEmpty, AudioTooLong, AudioUnreadable, AudioUnsupported
from sapa.recordings.types import Audio, Samples

WIDEST_SAMPLE_BYTES = 8
LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 4_000, 192_000
MOST_CHANNELS = 8
LONGEST_H = 12
FIRST_ROOM_S = 60  # when the header does not say how long the sound is


def decode(source: BinaryIO, sample_rate_hz: int | None) -> Audio:
    try:
        with av.open(source, mode="r", format="wav", metadata_errors="replace") as container:
            if not container.streams.audio:
                raise AudioEmpty
            stream = container.streams.audio[0]
            _check(stream)
            rate_hz = sample_rate_hz or stream.rate
            resampler = AudioResampler(format="fltp", layout=stream.layout, rate=rate_hz)
            sound = _Growing(stream.channels, _expected_s(stream), rate_hz)
            for packet in container.demux(stream):
                for frame in _frames(packet, stream.channels):
                    sound.add(resampler.resample(frame))
            sound.add(resampler.resample(None))
    except (av.error.FFmpegError, ValueError) as exc:
        # FFmpeg's text holds the place of the stored file, which is nobody's business.
        raise AudioUnreadable(getattr(exc, "strerror", None) or type(exc).__name__) from exc
    if not sound.used:
        raise AudioEmpty
    return Audio(sound.samples, rate_hz)


def _check(stream: av.AudioStream) -> None:
    if getattr(stream, "codec_context", None) is None:
        raise AudioUnsupported("The sound in this WAV file is in a form that is not known here.")
    if not LOWEST_RATE_HZ <= stream.rate <= HIGHEST_RATE_HZ:
        raise AudioUnsupported(f"A sample rate of {stream.rate} Hz is not taken here.")
    if not 0 < stream.channels <= MOST_CHANNELS:
        raise AudioUnsupported(f"A recording of {stream.channels} channels is not taken here.")


def _expected_s(stream: av.AudioStream) -> float:
    """What the header says, 0 when it says nothing."""
    if stream.duration is None or stream.time_base is None:
        return 0.0
    expected_s = float(stream.duration * stream.time_base)
    if expected_s > LONGEST_H * 3600:
        raise AudioTooLong(LONGEST_H)
    return expected_s


def _frames(packet: av.Packet[av.AudioStream], channels: int) -> list[av.AudioFrame]:
    try:
        return packet.decode()
    except av.error.InvalidDataError:
        if 0 < packet.size < channels * WIDEST_SAMPLE_BYTES:
            return []  # the file ends inside a frame; what came before is whole
        raise


class _Growing:
    """Samples written into room made once when the length is known: a 4-hour call is held once, not twice."""

    def __init__(self, channels: int, expected_s: float, rate_hz: int) -> None:
        room = int((expected_s or FIRST_ROOM_S) * rate_hz) + rate_hz
        self._room: Samples = np.empty((channels, room), dtype=np.float32)
        self._longest = LONGEST_H * 3600 * rate_hz
        self.used = 0

    @property
    def samples(self) -> Samples:
        return self._room[:, : self.used]

    def add(self, frames: list[av.AudioFrame]) -> None:
        for frame in frames:
            piece = frame.to_ndarray().astype(np.float32, copy=False)
            end = self.used + piece.shape[1]
            if end > self._longest:
                raise AudioTooLong(LONGEST_H)
            if end > self._room.shape[1]:
                wider = np.empty((self._room.shape[0], max(end, 2 * self._room.shape[1])), dtype=np.float32)
                wider[:, : self.used] = self.samples
                self._room = wider
            self._room[:, self.used : end] = _finite(piece)
            self.used = end


def _finite(samples: Samples) -> Samples:
    """A float file may hold NaN and infinity, which nothing after this can take."""
    return samples if np.isfinite(samples).all() else np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0)
