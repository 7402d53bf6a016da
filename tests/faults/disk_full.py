"""The data folder's disk fills up under a bulk intake and a working line, and is then freed.

The disk is a small tmpfs, which only root may mount. On SQLite the database lies on it too.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sapa.recordings.decoders import LIMITS
from tests.faults.clips import clip
from tests.faults.crew import Crew
from tests.faults.figures import Figures, counted, wrong_of
from tests.faults.site import site_of
from tests.faults.world import World

DISK_MB = LIMITS.space_kept_mb + 64  # below what decoders leave free, no recording is opened
BALLAST = "ballast"
LEFT_BYTES = (1_000_000, 0, 150_000)  # for some calls, for none, for one and hardly its rows
OTHERS = 1_000_000  # clips of other numbers than those of the bulk intake
TAKEN = "taken"
CLEAR = {"storage_write_failed", "database_full"}
LARGE_BYTES = 3_000_000  # what the web server lays down in a file before anybody looks at it


@dataclass(frozen=True)
class Size:
    """With `no_pauses` what failed for want of space is tried again as soon as there is some."""

    rounds: int
    calls: int
    no_pauses: bool


SHORT = Size(rounds=3, calls=4, no_pauses=True)
FULL = Size(rounds=12, calls=8, no_pauses=False)


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Under the data folder of a world, before it is prepared."""
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=0700", "sapa-faults", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def run(world: World, size: Size) -> Figures:
    crew = Crew(world, 1, slow_s=0.05)
    site = site_of(world, "--no-worker")
    refused, answered, taken = Counter[str](), Counter[str](), 0
    ballast = world.data_dir / BALLAST
    for number in range(size.rounds):
        files = written(world, size.calls, number)
        fill(ballast, leave_bytes=LEFT_BYTES[number % len(LEFT_BYTES)])
        told = [json.loads(line) for line in world.sapa("ingest", "--json", str(files), may_fail=True).splitlines()]
        assert len(told) == size.calls, "the intake ended early"
        refused.update(each["error"]["code"] for each in told if "error" in each)
        taken += sum("call" in each for each in told)
        answer = site.hand_in(clip(OTHERS + number, silence_bytes=LARGE_BYTES), name="large.wav")
        answered["none" if answer is None else answer[1]["error"]["code"] if answer[0] >= 400 else TAKEN] += 1
        taken += answer is not None and answer[0] == 201
        ballast.unlink()
        if size.no_pauses:
            world.change("UPDATE pipeline_stagerow SET next_try_at = NULL WHERE state = 'waiting'")
        world.finish(within_s=300)
    ended = crew.mend()
    crew.stop()
    return figures_of(world, size, refused, answered, taken, ended)


def written(world: World, count: int, number: int) -> Path:
    folder = world.folder / f"round-{number}"
    folder.mkdir()
    for place in range(count):
        content = clip(number * 1000 + place, silence_bytes=100_000)
        (folder / f"call-{number}-{place}.wav").write_bytes(content)
    return folder


def fill(ballast: Path, *, leave_bytes: int) -> None:
    """All but so many bytes."""
    disk = os.statvfs(ballast.parent)
    with ballast.open("wb", buffering=0) as out:
        os.posix_fallocate(out.fileno(), 0, disk.f_bavail * disk.f_frsize - leave_bytes)


def figures_of(
    world: World, size: Size, refused: Counter[str], answered: Counter[str], taken: int, ended: int
) -> Figures:
    calls, lost, doubled = counted(world)
    named = {str(blob) for (blob,) in world.ask("SELECT blob_id FROM recordings_recordingpart")}
    stored = {path.name for path in (world.data_dir / "blobs").rglob("*") if path.is_file()}
    unclear = sum(times for code, times in (refused + answered).items() if code not in {*CLEAR, TAKEN})
    notes = [
        f"{taken} calls taken; refused: {', '.join(f'{code} {times}' for code, times in refused.items())}",
        f"large uploads: {', '.join(f'{code} {times}' for code, times in answered.items())}",
    ]
    wrong = wrong_of(
        calls_taken_but_not_there=abs(calls - taken),
        recordings_without_a_file=len(named - stored),
        files_without_a_recording=len(stored - named),
        unclear_refusals=unclear,
        workers_ended=ended,
    )
    if not world.server:
        (said,) = world.ask("PRAGMA integrity_check")[0]
        notes.append(f"integrity {said}")
        wrong += [] if said == "ok" else ["damaged database"]
    return Figures("disk full, then freed", world.title, size.rounds, calls, lost, doubled, notes=notes, wrong=wrong)
