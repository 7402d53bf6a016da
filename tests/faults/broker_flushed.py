"""The broker loses every queue and message, or crashes, again and again while calls come in and are worked at."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sapa.pipeline.tests.processes import until
from tests.faults.crew import Crew
from tests.faults.figures import Figures, counted, wrong_of
from tests.faults.world import World

WORKERS = 2


@dataclass(frozen=True)
class Size:
    """Every `crash_every`th time the server is killed and started again instead of emptied."""

    times: int
    calls: int
    crash_every: int
    lease_s: int


SHORT = Size(times=3, calls=4, crash_every=3, lease_s=6)
FULL = Size(times=200, calls=2, crash_every=10, lease_s=60)


def run(world: World, size: Size) -> Figures:
    broker = world.broker
    assert broker is not None
    crew = Crew(world, WORKERS, slow_s=0.1)
    crashes, recoveries_s = 0, []
    for number in range(1, size.times + 1):
        world.take(size.calls)
        if number % size.crash_every == 0:
            broker.kill()
            broker.start()
            crashes += 1
        else:
            broker.empty()
        began_s, before = time.monotonic(), done(world)
        until(lambda before=before: done(world) > before or not world.left(), within_s=90)  # type: ignore[misc]
        recoveries_s.append(time.monotonic() - began_s)
    world.finish(within_s=300)
    ended = crew.mend()
    crew.stop()
    calls, lost, doubled = counted(world)
    notes = [f"emptied {size.times - crashes} times, crashed {crashes} times"]
    wrong = wrong_of(workers_ended=ended)
    return Figures(
        "broker emptied or crashed", world.title, size.times, calls, lost, doubled, recoveries_s, notes, wrong
    )


def done(world: World) -> int:
    return world.number("SELECT count(*) FROM pipeline_stagerow WHERE state = 'done'")
