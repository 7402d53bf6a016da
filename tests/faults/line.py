"""A line of real workers in processes of their own, and what the tests ask of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sapa.analytics.models import CallMeasures
from sapa.calls.models import Call
from sapa.pipeline.models import StageRow
from sapa.pipeline.stages import STAGE_KEYS
from sapa.pipeline.tests.processes import database_url_of_test, environment, sapa, started, until
from sapa.pipeline.tests.workbench import tiny_wav
from sapa.scorecards.models import EvaluationRecord
from sapa.transcripts.models import TranscriptRecord

SELDOM = "3600"  # a lease so long that nobody looks by himself: only a ring wakes
OFTEN = "6"  # looks and sweeps every 1.5 s


class Line:
    """On the database of the test. `lease_s` says how often workers look without being rung: four times in it."""

    def __init__(self, data_dir: Path, *, broker_url: str = "", lease_s: str = OFTEN) -> None:
        self.data_dir = data_dir
        self.ledger = data_dir / "ledger"
        self.settings = {"SAPA_BROKER_URL": broker_url, "SAPA_LEASE_S": lease_s}

    @contextmanager
    def worker(self, *stages: str, slow_s: float = 0.0, **more: str) -> Iterator[subprocess.Popen[bytes]]:
        """Ready to work inside the block."""
        said = self.data_dir / f"said-{len(list(self.data_dir.glob('said-*')))}"
        command = [sys.executable, "-m", "tests.faults.stand_in", str(self.ledger), str(slow_s), "worker"]
        with started(
            *command, *(("--stages", *stages) if stages else ()), environ=self.environ(**more), said=said
        ) as run:
            until(lambda: run.poll() is not None or b"takes" in said.read_bytes())
            assert run.poll() is None, said.read_text()
            yield run

    def listening(self, workers: int) -> None:
        """So many workers have found the broker."""
        until(lambda: self.said().count("listening at the broker") >= workers)

    def environ(self, **more: str) -> dict[str, str]:
        return environment(self.data_dir, database_url=database_url_of_test(), **{**self.settings, **more})

    def sapa(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return sapa(*arguments, data_dir=self.data_dir, database_url=database_url_of_test(), **self.settings)

    def ingest(self, *sounds: int) -> None:
        """Short calls; another number is another call."""
        files = [self.data_dir / f"{sound}.wav" for sound in sounds]
        for file, sound in zip(files, sounds, strict=True):
            file.write_bytes(tiny_wav(sound))
        done = self.sapa("ingest", *files)
        assert done.returncode == 0, done.stderr

    def all_done(self, *, count: int, within_s: float = 60.0) -> None:
        """As many calls are through as were given, each stage of each exactly once."""
        last = StageRow.objects.filter(stage=STAGE_KEYS[-1], state="done")
        try:
            until(lambda: last.count() == count, within_s=within_s)
        except AssertionError as exc:
            raise AssertionError(
                f"{exc}: {list(StageRow.objects.values_list('stage', 'state'))}\n{self.said()}"
            ) from exc
        assert Call.objects.count() == count
        assert StageRow.objects.filter(state="done", attempt__gte=1).count() == count * len(STAGE_KEYS)
        for made in (TranscriptRecord, CallMeasures, EvaluationRecord):
            assert made.objects.values("call").distinct().count() == made.objects.count() == count

    def worked(self) -> list[tuple[int, str, str]]:
        """Who began what: process, stage, call."""
        if not self.ledger.exists():
            return []
        lines = (line.split() for line in self.ledger.read_text().splitlines())
        return [(int(process), stage, call) for process, stage, call in lines]

    def said(self) -> str:
        return "\n".join(path.read_text()[-3000:] for path in sorted(self.data_dir.glob("said-*")))


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def children_of(parent: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(folder.name))
        except OSError:
            continue  # ended while it was looked at
    return found


def kill(process: int) -> None:
    os.kill(process, 9)
