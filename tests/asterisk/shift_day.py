"""The shifts around a made day (`day.py`): every agent comes before the first call and goes after the last, and rests
where there is room, with the true answer. Nobody talks while out, or while paused.

All agents are in one or two queues; some come in the middle of the night before, some never go.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

from tests.asterisk.day import BEGIN_MS, LENGTH_MS, Day

REASONS = ("Lunch", "Break", "", "Обед|чай")
_HOUR_S = 3600


@dataclass
class ShiftTruth:
    """Of one agent; seconds. `since` and `until` are of the whole shift, `until` None for who never goes."""

    since: int = 0
    until: int | None = None
    paused_s: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    partly_s: int = 0
    handled_s: int = 0
    calls: int = 0
    missed: int = 0


def shifts_of(day: Day, *, seed: int) -> dict[str, ShiftTruth]:
    """Adds their lines to the day's `queue_log`. Only calls that the queues know count as handled here."""
    chance = random.Random(seed)
    busy = _busy(day)
    truth = {}
    for name in sorted(busy):
        truth[name] = _shift(day, name, busy[name], chance)
    return truth


@dataclass
class _Busy:
    talks: list[tuple[int, int]] = field(default_factory=list)
    missed: list[int] = field(default_factory=list)


def _busy(day: Day) -> dict[str, _Busy]:
    """When each agent talked or was rung, by the log's own seconds."""
    found: dict[str, _Busy] = defaultdict(_Busy)
    begun: dict[str, int] = {}
    for _, _, line in sorted(day.queue_log):
        at, call, _queue, agent, event, *_data = line.split("|")
        if event == "CONNECT":
            begun[call] = int(at)
        elif event.startswith("COMPLETE"):
            found[agent].talks.append((begun[call], int(at)))
        elif event == "RINGNOANSWER":
            found[agent].missed.append(int(at))
    return found


def _shift(day: Day, name: str, busy: _Busy, chance: random.Random) -> ShiftTruth:
    begin, end = BEGIN_MS // 1000, (BEGIN_MS + LENGTH_MS) // 1000
    last = max([until for _, until in busy.talks] + busy.missed + [end])
    queues = ("own", "other") if chance.random() < 0.3 else ("own",)
    truth = ShiftTruth(begin - chance.randrange(1, 3 * _HOUR_S), None)
    for queue in queues:
        _line(day, truth.since, queue, name, "ADDMEMBER")
    if chance.random() < 0.9:
        truth.until = last + chance.randrange(1, _HOUR_S)
    for since, until in _gaps(sorted(busy.talks), begin, end):
        if until - since > 1200 and chance.random() < 0.5:
            _rest(day, name, queues, since + 60, until - 60, chance, truth)
    for queue in queues if truth.until else ():
        _line(day, truth.until or 0, queue, name, "REMOVEMEMBER")
    truth.calls, truth.missed = len(busy.talks), len(busy.missed)
    truth.handled_s = sum(until - since for since, until in busy.talks)
    return truth


def _gaps(talks: list[tuple[int, int]], begin: int, end: int) -> list[tuple[int, int]]:
    edges = [(begin, begin), *talks, (end, end)]
    return [(one[1], other[0]) for one, other in pairwise(edges)]


def _rest(
    day: Day, name: str, queues: tuple[str, ...], since: int, until: int, chance: random.Random, truth: ShiftTruth
) -> None:
    """In all queues, sometimes with another reason from the middle on; or in the other queue alone."""
    first, second = chance.sample(REASONS, 2)
    if len(queues) > 1 and chance.random() < 0.3:
        _line(day, since, "other", name, "PAUSE", first)
        _line(day, until, "other", name, "UNPAUSE")
        truth.partly_s += until - since
        return
    middle = (since + until) // 2 if chance.random() < 0.3 else until
    _line(day, since, "NONE", name, "PAUSEALL", first)
    for queue in queues:
        _line(day, since, queue, name, "PAUSE", first)
        if middle < until:
            _line(day, middle, queue, name, "PAUSE", second)
    _line(day, until, "NONE", name, "UNPAUSEALL")
    for queue in queues:
        _line(day, until, queue, name, "UNPAUSE")
    truth.paused_s[first] += middle - since
    if middle < until:
        truth.paused_s[second] += until - middle


def _line(day: Day, at: int, queue: str, agent: str, event: str, reason: str = "") -> None:
    day.queue_log.append((at * 1000, len(day.queue_log), f"{at}|NONE|{queue}|{agent}|{event}|{reason}"))
