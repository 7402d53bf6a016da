"""WAV through PyAV, with the demuxer forced: nothing inside the file can make it open another one."""

from __future__ import annotations

from typing import BinaryIO

import av
import numpy as np
from av.audio.resampler import AudioResampler

from sapa.recordings.errors import AudioEmpty, AudioUnreadable
from sapa.recordings.types import Audio, Samples


def decode(source: BinaryIO, sample_rate_hz: int | None) -> Audio:
    try:
        with av.open(source, mode="r", format="wav", metadata_errors="replace") as container:
            if not container.streams.audio:
                raise AudioEmpty
            stream = container.streams.audio[0]
            rate_hz = sample_rate_hz or stream.rate
            resampler = AudioResampler(format="fltp", layout=stream.layout, rate=rate_hz)
            pieces: list[Samples] = []
            for frame in container.decode(stream):
                pieces += _arrays(resampler.resample(frame))
            pieces += _arrays(resampler.resample(None))
    except (av.error.FFmpegError, ValueError) as exc:
        raise AudioUnreadable(str(exc)) from exc
    if not pieces or not rate_hz:
        raise AudioEmpty
    return Audio(np.concatenate(pieces, axis=1), rate_hz)


def _arrays(frames: list[av.AudioFrame]) -> list[Samples]:
    return [frame.to_ndarray().astype(np.float32, copy=False) for frame in frames]
