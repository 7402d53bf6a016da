"""A year of calls of a large centre as bare rows, the same for the same seed: what `make bench-log` pages through."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

AGENTS, QUEUES, TEAMS = 1_000, 30, 40
RECORDED_SHARE, GRADED_SHARE = 0.2, 0.9  # of the answered; of the recorded
ENDS_AT = datetime(2026, 11, 1, tzinfo=UTC)
DAYS = 365
POOLS = (2_000, 200_000, 10**8)  # of numbers: those that call every day, now and then, and once
STAGES = ("recording", "transcribe", "analyse", "grade")
CALL = (
    "id", "source_key", "external_id", "file_name", "direction", "queue_id", "agent_name", "customer_number",
    "customer_name", "started_at", "duration_s", "call_type", "outcome", "language", "created_at", "dialled",
    "disposition", "hung_up_by", "answered_at", "ended_at", "ring_s", "wait_s", "talk_s", "hold_s", "story",
    "transfer_count", "announced_count", "revision", "part_of_id",
)  # fmt: skip
STAGE = (
    "call_id", "stage", "state", "priority", "attempt", "tries", "deaths", "holder", "progress_share", "error_code",
    "error_message", "opened_at", "finished_at",
)  # fmt: skip
EVALUATION = (
    "call_id", "revision_id", "call_type", "call_type_source", "cqr_pct", "coverage_pct", "verdict", "proposed",
    "created_at",
)  # fmt: skip
TAG = ("call_id", "kind", "party", "start_s", "end_s", "evidence")


@dataclass
class Made:
    """Rows of some calls, by table, in the order of the columns above."""

    calls: list[tuple[Any, ...]] = field(default_factory=list)
    stages: list[tuple[Any, ...]] = field(default_factory=list)
    evaluations: list[tuple[Any, ...]] = field(default_factory=list)
    tags: list[tuple[Any, ...]] = field(default_factory=list)


def agent_name(number: int) -> str:
    return f"Agent {number:04}"


def queue_name(number: int) -> str:
    return f"queue-{number:02}"


def calls_made(count: int, *, revision_id: int, seed: int = 1, at_once: int = 10_000) -> Iterator[Made]:
    """In the order of their time, so many at once. Queue ids are 1 to `QUEUES`."""
    chance = random.Random(seed)
    step = timedelta(days=DAYS) / count
    made = Made()
    for place in range(count):
        at = ENDS_AT - step * (count - place) + step * chance.random()
        _call_make(made, chance, place, at, revision_id)
        if len(made.calls) >= at_once:
            yield made
            made = Made()
    yield made


def _call_make(made: Made, chance: random.Random, place: int, at: datetime, revision_id: int) -> None:
    """85 of a hundred are answered; the loads of queues and agents, talk and waits have long tails."""
    call_id = UUID(int=chance.getrandbits(128), version=4)
    direction = chance.choices(("inbound", "outbound", "internal"), (68, 27, 5))[0]
    is_queued = direction == "inbound"
    queue = min(int(chance.paretovariate(0.8)), QUEUES) if is_queued else None
    is_answered = chance.random() < 0.85
    missed = chance.choices(("abandoned", "timed_out", "busy", "failed", "voicemail"), (70, 15, 9, 5, 1))[0]
    agent = agent_name(min(int(AGENTS * chance.random() ** 1.5), AGENTS - 1)) if is_answered else ""
    talk = min(chance.lognormvariate(4.9, 0.9), 4 * 3600.0) if is_answered else 0.0
    hold = chance.lognormvariate(3.5, 0.8) if is_answered and chance.random() < 0.12 else 0.0
    wait = min(chance.lognormvariate(2.8, 1.1), 3600.0) if is_queued else 0.0
    ring = chance.uniform(1, 20)
    over = at + timedelta(seconds=wait + ring + talk + hold)
    number = f"+77{chance.choices((0, 1), (60, 40))[0]}{chance.randrange(POOLS[chance.randrange(3)]):08}"
    is_recorded = is_answered and chance.random() < RECORDED_SHARE
    is_moved = is_answered and chance.random() < 0.04
    key = f"17{place:08}.{place}"
    visit = {"queue": queue_name(queue or 0), "wait_s": round(wait, 3), "outcome": "answered", "agent": agent}
    share = {"agent": agent, "device": "PJSIP/1", "talk_s": round(talk, 3), "hold_s": round(hold, 3)}
    story: dict[str, list[Any]] = {
        "queues": [visit] if queue else [],
        "agents": [share] if agent else [],
        "missed": [{"agent": agent_name(place % AGENTS), "queue": "", "at": 1.0, "ring_s": 15.0}] if wait > 30 else [],
        "transfers": [{"kind": "blind", "to": "2001", "agent": agent, "at": 1.0}] if is_moved else [],
        "unrecorded": [], "recordings": [f"{key}-in.wav", f"{key}-out.wav"] if is_recorded else [],
        "customer_channels": [key],
    }  # fmt: skip
    made.calls.append((
        call_id, f"id:{key}", key, f"{key}-in.wav" if is_recorded else "", direction, queue, agent, number, "", at,
        round(talk + hold, 2) if is_recorded else None, "", "", "", over, "100",
        "answered" if is_answered else missed,
        chance.choices(("customer", "agent", "system"), (60, 35, 5))[0] if is_answered else "customer",
        at + timedelta(seconds=wait + ring) if is_answered else None, over, round(ring, 3), round(wait, 3),
        round(talk, 3), round(hold, 3), json.dumps(story), len(story["transfers"]), len(story["recordings"]), 1, None,
    ))  # fmt: skip
    if is_recorded:
        _found_make(made, chance, call_id, over, revision_id)


def _found_make(made: Made, chance: random.Random, call_id: UUID, at: datetime, revision_id: int) -> None:
    """What the line made of a recording; a few of them failed."""
    is_graded = chance.random() < GRADED_SHARE
    failed = chance.random() < 0.002
    reached = STAGES if is_graded and not failed else STAGES[:2]
    for stage in reached:
        state = "failed" if failed and stage == reached[-1] else "done"
        code = "engine_failed" if state == "failed" else ""
        made.stages.append((call_id, stage, state, 0, 1, 0, 0, "", 1.0, code, "", at, at))
    if reached is not STAGES:
        return
    cqr = None if chance.random() < 0.05 else round(20 * math.ceil(chance.betavariate(5, 2) * 20) / 4, 2)
    verdict = "undecided" if cqr is None else ("successful" if cqr >= 60 else "unsuccessful")
    made.evaluations.append((call_id, revision_id, "service", "told", cqr, 80.0, verdict, "", at))
    for _ in range(min(int(chance.paretovariate(1.2)) - 1, 20)):
        made.tags.append((call_id, "silence", "unknown", 1.0, 2.0, ""))
