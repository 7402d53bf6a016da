"""All faults, in the order of the table, and a world for each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.brokers import Broker
from tests.faults import (
    broker_flushed,
    database_away,
    disk_full,
    kills,
    many_jobs,
    poison,
    web_killed,
    zombie,
)
from tests.faults.figures import Figures
from tests.faults.world import World, world
from tests.postgres import Server

SQLITE, POSTGRES = "sqlite", "postgres"


@dataclass(frozen=True)
class Fault:
    """`sizes` are `short` and `full`, each of the kind that `run` takes."""

    key: str
    run: Callable[[World, Any], Figures]
    sizes: dict[str, Any]
    databases: tuple[str, ...] = (SQLITE, POSTGRES)
    on_small_disk: bool = False
    with_broker: bool = True


FAULTS = (
    Fault("kills", kills.run, {"short": kills.SHORT, "full": kills.FULL}),
    Fault("zombie", zombie.run, {"short": zombie.SHORT, "full": zombie.FULL}, with_broker=False),
    Fault("poison", poison.run, {"short": poison.SHORT, "full": poison.FULL}),
    Fault("web", web_killed.run, {"short": web_killed.SHORT, "full": web_killed.FULL}),
    Fault("disk", disk_full.run, {"short": disk_full.SHORT, "full": disk_full.FULL}, on_small_disk=True),
    Fault("database", database_away.run, {"short": database_away.SHORT, "full": database_away.FULL}, (POSTGRES,)),
    Fault("broker", broker_flushed.run, {"short": broker_flushed.SHORT, "full": broker_flushed.FULL}, (POSTGRES,)),
    Fault("jobs", many_jobs.run, {"short": many_jobs.SHORT, "full": many_jobs.FULL}),
)


def figures_of(fault: Fault, size: str, folder: Path, *, server: Server | None, broker: Broker | None) -> Figures:
    """One fault in a world of its own below `folder`."""
    given = fault.sizes[size]
    began_s = time.monotonic()
    with _ground(fault, folder), world(
        folder,
        server=server,
        broker=broker if fault.with_broker else None,
        lease_s=getattr(given, "lease_s", 60),
    ) as made:  # fmt: skip
        figures = fault.run(made, given)
    figures.took_s = time.monotonic() - began_s
    return figures


@contextmanager
def _ground(fault: Fault, folder: Path) -> Iterator[None]:
    with ExitStack() as stack:
        if fault.on_small_disk:
            stack.enter_context(disk_full.small_disk(folder / "data"))
        yield
