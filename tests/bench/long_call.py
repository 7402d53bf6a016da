"""`make bench-long`: one two-channel call of four hours through `sapa grade` as a whole process; time and peak memory.

The call is the samples one after another: spread evenly with silence between them, as in a line left open, or with
`--dense` repeated without a pause until the time is full.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import sys
import tempfile
import wave
from collections.abc import Iterator
from pathlib import Path

from tests.bench.line import SAMPLES, processor, run

RATE = 8000
FRAME_BYTES = 4  # two channels of 16 bits
BOUND_MB = 900  # docs/recordings.md, "memory of a working process"
MINUTE = 60 * RATE


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.long_call", description=__doc__)
    parser.add_argument("--hours", type=float, default=4)
    parser.add_argument("--dense", action="store_true", help="talk without a pause")
    options = parser.parse_args()
    frames = round(options.hours * 3600 * RATE)
    with tempfile.TemporaryDirectory(prefix="sapa-long-") as folder:
        path = Path(folder) / "long.wav"
        write(path, dense(frames) if options.dense else spread(frames))
        measured = run([sys.executable, "-m", "sapa", "grade", "--json", str(path)])
    (call,) = json.loads(measured.output)
    print(f"machine: {processor()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    talk = "dense" if options.dense else "spread"
    print(f"{call['duration_s']:.0f} s of two-channel audio, {talk}: {len(call['turns'])} turns")
    speeds = [call["duration_s"] / seconds for seconds in (measured.seconds, measured.core_s)]
    print(f"{measured.seconds:.0f} s, {speeds[0]:.1f} × real time, {speeds[1]:.1f} hours per core-hour")
    print(f"peak memory {measured.peak_mb:.0f} MB, bound {BOUND_MB} MB")
    return 0 if measured.peak_mb <= BOUND_MB else 1


def write(path: Path, pieces: Iterator[bytes]) -> None:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(RATE)
        for piece in pieces:
            out.writeframes(piece)


def spread(frames: int) -> Iterator[bytes]:
    calls = list(samples())
    share = frames // len(calls)
    for sound in calls:
        yield sound
        left = share - len(sound) // FRAME_BYTES
        while left > 0:
            yield bytes(FRAME_BYTES * min(left, MINUTE))
            left -= MINUTE


def dense(frames: int) -> Iterator[bytes]:
    left = frames
    for sound in itertools.cycle(list(samples())):
        yield sound[: left * FRAME_BYTES]
        left -= len(sound) // FRAME_BYTES
        if left <= 0:
            return


def samples() -> Iterator[bytes]:
    for path in sorted(SAMPLES.glob("*.wav")):
        with wave.open(str(path)) as sound:
            shape = (sound.getnchannels(), sound.getsampwidth(), sound.getframerate())
            if shape != (2, 2, RATE):
                raise SystemExit(f"{path.name} is not two channels of 16 bits at {RATE} a second")
            yield sound.readframes(sound.getnframes())


if __name__ == "__main__":
    sys.exit(main())
