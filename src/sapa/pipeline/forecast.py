"""When the line will be empty: the work that is left, in seconds of one worker, shared among those who are there.

What counts is how long workers take for a second of sound while they are at it, not how much was heard in an hour of
the clock: after an hour without calls they are as fast as before, and two workers that share an afternoon with few
calls both have time left. Calls differ in length, so hearing is counted in sound and only the short steps in calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

ENOUGH_S = 30.0  # of a worker's time; less says nothing, loading the model is in it
FEWEST_CALLS = 5  # of a short step


@dataclass(frozen=True)
class Spell:
    """A worker at one row: since when, until when, and the sound that was heard meanwhile."""

    since_at: datetime
    until_at: datetime
    audio_s: float = 0.0


@dataclass(frozen=True)
class StageWork:
    """What a stage has before it: `amount` is seconds of sound where it hears, calls elsewhere, and `longest` the
    largest piece of it, which nobody shares. One of them takes `cost_s` of a worker's time; None: not known."""

    amount: float
    cost_s: float | None
    holders: frozenset[str]
    longest: float = 0.0

    @property
    def work_s(self) -> float:
        return self.amount * (self.cost_s or 0.0)


def hearing_cost_s(spells: Sequence[Spell]) -> float | None:
    """A worker's seconds for a second of sound; None when too little was heard to say."""
    worked_s = sum((spell.until_at - spell.since_at).total_seconds() for spell in spells)
    audio_s = sum(spell.audio_s for spell in spells)
    return worked_s / audio_s if worked_s >= ENOUGH_S and audio_s > 0 else None


def call_cost_s(spells: Sequence[Spell]) -> float | None:
    """A worker's seconds for a call at a short step; None when too few were seen.

    Rows that were claimed together began together and are worked at one after the other: they share one spell.
    """
    until: dict[datetime, datetime] = {}
    for spell in spells:
        until[spell.since_at] = max(spell.until_at, until.get(spell.since_at, spell.since_at))
    worked_s = sum((until_at - since_at).total_seconds() for since_at, until_at in until.items())
    return worked_s / len(spells) if len(spells) >= FEWEST_CALLS else None


def left_s(hearing: StageWork, rest: Iterable[StageWork], *, later_s: float = 0.0) -> float | None:
    """Until nothing is in the line, if nothing more comes; None: not known, or nobody is there to do it.

    `later_s` from now is the last next try of what did not work before. A short step of which nothing is known is
    taken for nothing beside hearing. The busiest stage, all work together and the longest call each say how soon at
    the earliest; while all have work the line keeps to the largest of them.
    """
    todo = [work for work in (hearing, *rest) if work.amount > 0]
    if any(not work.holders for work in todo):
        return None
    if hearing.amount > 0 and hearing.cost_s is None:
        return None
    if todo and all(work.cost_s is None for work in todo):
        return None
    holders = frozenset[str]().union(*(work.holders for work in todo))
    together_s = sum(work.work_s for work in todo) / len(holders) if holders else 0.0
    longest_s = hearing.longest * (hearing.cost_s or 0.0)
    return max(together_s, longest_s, later_s, *(work.work_s / len(work.holders) for work in todo), 0.0)
