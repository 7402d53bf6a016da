"""Calls put into the line by hand, and what the tests ask of the line."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event
from typing import Any

from django.db import connections

from sapa.calls.models import Call
from sapa.calls.types import CallFacts
from sapa.pipeline.intake import AgentFile, Taken, call_take
from sapa.pipeline.leases import stages_claim
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.runner import StopSign, Worker

RATE_HZ = 8000


def tiny_wav(sound: int = 1, *, channels: int = 2) -> bytes:
    """A tenth of a second; another `sound` is another recording."""
    out = io.BytesIO()
    with wave.open(out, "wb") as target:
        target.setparams((channels, 2, RATE_HZ, 0, "NONE", ""))
        target.writeframes(sound.to_bytes(2, "little", signed=True) * channels * (RATE_HZ // 10))
    return out.getvalue()


def take(content: bytes | None = None, *, file_name: str = "call.wav", **facts: Any) -> Taken:
    """`take(external_id="pbx-7")`: through the same door as every entry point; the facts are those of `CallFacts`."""
    source = io.BytesIO(tiny_wav() if content is None else content)
    return call_take(source, file_name=file_name, facts=CallFacts(**facts))


def take_pair(
    customer: bytes | None = None, agent: bytes | None = None, *, swapped: bool = False, **facts: Any
) -> Taken:
    """A call with a file for each party; `swapped` hands each in as the other's."""
    files = [customer or tiny_wav(1, channels=1), agent or tiny_wav(2, channels=1)]
    first, second = map(io.BytesIO, reversed(files) if swapped else files)
    agent_file = AgentFile(second, "agent.wav")
    return call_take(first, file_name="customer.wav", facts=CallFacts(**facts), agent_file=agent_file)


def claim(holder: str = "somebody") -> StageRow | None:
    """One row, as a worker takes it."""
    return next(iter(stages_claim(holder, limit=1)), None)


def run_one(stop: StopSign | None = None) -> bool:
    """One row worked at, in this process and without a heartbeat; false when there is none."""
    with Worker(stop or Event(), at_once=1, heartbeat=False) as worker:
        return bool(worker.run_some())


def run_all(stop: StopSign | None = None) -> int:
    """The line to its end, in this process and without a heartbeat; how many rows were worked at."""
    with Worker(stop or Event(), heartbeat=False) as worker:
        return worker.run_all()


def stored_blobs(data_dir: Path) -> list[str]:
    """Every file in the storage, half-written ones too."""
    return sorted(path.name for path in (data_dir / "blobs").rglob("*") if path.is_file())


def stages_of(call: Call) -> dict[str, str]:
    """Stage → state, as far as the call has come."""
    rows = StageRow.objects.filter(call=call).order_by("id")
    return {row.stage: StageState(row.state).value for row in rows}


def at_once(*acts: Callable[[], Any]) -> list[Future[Any]]:
    """All of them in threads that start together, each with its own connection to the database."""
    start = Barrier(len(acts))

    def one(act: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=20)
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as threads:
        return [threads.submit(one, act) for act in acts]
