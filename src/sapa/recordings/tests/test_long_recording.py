"""An hour of two channels through a process of its own: memory does not grow with the length of the call."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sapa.recordings.sound import let_go, samples_in
from sapa.recordings.tests.sounds import RATE_HZ, riff, tone

MOST_DECODER_MB = 128
MOST_WORKER_MB = 192  # Python, Django and numpy take half of it; the sound alone would be 460
# Not ru_maxrss: that of a new process starts with what the process that started it held.
SCRIPT = """
import json, sys
from pathlib import Path
import django; django.setup()
from sapa.recordings.decoders import decode
from sapa.recordings.decoding import client
from sapa.recordings.waveform import peaks_of
from sapa.transcripts.pieces import PIECE_S, cut_in_silence
outcomes, real = [], client._run
client._run = lambda *given: outcomes.append(real(*given)) or outcomes[-1]
with open(sys.argv[1], "rb") as source:
    audio = decode(source, sample_rate_hz=16_000)
peaks = peaks_of(audio)
pieces = [cut_in_silence(c, lambda piece: [(0, 1)] if piece.any() else [], longest=round(PIECE_S * 16_000),
                         progress=lambda share: None).pieces for c in audio.samples]
print(json.dumps({
    "duration_s": audio.duration_s, "loudest": [max(p) for p in peaks], "pieces": [len(p) for p in pieces],
    "decoder_mb": outcomes[0].peak_rss_bytes / 1e6,
    "worker_mb": int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1000,
}))
"""


@pytest.fixture
def hour(tmp_path: Path) -> Path:
    second = np.rint(np.stack([tone(400.0), tone(1000.0, level=0.25)], axis=1) * 32767).astype("<i2").tobytes()
    path = tmp_path / "hour.wav"
    path.write_bytes(riff(second * 3600, 2))
    return path


def test_memory_stays_within_its_bound(hour: Path, data_dir: Path) -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "sapa.config.settings", "SAPA_DATA_DIR": str(data_dir)}
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(hour)], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert told["duration_s"] == pytest.approx(3600.0, abs=0.01)
    assert told["loudest"] == [50, 25]
    assert min(told["pieces"]) >= 6
    assert told["decoder_mb"] <= MOST_DECODER_MB
    assert told["worker_mb"] <= MOST_WORKER_MB


@pytest.mark.parametrize("seconds", [1, 600])
def test_short_sound_is_in_memory_and_long_sound_in_a_file(seconds: int, tmp_path: Path) -> None:
    frames = seconds * 16_000
    ramp = np.arange(2 * frames, dtype=np.float32).reshape(frames, 2)
    path = tmp_path / "sound"
    path.write_bytes(ramp.tobytes())
    with path.open("r+b") as sound:
        samples = samples_in(sound.fileno(), channels=2, frames=frames)
    let_go(samples[1, 5:])
    assert samples.shape == (2, frames)
    assert np.array_equal(samples, ramp.T)
    assert samples[0].flags.contiguous == (seconds == 1)
    assert not samples.flags.writeable


def test_silence_at_the_end_takes_no_space(tmp_path: Path) -> None:
    with (tmp_path / "sound").open("w+b") as sound:
        samples = samples_in(sound.fileno(), channels=2, frames=10 * RATE_HZ)
    assert samples.shape == (2, 10 * RATE_HZ)
    assert not samples.any()
