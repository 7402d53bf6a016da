"""Workers killed at random moments of every stage, alone or together with their heartbeat, as a lost machine would.

A worker that dies alone leaves its keeper, which returns the rows; without a keeper the lease must run out. Measured is
for every row in hand how long it lies until a live worker has claimed it again.
"""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from threading import Event

from sapa.pipeline.stages import STAGE_KEYS
from sapa.pipeline.tests.processes import until
from tests.faults.crew import Crew, end
from tests.faults.figures import Figures, counted, wrong_of
from tests.faults.recovery import Watch
from tests.faults.world import Process, World, pid_of

WORKERS = 3
STAGE_WITHIN_S = 2.0
KEEPER_LEFT, MACHINE_LOST = "worker", "machine"


@dataclass(frozen=True)
class Size:
    """Every `machine_every`th kill takes the heartbeat too. There are always `spare` calls for whoever lives, and
    nobody is killed while fewer than `ready` are in the line.

    A row that lies longer than `within_s` until a live worker has it again is a failure. With `no_pauses` one that lost
    its second worker does not rest before it is due again.
    """

    kills: int
    calls: int
    spare: int
    ready: int
    machine_every: int
    lease_s: int
    slow_s: float
    within_s: float
    no_pauses: bool = False


SHORT = Size(kills=8, calls=10, spare=4, ready=2, machine_every=5, lease_s=4, slow_s=0.1, within_s=60, no_pauses=True)
FULL = Size(kills=200, calls=200, spare=24, ready=3, machine_every=4, lease_s=60, slow_s=0.3, within_s=90)


def run(world: World, size: Size) -> Figures:
    chance = random.Random(20260309)
    watch, at_stage = Watch(world), Counter[str]()
    wanted = cycle(STAGE_KEYS)
    world.take(size.calls)
    crew = Crew(world, WORKERS, slow_s=size.slow_s)
    for number in range(1, size.kills + 1):
        look(world, crew, watch, size)
        until(lambda: crew.ready() >= size.ready, within_s=120)  # a live peer, however slowly one starts here
        stage = next(wanted)
        victim = found(world, crew, stage, lambda: supply(world, crew, watch, size))
        Event().wait(chance.uniform(0, size.slow_s))
        kind = MACHINE_LOST if number % size.machine_every == 0 else KEEPER_LEFT
        at_stage.update(killed(world, victim, watch, kind=kind))
    until(lambda: look(world, crew, watch, size), within_s=size.lease_s * 4 + 60)
    parked = world.number("SELECT count(*) FROM pipeline_stagerow WHERE error_code = 'worker_died'")
    if parked:
        world.sapa("retry", "--code", "worker_died")
    world.finish(within_s=300)
    crew.stop()
    return figures_of(world, watch, at_stage, size=size, parked=parked)


def look(world: World, crew: Crew, watch: Watch, size: Size) -> bool:
    """Whether nothing lies about any more."""
    crew.mend()
    if size.no_pauses:
        world.change("UPDATE pipeline_stagerow SET next_try_at = NULL WHERE state = 'waiting' AND deaths > 1")
    watch.look()
    return not watch.lying


def supply(world: World, crew: Crew, watch: Watch, size: Size) -> None:
    look(world, crew, watch, size)
    if world.in_line() < size.spare:
        world.take(size.spare)


def found(world: World, crew: Crew, stage: str, look_after: Callable[[], object]) -> Process:
    """Somebody who works at this stage; after a while, anybody who works."""
    limit_s = time.monotonic() + STAGE_WITHIN_S

    def somebody() -> Process | None:
        look_after()
        for _, at, _, holder in world.held():
            if at == stage or time.monotonic() > limit_s:
                member = crew.member_of(pid_of(holder))
                if member is not None and member.is_alive():
                    return member
        return None

    return until(somebody, within_s=90)


def killed(world: World, victim: Process, watch: Watch, *, kind: str) -> set[str]:
    """What it holds is read while it is stopped; to be killed when stopped is to be killed at that moment.

    The stages that were hit; `idle` when it held nothing.
    """
    victim.signal_all(signal.SIGSTOP)
    rows = world.held(victim.working())
    end(victim, {holder for *_, holder in rows} if kind == MACHINE_LOST else ())
    watch.lost(rows, kind=kind, at_s=time.time())
    return {stage for _, stage, _, _ in rows} or {"idle"}


def figures_of(world: World, watch: Watch, at_stage: Counter[str], *, size: Size, parked: int) -> Figures:
    calls, lost, doubled = counted(world)
    notes = ["kills in hand of " + ", ".join(f"{stage} {at_stage[stage]}" for stage in (*STAGE_KEYS, "idle"))]
    for kind, words in ((KEEPER_LEFT, "worker alone"), (MACHINE_LOST, f"with its heartbeat, lease {size.lease_s} s")):
        seconds = sorted(watch.recovered_s.get(kind, []))
        if seconds:
            middle = seconds[len(seconds) // 2]
            notes.append(f"{words}: {len(seconds)} rows again after {middle:.1f} s, at most {seconds[-1]:.1f} s")
    deaths = world.number("SELECT count(*) FROM pipeline_stagerow WHERE deaths > 1")
    notes.append(f"{deaths} rows lost more than one holder, {parked} were parked and retried")
    all_s = [second for seconds in watch.recovered_s.values() for second in seconds]
    late = sum(second > size.within_s for second in all_s)
    wrong = wrong_of(**{f"rows_lay_longer_than_{size.within_s:.0f}_s": late})
    return Figures("kill -9 of workers", world.title, size.kills, calls, lost, doubled, all_s, notes, wrong)
