"""A great many jobs that do nothing, and workers killed meanwhile: each job is done once, by the ledger."""

from __future__ import annotations

import random
import sys
import time
from dataclasses import dataclass

from sapa.pipeline.tests.processes import until
from tests.faults.figures import Figures
from tests.faults.world import Process, World

TRIVIAL = [sys.executable, "-m", "tests.faults.trivial"]


@dataclass(frozen=True)
class Size:
    jobs: int
    workers: int
    kills: int


SHORT = Size(jobs=600, workers=3, kills=3)
FULL = Size(jobs=100_000, workers=8, kills=16)


def run(world: World, size: Size) -> Figures:
    """The kills are spread evenly over the jobs."""
    chance = random.Random(20260309)
    world.run(*TRIVIAL, "fill", str(size.jobs))
    names = iter(range(1, size.workers + size.kills + 1))
    workers = [worker(world, next(names)) for _ in range(size.workers)]
    until(lambda: done(world), within_s=120)
    began_s, at_first = time.monotonic(), done(world)
    for number in range(1, size.kills + 1):
        until(lambda number=number: done(world) >= size.jobs * number // (size.kills + 1), within_s=1800)  # type: ignore[misc]
        place = chance.randrange(size.workers)
        workers[place].kill()
        workers[place] = worker(world, next(names))
    until(lambda: settled(world, size.jobs), within_s=1800)
    jobs_a_second = (size.jobs - at_first) / (time.monotonic() - began_s)
    for each in workers:
        each.ask_to_stop()
    for each in workers:
        each.running.wait(timeout=120)
    return figures_of(world, size, jobs_a_second)


def worker(world: World, number: int) -> Process:
    return world.start(f"worker-{number}", *TRIVIAL, "worker")


def done(world: World) -> int:
    return world.number("SELECT count(*) FROM faults_ledger")


def settled(world: World, jobs: int) -> bool:
    return world.number("SELECT count(*) FROM pipeline_stagerow WHERE state IN ('done', 'failed')") == jobs


def figures_of(world: World, size: Size, jobs_a_second: float) -> Figures:
    entered = done(world)
    once = world.number("SELECT count(DISTINCT call_id) FROM faults_ledger")
    claims = world.number("SELECT sum(attempt) FROM pipeline_stagerow")
    notes = [f"{size.workers} workers, {jobs_a_second:.0f} jobs a second", f"{claims - size.jobs} claims were repeated"]
    return Figures(
        "jobs under restarts (SIGKILL)", world.title, size.kills, size.jobs, size.jobs - once, entered - once,
        notes=notes,
    )  # fmt: skip
