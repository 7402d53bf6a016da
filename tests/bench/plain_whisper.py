"""What a user would pick instead: the published library on each channel, words with times, in one of its two modes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
from faster_whisper import BatchedInferencePipeline, WhisperModel
from faster_whisper.audio import decode_audio

BATCH = 8
SEQUENTIAL, BATCHED = "sequential", "batched"


def listener(mode: str, model_folder: str) -> Callable[[Any, str | None], list[Any]]:
    """From one channel, at 16 kHz, and its language if that is known to the segments of the library."""
    model = WhisperModel(model_folder, device="cpu", compute_type="int8")
    hears: Any = model.transcribe
    more: dict[str, Any] = {}
    if mode == BATCHED:
        hears, more = BatchedInferencePipeline(model).transcribe, {"batch_size": BATCH}

    def listen(channel: Any, language: str | None) -> list[Any]:
        segments, _ = hears(channel, language=language, word_timestamps=True, vad_filter=True, **more)
        return list(segments)

    return listen


def main(mode: str, model_folder: str, files: list[str]) -> None:
    listen = listener(mode, model_folder)
    found: dict[str, list[str]] = {}
    for file in files:
        channels = decode_audio(file, split_stereo=True) if _is_stereo(file) else (decode_audio(file),)
        found[Path(file).stem] = [" ".join(segment.text for segment in listen(channel, None)) for channel in channels]
    print(json.dumps(found))


def _is_stereo(file: str) -> bool:
    """Asked to split a mono file, the library hears it twice."""
    with av.open(file) as container:
        return container.streams.audio[0].channels == 2


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
