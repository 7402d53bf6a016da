"""How fast the line goes and how far it is: the sound heard lately, the sound that waits, when all of it will be done.

Read by the index on `finished_at` and from the rows that are in the line: a year of finished calls costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Min, Q, Sum
from django.db.models.functions import Now

from sapa.pipeline.forecast import Spell, StageWork, call_cost_s, hearing_cost_s, left_s
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.presence import WorkerPresent
from sapa.pipeline.stages import STAGE_KEYS

HEARING = "transcribe"
LAST_STAGE = STAGE_KEYS[-1]
MINUTES = (5, 60)
NEWEST = 64  # rows of a stage that tell how fast it goes: the last minutes of a full line
TELLS_FROM_S = 600.0  # of sound heard of a call at work: the engine tells how far it is every minute or two of sound
TELLS_FOR = timedelta(days=7)  # afterwards the workers may be others


@dataclass(frozen=True)
class Throughput:
    """Calls that came out of the line in the last minutes with their sound, and those that were heard meanwhile."""

    minutes: int
    calls: int
    audio_s: float
    since_at: datetime | None
    heard_calls: int
    heard_audio_s: float

    @property
    def done_ratio(self) -> float:
        """Hours of sound that came out for each hour of the clock."""
        return self.audio_s / (60.0 * self.minutes)

    @property
    def heard_ratio(self) -> float:
        """Hours of sound heard for each hour of the clock."""
        return self.heard_audio_s / (60.0 * self.minutes)


@dataclass(frozen=True)
class Backlog:
    """Sound that waits to be heard, less what was heard of it already, and its calls. How long the `unmeasured_calls`
    before them are is not known; with them it is likely `expected_audio_s`, None when there is nothing to go by."""

    calls: int
    audio_s: float
    unmeasured_calls: int
    expected_audio_s: float | None


@dataclass(frozen=True)
class Pace:
    """`worker_ratio`: hours of sound that one worker hears in an hour of its work; None: not known, or not asked, since
    the line is empty. `left_s` until nothing is in the line, if nothing more comes; None: not known."""

    recent: Throughput
    hour: Throughput
    backlog: Backlog
    worker_ratio: float | None
    hearing_workers: int
    left_s: float | None


@dataclass(frozen=True)
class _Unheard:
    """`audio_s` is left to hear of all calls, `longest_s` of one; `measured_s` is how long the `measured_calls` are in
    whole. `at_work`: what living workers have heard of long calls so far."""

    calls: int
    audio_s: float
    longest_s: float
    measured_calls: int
    measured_s: float
    at_work: tuple[Spell, ...]


_NOTHING = _Unheard(0, 0.0, 0.0, 0, 0.0, ())


def line_pace(
    at: datetime, in_stages: Mapping[str, int], workers: Sequence[WorkerPresent], *, later_until: datetime | None = None
) -> Pace:
    """`in_stages`: how many calls are at each stage. Asks little of a line that is empty."""
    recent, hour = _throughputs(at)
    is_empty = not any(in_stages.values())
    unheard = _unheard(at) if in_stages.get(HEARING) else _NOTHING
    heard = [] if is_empty else _newest(HEARING, at)
    backlog = _backlog(unheard, in_stages, heard)
    cost_s = hearing_cost_s([*heard, *unheard.at_work])
    takers = _takers(HEARING, workers)
    left = None
    if backlog.expected_audio_s is not None:
        hearing = StageWork(backlog.expected_audio_s, cost_s, takers, longest=unheard.longest_s)
        later_s = (later_until - at).total_seconds() if later_until else 0.0
        left = left_s(hearing, [] if is_empty else _rest(at, in_stages, workers), later_s=later_s)
    return Pace(recent, hour, backlog, 1.0 / cost_s if cost_s else None, len(takers), left)


def _throughputs(at: datetime) -> tuple[Throughput, ...]:
    since = {minutes: at - timedelta(minutes=minutes) for minutes in MINUTES}
    done = StageRow.objects.filter(state=StageState.DONE, stage__in=(HEARING, LAST_STAGE))
    figures: dict[str, Any] = {}
    for minutes, moment in since.items():
        is_in = Q(finished_at__gt=moment)
        figures[f"calls_{minutes}"] = Count("pk", filter=is_in)
        figures[f"audio_{minutes}"] = Sum("call__duration_s", filter=is_in)
        figures[f"first_{minutes}"] = Min("started_at", filter=is_in)
    rows = done.filter(finished_at__gt=min(since.values())).order_by().values("stage").annotate(**figures)
    told: dict[str, Mapping[str, Any]] = {row["stage"]: row for row in rows}
    out, heard = told.get(LAST_STAGE, {}), told.get(HEARING, {})
    return tuple(
        Throughput(
            minutes=minutes,
            calls=out.get(f"calls_{minutes}", 0),
            audio_s=float(out.get(f"audio_{minutes}") or 0.0),
            since_at=max(moment, out[f"first_{minutes}"]) if out.get(f"first_{minutes}") else None,
            heard_calls=heard.get(f"calls_{minutes}", 0),
            heard_audio_s=float(heard.get(f"audio_{minutes}") or 0.0),
        )
        for minutes, moment in since.items()
    )


def _unheard(at: datetime) -> _Unheard:
    """A call whose worker is lost is heard from its beginning again."""
    rows = StageRow.objects.filter(stage=HEARING)
    lost = Q(state=StageState.RUNNING) & (Q(lease_until=None) | Q(lease_until__lte=Now()))
    waiting = rows.filter(Q(state=StageState.WAITING) | lost)
    told = waiting.aggregate(
        calls=Count("pk"),
        measured=Count("call__duration_s"),
        audio_s=Sum("call__duration_s"),
        longest_s=Max("call__duration_s"),
    )
    running = rows.filter(state=StageState.RUNNING, lease_until__gt=Now(), started_at__isnull=False)
    held = list(running.values_list("started_at", "progress_share", "call__duration_s"))
    measured = [(share, duration_s) for _, share, duration_s in held if duration_s is not None]
    left = [duration_s * (1.0 - share) for share, duration_s in measured]
    waiting_s = float(told["audio_s"] or 0.0)
    return _Unheard(
        calls=told["calls"] + len(held),
        audio_s=waiting_s + sum(left),
        longest_s=max(float(told["longest_s"] or 0.0), *left, 0.0),
        measured_calls=told["measured"] + len(left),
        measured_s=waiting_s + sum(duration_s for _, duration_s in measured),
        at_work=tuple(
            Spell(started_at, max(at, started_at), duration_s * share)
            for started_at, share, duration_s in held
            if started_at and duration_s is not None and duration_s * share >= TELLS_FROM_S
        ),
    )


def _backlog(unheard: _Unheard, in_stages: Mapping[str, int], heard: Sequence[Spell]) -> Backlog:
    """Of calls that were not measured yet is expected what those have that were, in the line and lately heard."""
    before = STAGE_KEYS[: STAGE_KEYS.index(HEARING)]
    unmeasured = sum(in_stages.get(stage, 0) for stage in before) + unheard.calls - unheard.measured_calls
    lengths = unheard.measured_calls + len(heard)
    mean_s = (unheard.measured_s + sum(spell.audio_s for spell in heard)) / lengths if lengths else None
    expected = None if unmeasured and mean_s is None else unheard.audio_s + unmeasured * (mean_s or 0.0)
    return Backlog(unheard.calls, unheard.audio_s, unmeasured, expected)


def _rest(at: datetime, in_stages: Mapping[str, int], workers: Sequence[WorkerPresent]) -> list[StageWork]:
    """Calls at a stage and before it come to it, too."""
    works, calls = [], 0
    for stage in STAGE_KEYS:
        calls += in_stages.get(stage, 0)
        if stage != HEARING and calls:
            works.append(StageWork(float(calls), call_cost_s(_newest(stage, at)), _takers(stage, workers)))
    return works


def _newest(stage: str, at: datetime) -> list[Spell]:
    done = StageRow.objects.filter(state=StageState.DONE, stage=stage, finished_at__gt=at - TELLS_FOR)
    newest = done.order_by("-finished_at")[:NEWEST]
    rows = newest.values_list("started_at", "finished_at", F("call__duration_s"))
    return [
        Spell(began, max(began, ended), float(duration_s or 0.0))
        for began, ended, duration_s in rows
        if began and ended
    ]


def _takers(stage: str, workers: Sequence[WorkerPresent]) -> frozenset[str]:
    """Of whom nothing is known but that they work, the stages are not known either: they are taken to take all."""
    return frozenset(worker.holder for worker in workers if not worker.stages or stage in worker.stages)
