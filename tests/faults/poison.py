"""A call that kills whoever works at it: it is parked with its reason, and the others come out meanwhile."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

from sapa.pipeline.tests.processes import until
from tests.faults.clips import clip
from tests.faults.crew import Crew
from tests.faults.figures import Figures, counted, wrong_of
from tests.faults.site import Site, site_of
from tests.faults.world import World

WORKERS = 2
DEATHS = 5
POISONED = "poisoned"
OTHERS = 1_000_000  # clips of other numbers than the calls of the world


@dataclass(frozen=True)
class Size:
    """With `no_pauses` the poisoned rows do not rest 15 s after each death."""

    poisons: int
    calls: int
    no_pauses: bool = False


SHORT = Size(poisons=1, calls=20, no_pauses=True)
FULL = Size(poisons=20, calls=200)


def run(world: World, size: Size) -> Figures:
    site = site_of(world, "--no-worker")
    ids = [poisoned(site, number) for number in range(size.poisons)]
    world.take(size.calls)
    crew = Crew(world, WORKERS, slow_s=0.1, poison=POISONED)
    began_s = time.monotonic()
    until(lambda: mended(world, crew, size) and world.left() == size.poisons, within_s=600)
    through_s = time.monotonic() - began_s
    until(lambda: mended(world, crew, size) and parked(world) == size.poisons, within_s=600)
    deaths = world.number("SELECT sum(deaths) FROM pipeline_stagerow WHERE state = 'failed'")
    told = sum(is_told(site, call_id) for call_id in ids)
    crew.stop()
    retried = retry_without_poison(world, size)
    calls, lost, doubled = counted(world)
    notes = [
        f"parked as worker_died after {deaths} deaths, {told} of {size.poisons} told by the API",
        f"the {size.calls} other calls were through after {through_s:.0f} s",
        f"{retried} came out when retried without the poison",
    ]
    wrong = wrong_of(deaths_too_many=deaths - DEATHS * size.poisons, not_told_by_the_API=size.poisons - told)
    return Figures("poisoned calls", world.title, size.poisons, calls, lost, doubled, notes=notes, wrong=wrong)


def poisoned(site: Site, number: int) -> str:
    answer = site.hand_in(clip(OTHERS + number), name=f"{POISONED}-{number}.wav")
    assert answer is not None
    assert answer[0] == 201, answer
    return str(answer[1]["id"])


def mended(world: World, crew: Crew, size: Size) -> bool:
    crew.mend()
    if size.no_pauses:
        world.change("UPDATE pipeline_stagerow SET next_try_at = NULL WHERE state = 'waiting' AND deaths > 1")
    return True


def parked(world: World) -> int:
    return world.number(
        f"SELECT count(*) FROM pipeline_stagerow WHERE state = 'failed' AND error_code = 'worker_died' "
        f"AND deaths = {DEATHS}"
    )


def is_told(site: Site, call_id: str) -> bool:
    answer = site.ask(f"/api/v1/calls/{call_id}")
    if answer is None or answer[0] != 200:
        return False
    told = json.loads(answer[1])
    errors = [stage["error"]["code"] for stage in told["stages"] if stage["error"]]
    return bool(told["state"] == "failed" and errors == ["worker_died"])


def retry_without_poison(world: World, size: Size) -> int:
    world.sapa("retry", "--code", "worker_died")
    crew = Crew(world, 1)
    world.finish(within_s=120)
    crew.stop()
    return size.poisons - world.left()
