"""WAV through PyAV, with the demuxer forced: nothing inside the file can make it open another one."""

from __future__ import annotations

from typing import BinaryIO

import av
import numpy as np
from av.audio.resampler import AudioResampler

from sapa.recordings.errors import AudioEmpty, AudioUnreadable, AudioUnsupported
from sapa.recordings.types import Audio, Samples

WIDEST_SAMPLE_BYTES = 8


def decode(source: BinaryIO, sample_rate_hz: int | None) -> Audio:
    try:
        with av.open(source, mode="r", format="wav", metadata_errors="replace") as container:
            if not container.streams.audio:
                raise AudioEmpty
            stream = container.streams.audio[0]
            if getattr(stream, "codec_context", None) is None:
                raise AudioUnsupported("The sound in this WAV file is in a form that is not known here.")
            rate_hz = sample_rate_hz or stream.rate
            resampler = AudioResampler(format="fltp", layout=stream.layout, rate=rate_hz)
            pieces: list[Samples] = []
            for packet in container.demux(stream):
                for frame in _frames(packet, stream.channels):
                    pieces += _arrays(resampler.resample(frame))
            pieces += _arrays(resampler.resample(None))
    except (av.error.FFmpegError, ValueError) as exc:
        raise AudioUnreadable(str(exc)) from exc
    if not pieces or not rate_hz:
        raise AudioEmpty
    return Audio(_finite(np.concatenate(pieces, axis=1)), rate_hz)


def _frames(packet: av.Packet[av.AudioStream], channels: int) -> list[av.AudioFrame]:
    try:
        return packet.decode()
    except av.error.InvalidDataError:
        if 0 < packet.size < channels * WIDEST_SAMPLE_BYTES:
            return []  # the file ends inside a frame; what came before is whole
        raise


def _finite(samples: Samples) -> Samples:
    """A float file may hold NaN and infinity, which nothing after this can take."""
    return samples if np.isfinite(samples).all() else np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0)


def _arrays(frames: list[av.AudioFrame]) -> list[Samples]:
    return [frame.to_ndarray().astype(np.float32, copy=False) for frame in frames]
