"""`make bench`: `sapa grade` as a whole process beside the published speech library, on the same calls, in one run.

Prints for each: seconds (median), audio seconds per second, peak memory, word error rate; and the ratios. The
library alone only transcribes, one channel after the other or in batches; `sapa grade` also finds the parties,
measures and marks.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
AGENT_CHANNEL = 1  # of the calls that have a reference
MODES = {"sequential": "its defaults", "batched": "batches of 8"}
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))


@dataclass(frozen=True)
class Run:
    seconds: float
    peak_mb: float
    output: str


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sapa.config.settings")
    django.setup()
    files = sorted(str(path) for path in SAMPLES.glob("*.wav"))
    model = _model_folder()
    ours: list[Run] = []
    theirs: dict[str, list[Run]] = {mode: [] for mode in MODES}
    for _ in range(ROUNDS):
        ours.append(run([sys.executable, "-m", "sapa", "grade", "--json", *files]))
        for mode, runs in theirs.items():
            runs.append(run([sys.executable, str(Path(__file__).with_name("plain_whisper.py")), mode, model, *files]))
    graded = json.loads(ours[0].output)
    audio_s = sum(call["duration_s"] for call in graded)
    print(f"{len(files)} calls, {audio_s:.0f} s of two-channel audio, {ROUNDS} rounds, medians")
    print(f"machine: {processor()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"{'':<36}{'seconds':>9}{'× real time':>13}{'peak MB':>9}{'WER %':>8}")
    _tell("sapa grade (all of it)", ours, audio_s, _our_wer(graded))
    for mode, title in MODES.items():
        _tell(f"faster-whisper alone, {title}", theirs[mode], audio_s, _their_wer(json.loads(theirs[mode][0].output)))
    for mode, title in MODES.items():
        ratio = statistics.median(b.seconds / a.seconds for a, b in zip(ours, theirs[mode], strict=True))
        print(f"ratio, theirs {title} / ours: {ratio:.2f}")


def run(command: list[str]) -> Run:
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)
    output = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    if status:
        raise SystemExit(f"failed: {' '.join(command[:6])} …")
    return Run(seconds, usage.ru_maxrss / 1024, output)


def _tell(name: str, runs: list[Run], audio_s: float, wer_pct: float) -> None:
    seconds = statistics.median(run.seconds for run in runs)
    peak_mb = statistics.median(run.peak_mb for run in runs)
    print(f"{name:<36}{seconds:>9.1f}{audio_s / seconds:>13.1f}{peak_mb:>9.0f}{wer_pct:>8.2f}")


def _our_wer(graded: list[dict[str, object]]) -> float:
    heard = {Path(str(call["file"])).stem: call["turns"] for call in graded}
    texts = {
        stem: [" ".join(str(turn["text"]) for turn in turns if turn["channel"] == channel) for channel in (0, 1)]  # type: ignore[attr-defined]
        for stem, turns in heard.items()
    }
    return _wer(texts)


def _their_wer(texts: dict[str, list[str]]) -> float:
    return _wer(texts)


def _wer(texts: dict[str, list[str]]) -> float:
    from sapa.transcripts.phrases import normalised
    from tests.bench.words import Errors, reference_words, word_errors

    total = Errors()
    for path in sorted((SAMPLES / "reference").glob("*.json")):
        expected = reference_words(path)
        for channel, text in enumerate(texts[path.stem]):
            speaker = "agent" if channel == AGENT_CHANNEL else "customer"
            total += word_errors(expected[speaker], normalised(text))
    return total.wer_pct


def _model_folder() -> str:
    from sapa.core.storage import data_dir
    from sapa.transcripts.model_files import PACKAGED, model_folder

    return str(model_folder(PACKAGED, models_dir=data_dir() / "models"))


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


if __name__ == "__main__":
    main()
