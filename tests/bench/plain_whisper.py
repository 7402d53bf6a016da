"""What a user would pick instead: the published library on each channel, words with times, in one of its two modes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from faster_whisper import BatchedInferencePipeline, WhisperModel
from faster_whisper.audio import decode_audio

BATCH = 8


def main(mode: str, model_folder: str, files: list[str]) -> None:
    model = WhisperModel(model_folder, device="cpu", compute_type="int8")
    hears: Any = model.transcribe
    more: dict[str, Any] = {}
    if mode == "batched":
        hears, more = BatchedInferencePipeline(model).transcribe, {"batch_size": BATCH}
    found: dict[str, list[str]] = {}
    for file in files:
        texts = []
        for channel in decode_audio(file, split_stereo=True):
            segments, _ = hears(channel, word_timestamps=True, vad_filter=True, **more)
            texts.append(" ".join(segment.text for segment in segments))
        found[Path(file).stem] = texts
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
