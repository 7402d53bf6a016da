"""What a user would pick instead: the published library on each channel, its own defaults, words with times."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from faster_whisper import WhisperModel
from faster_whisper.audio import decode_audio


def main(model_folder: str, files: list[str]) -> None:
    model = WhisperModel(model_folder, device="cpu", compute_type="int8")
    found: dict[str, list[str]] = {}
    for file in files:
        texts = []
        for channel in decode_audio(file, split_stereo=True):
            segments, _ = model.transcribe(channel, word_timestamps=True, vad_filter=True)
            texts.append(" ".join(segment.text for segment in segments))
        found[Path(file).stem] = texts
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
