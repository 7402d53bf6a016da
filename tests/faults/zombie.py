"""A worker and its heartbeat stand still beyond the lease, somebody else does the work, then they wake up.

What a frozen machine comes back with must not count. On PostgreSQL one of them also stops inside the transaction of its
save, where it holds the row; SQLite has one writer at a time, so there such a one holds up everybody by its nature.
"""

from __future__ import annotations

from dataclasses import dataclass

from sapa.pipeline.tests.processes import until
from tests.faults.crew import Crew, freeze, thaw
from tests.faults.figures import Figures, counted
from tests.faults.world import Process, World

LATE = "came too late"
SLOW_S = 2.0


@dataclass(frozen=True)
class Size:
    rounds: int
    zombies: int
    lease_s: int


SHORT = Size(rounds=1, zombies=2, lease_s=4)
FULL = Size(rounds=10, zombies=5, lease_s=6)


def run(world: World, size: Size) -> Figures:
    refused = sum(one_round(world, size, name=f"round-{number}") for number in range(size.rounds))
    stopped = size.rounds * (size.zombies + bool(world.server))
    calls, lost, doubled = counted(world)
    notes = [f"{refused} late results refused", f"lease {size.lease_s} s"]
    return Figures("frozen beyond the lease, then awake", world.title, stopped, calls, lost, doubled, notes=notes)


def one_round(world: World, size: Size, *, name: str) -> int:
    """How many late results were refused."""
    world.take(4 * size.zombies)
    zombies = [world.worker(f"{name}-zombie-{number}", slow_s=SLOW_S) for number in range(size.zombies)]
    held = {zombie.pid: frozen(world, zombie) for zombie in zombies}
    if world.database_url:
        zombies.append(world.worker(f"{name}-zombie-in-save", stop_in_write="yes"))
        held[zombies[-1].pid] = frozen_in_its_save(world, zombies[-1])
    crew = Crew(world, 1)
    world.finish(within_s=60 + 10 * size.lease_s)
    for zombie in zombies:
        thaw(zombie, held[zombie.pid])
    for zombie in zombies:
        until(lambda zombie=zombie: LATE in zombie.said(), within_s=60)  # type: ignore[misc]
        zombie.ask_to_stop()
    crew.stop()
    for zombie in zombies:
        zombie.running.wait(timeout=60)
    return sum(zombie.said().count(LATE) for zombie in zombies)


def frozen(world: World, zombie: Process) -> set[str]:
    """As soon as it holds something; the names under which it does."""
    while True:
        until(lambda: world.held(zombie.working()), within_s=60)
        freeze(zombie)
        rows = world.held(zombie.working())
        if rows and not world.is_held_up():
            break
        thaw(zombie)  # it was between two rows, or inside a save
    holders = {holder for *_, holder in rows}
    freeze(zombie, holders)
    return holders


def frozen_in_its_save(world: World, zombie: Process) -> set[str]:
    until(zombie.is_stopped, within_s=60)
    holders = {holder for *_, holder in world.held(zombie.working())}
    freeze(zombie, holders)
    return holders
