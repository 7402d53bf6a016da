"""`make bench`: `sapa grade` as a whole process beside the published speech library, on the same calls, in one run.

Prints for each: seconds (median), audio seconds per second, audio hours per core-hour, peak memory, word error rate;
and the ratios. The library alone only transcribes, one channel after the other or in batches; `sapa grade` also finds
the parties, measures and marks. Then: what share of the time of `sapa grade` is not recognition, and how time and
memory grow from ten calls to a hundred.

The calls are the samples, each party on a channel, and where a folder of sets is there (SAPA_BENCH_CALLS, or
`../shared/calls` beside the checkout), some of those, all in one channel: there is less silence to save. BENCH_ROUNDS
(1) is how often each runs; `--samples` leaves the sets out.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
MODES = {"sequential": "its defaults", "batched": "batches of 8"}
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "1"))
SETS = {"google-commercial": 1, "fareez-medical": 1, "fake-vcons-tts": 4}  # recordings of each, beside the samples
CLIP_S = 15
FEW, MANY = 10, 100
Spoken = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Run:
    """`core_s`: of all processors together, children included."""

    seconds: float
    core_s: float
    peak_mb: float
    output: str


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sapa.config.settings")
    django.setup()
    kinds, spoken = calls(with_sets="--samples" not in sys.argv)
    print(f"machine: {processor()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"medians of rounds: {ROUNDS}")
    ours_s, theirs_s = 0.0, dict.fromkeys(MODES, 0.0)
    for kind, files in kinds.items():
        print(f"\n{kind}: {len(files)} calls")
        ours, theirs = _compare(files, spoken)
        ours_s += ours
        theirs_s = {mode: theirs_s[mode] + seconds for mode, seconds in theirs.items()}
    if len(kinds) > 1:
        print(f"\nall of them together, theirs / ours: {_ratios(ours_s, theirs_s)}")
    _tell_inside([file for files in kinds.values() for file in files])
    _tell_growth()


def _compare(files: list[str], spoken: Mapping[str, Spoken]) -> tuple[float, dict[str, float]]:
    """Prints the table of some calls. Gives the seconds, ours and theirs."""
    model = _model_folder()
    ours: list[Run] = []
    theirs: dict[str, list[Run]] = {mode: [] for mode in MODES}
    for _ in range(ROUNDS):
        ours.append(run([sys.executable, "-m", "sapa", "grade", "--json", *files]))
        for mode, runs in theirs.items():
            runs.append(run([sys.executable, "-m", "tests.bench.plain_whisper", mode, model, *files]))
    graded = json.loads(ours[0].output)
    audio_s = sum(call["duration_s"] for call in graded)
    known = {stem: said for stem, said in spoken.items() if stem in {Path(file).stem for file in files}}
    head = f"{audio_s:.0f} s of audio"
    print(f"{head:<36}{'seconds':>9}{'× real time':>13}{'h per core-h':>14}{'peak MB':>9}{'WER %':>8}")
    _tell("sapa grade (all of it)", ours, audio_s, wer_pct(_our_words(graded), known))
    for mode, title in MODES.items():
        texts = json.loads(theirs[mode][0].output)
        _tell(f"faster-whisper alone, {title}", theirs[mode], audio_s, wer_pct(texts, known))
    ours_s = statistics.median(one.seconds for one in ours)
    theirs_s = {mode: statistics.median(one.seconds for one in runs) for mode, runs in theirs.items()}
    print(f"theirs / ours: {_ratios(ours_s, theirs_s)}")
    return ours_s, theirs_s


def _ratios(ours_s: float, theirs_s: Mapping[str, float]) -> str:
    return ", ".join(f"{title} {theirs_s[mode] / ours_s:.2f}" for mode, title in MODES.items())


def calls(*, with_sets: bool) -> tuple[dict[str, list[str]], dict[str, Spoken]]:
    """Files by what is in them, and by the stem of those that have a reference the words of each channel."""
    from tests.bench import sets

    files = [str(path) for path in sorted(SAMPLES.glob("*.wav"))]
    folder = sets.calls_folder(os.environ.get("SAPA_BENCH_CALLS", "")) if with_sets else None
    chosen = [
        clip
        for source in sets.SOURCES
        if not source.folder or source.name in SETS
        for clip in source.clips(folder)[: SETS.get(source.name)]
    ]
    others = [str(clip.path) for clip in chosen if str(clip.path) not in files]
    kinds = {"each party on a channel of its own": files, "all in one channel": others}
    return {kind: some for kind, some in kinds.items() if some}, {clip.path.stem: clip.spoken for clip in chosen}


def run(command: list[str]) -> Run:
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True, cwd=ROOT)
        output = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        if status:
            said.seek(0)
            raise SystemExit(f"failed: {' '.join(command[:6])} …\n{said.read()[-2000:]}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output)


def wer_pct(texts: Mapping[str, Sequence[str]], spoken: Mapping[str, Spoken]) -> float:
    from sapa.transcripts.phrases import normalised
    from tests.bench.words import Errors, word_errors

    total = Errors()
    for stem, channels in spoken.items():
        for said, text in zip(channels, texts[stem], strict=True):
            total += word_errors(said, normalised(text))
    return total.wer_pct


def _tell(name: str, runs: list[Run], audio_s: float, wrong_pct: float) -> None:
    seconds, core_s, peak_mb = (
        statistics.median(getattr(run, figure) for run in runs) for figure in ("seconds", "core_s", "peak_mb")
    )
    print(
        f"{name:<36}{seconds:>9.1f}{audio_s / seconds:>13.1f}{audio_s / core_s:>14.1f}{peak_mb:>9.0f}{wrong_pct:>8.2f}"
    )


def _tell_inside(files: list[str]) -> None:
    told = json.loads(run([sys.executable, "-m", "tests.bench.inside", *files]).output)
    rest_pct = 100 * (1 - told["recognition_s"] / told["whole_s"])
    first = Path(files[-1]).stem
    print(f"outside recognition: {rest_pct:.1f} % of {told['whole_s']:.1f} s, once a call is graded")
    print(f"from nothing to the first call graded ({first}): {told['first_s']:.1f} s")


def _tell_growth() -> None:
    """Short calls, so that what each costs beside its sound would show."""
    with tempfile.TemporaryDirectory(prefix="sapa-bench-") as folder:
        clips = [str(path) for path in _clips(Path(folder), MANY)]
        few, many = (
            run([sys.executable, "-m", "sapa", "grade", "--json", *clips[:count]]) for count in (FEW, len(clips))
        )
    print(
        f"{FEW} calls of {CLIP_S} s: {few.seconds:.1f} s, {few.peak_mb:.0f} MB; {MANY} of them: {many.seconds:.1f} s "
        f"({many.seconds / few.seconds:.1f} times), {many.peak_mb:.0f} MB"
    )


def _clips(folder: Path, count: int) -> Iterable[Path]:
    """Out of the samples in turn, each time from a later place."""
    samples = sorted(SAMPLES.glob("*.wav"))
    for number in range(count):
        path = folder / f"{number:03d}.wav"
        turn, of = divmod(number, len(samples))
        with wave.open(str(samples[of]), "rb") as sound, wave.open(str(path), "wb") as out:
            length = CLIP_S * sound.getframerate()
            sound.setpos(turn * length // 2 % max(1, sound.getnframes() - length))
            out.setparams(sound.getparams())
            out.writeframes(sound.readframes(length))
        yield path


def _our_words(graded: list[dict[str, Any]]) -> dict[str, list[str]]:
    return {
        Path(call["file"]).stem: [
            " ".join(turn["text"] for turn in call["turns"] if turn["channel"] == channel)
            for channel in range(call["recording"]["channels"])
        ]
        for call in graded
    }


def _model_folder() -> str:
    from sapa.core.storage import data_dir
    from sapa.transcripts.model_files import PACKAGED, model_folder

    return str(model_folder(PACKAGED, models_dir=data_dir() / "models"))


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


if __name__ == "__main__":
    main()
