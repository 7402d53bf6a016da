"""The database server crashes and is away for a while, under working workers and a site that is asked."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from threading import Event

from sapa.pipeline.tests.processes import until
from tests.faults.crew import Crew
from tests.faults.figures import Figures, counted, wrong_of
from tests.faults.site import Site, site_of
from tests.faults.world import World
from tests.faults.zombie import LATE

NEEDS_NO_DATABASE = "/sign-in"
PATHS = ("/healthz", "/readyz", "/api/v1/calls", "/calls/", NEEDS_NO_DATABASE)


@dataclass(frozen=True)
class Size:
    """How long it is away each time."""

    away_s: tuple[float, ...]
    calls: int
    workers: int
    lease_s: int
    slow_s: float


SHORT = Size(away_s=(5.0,), calls=3, workers=1, lease_s=5, slow_s=0.6)
FULL = Size((60.0, *(random.Random(7).uniform(1, 6) for _ in range(19))), calls=60, workers=3, lease_s=60, slow_s=1.0)


@dataclass
class Seen:
    """What the site answered in one while: how often which status, by address."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)

    def of(self, path: str) -> set[int]:
        return {status for at, status in self.statuses if at == path}

    def words(self) -> str:
        return ", ".join(f"{path} {status} ×{count}" for (path, status), count in sorted(self.statuses.items()))


def run(world: World, size: Size) -> Figures:
    server = world.server
    assert server is not None, "SQLite has no server that could be away"
    site = site_of(world, "--no-worker")
    crew = Crew(world, size.workers, slow_s=size.slow_s)
    seen, recoveries_s, kept = Seen(), [], Counter[bool]()
    for away_s in size.away_s:
        world.take(size.calls // len(size.away_s) + size.workers)
        until(lambda: len(world.held()) >= size.workers, within_s=60)
        held = world.held()
        server.stop(signal.SIGQUIT)
        asked(site, seen, for_s=away_s)
        server.start()
        began_s = time.monotonic()
        until(lambda: {site.status(path) for path in PATHS} == {200}, within_s=60)
        recoveries_s.append(time.monotonic() - began_s)
        kept.update(attempts_kept(world, held))
    world.finish(within_s=300)
    ended = crew.mend()
    crew.stop()
    calls, lost, doubled = counted(world)
    notes = [
        f"away for up to {max(size.away_s):.0f} s",
        f"{kept[True]} of {kept.total()} results in hand were saved by who had made them",
        f"the site meanwhile: {seen.words()}",
    ]
    late = sum(process.said().count(LATE) for process in world.processes)
    strange = [path for path in PATHS if seen.of(path) != {200 if path == NEEDS_NO_DATABASE else 503}]
    wrong = wrong_of(
        workers_ended=ended,
        addresses_answered_strangely=len(strange),
        results_refused_as_late=late,
    )
    times = len(size.away_s)
    return Figures("database away", world.title, times, calls, lost, doubled, recoveries_s, notes, wrong)


def asked(site: Site, seen: Seen, *, for_s: float) -> None:
    """One after the other, for as long as the database is away."""
    over_s = time.monotonic() + for_s
    while time.monotonic() < over_s:
        for path in PATHS:
            seen.statuses[path, site.status(path)] += 1
        Event().wait(0.2)


def attempts_kept(world: World, held: list[tuple[int, str, int, str]]) -> list[bool]:
    """For each row that was in hand: whether it was done under the attempt it had, once all of them are done."""

    def all_done() -> list[tuple[int, int]] | None:
        keys = ", ".join(str(key) for key, *_ in held)
        done = world.ask(f"SELECT id, attempt FROM pipeline_stagerow WHERE state = 'done' AND id IN ({keys})")
        return done if len(done) == len(held) else None

    attempts = dict(until(all_done, within_s=300))
    return [attempts[key] == attempt for key, _, attempt, _ in held]
