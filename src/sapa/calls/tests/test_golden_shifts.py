"""Lines as a real Asterisk 22 wrote them for a shift of agents (`tests/asterisk/shifts.py`) and the sessions they are.

`sessions.json` was derived once and checked, line by line, against what was asked for: in `forgotten` queues forget
their members at a restart, in `remembered` (`persistentmembers = yes`) they keep them, and no line says so. In
`set_back` (of `tests/asterisk/scenarios.py`) the clock was set back by 20 seconds while an agent was paused, who was in
for eleven in truth: of these the log tells four, and of the pause nothing.

Whatever order the lines come in, however often, and wherever the fold stops and goes on, they are the same sessions.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sapa.calls.connectors.asterisk import queue_log
from sapa.calls.connectors.asterisk.rows import QueueRow
from sapa.calls.connectors.asterisk.shifts import Restart, Shift, agent_key
from sapa.calls.types import AgentSpan

GOLDEN = Path(__file__).parent / "golden_shifts"
WORLDS = sorted(folder.name for folder in GOLDEN.iterdir())
Placed = tuple[int, QueueRow]


def rows_in(path: Path) -> tuple[dict[str, list[Placed]], list[Restart], float]:
    """Of each agent the rows with their places; the restarts; when the log begins."""
    rows: dict[str, list[Placed]] = defaultdict(list)
    restarts, alive_at, began_at = [], 0.0, 0.0
    for place, line in enumerate(path.read_bytes().splitlines()):
        row = queue_log.row_of(line)
        began_at = began_at or row.at
        if row.event == "QUEUESTART":
            restarts.append(Restart(row.at, alive_at))
        elif agent_key(row):
            rows[row.agent].append((place, row))
        alive_at = row.at
    return rows, restarts, began_at


def told(rows: Sequence[Placed], restarts: Sequence[Restart], began_at: float = 0.0) -> dict[str, Any]:
    shift = Shift()
    done = shift.take(rows, restarts)
    rest = shift.rest(restarts)
    return {
        "sessions": _plain([*done.sessions, *rest.sessions], began_at),
        "pauses": _plain([*done.pauses, *rest.pauses], began_at),
    }


def _plain(spans: Sequence[AgentSpan], began_at: float) -> list[list[Any]]:
    plain = (
        [one.queue, one.began_at - began_at, one.ended_at and one.ended_at - began_at, one.reason or one.ended_by.value]
        for one in spans
    )
    return sorted(plain, key=repr)


@pytest.mark.parametrize("world", WORLDS)
def test_the_lines_are_the_sessions_that_were_asked_for(world: str) -> None:
    rows, restarts, began_at = rows_in(GOLDEN / world / "queue_log")
    seen = {agent: told(one, restarts, began_at) for agent, one in rows.items()}
    assert seen == json.loads((GOLDEN / world / "sessions.json").read_text())


@pytest.mark.parametrize("world", WORLDS)
def test_order_and_copies_change_nothing(world: str) -> None:
    rows, restarts, _ = rows_in(GOLDEN / world / "queue_log")
    chance = random.Random(7)
    for one in rows.values():
        again = [*one, *one, *((place + (1 << 40), row) for place, row in one)]  # the same file, and a copy of it
        chance.shuffle(again)
        assert told(again, [*reversed(restarts), *restarts]) == told(one, restarts)


EVENTS = ("ADDMEMBER", "REMOVEMEMBER", "PAUSE", "UNPAUSE", "PAUSEALL", "UNPAUSEALL", "AGENTLOGIN", "AGENTLOGOFF")
_a_row = st.tuples(
    st.integers(0, 60), st.sampled_from(EVENTS), st.sampled_from(["sales", "help"]), st.sampled_from(["", "Tea", "3"])
)


def _shift_of(drawn: list[tuple[int, str, str, str]]) -> list[Placed]:
    return [
        (place, QueueRow(1000.0 + at, "", queue, "Aigerim", event, ("chan", data) if event[0] == "A" else (data,)))
        for place, (at, event, queue, data) in enumerate(drawn)
    ]


_restarts = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)), max_size=3).map(
    lambda drawn: [Restart(1000.0 + at, 1000.0 + at - gap) for at, gap in drawn]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_a_row, max_size=14), _restarts, st.randoms(use_true_random=False))
def test_any_lines_in_any_order_are_one_story(drawn: list[tuple[int, str, str, str]], restarts: list[Restart],
                                              chance: random.Random) -> None:  # fmt: skip
    rows = _shift_of(drawn)
    mixed = [*rows, *rows]
    chance.shuffle(mixed)
    assert told(mixed, restarts[::-1]) == told(rows, restarts)


@settings(max_examples=150, deadline=None)
@given(st.lists(_a_row, max_size=14), _restarts, st.sets(st.integers(0, 60), max_size=4))
def test_wherever_the_fold_stops_it_goes_on_to_the_same(drawn: list[tuple[int, str, str, str]], restarts: list[Restart],
                                                        cuts: set[int]) -> None:  # fmt: skip
    rows = _shift_of(sorted(drawn, key=lambda one: one[0]))  # a clock that is set back parts no day from the next
    whole = told(rows, restarts)
    state: dict[str, Any] = {}
    sessions: list[AgentSpan] = []
    pauses: list[AgentSpan] = []
    edges = [0.0, *sorted(1000.0 + cut for cut in cuts), 1e9]
    for since, until in pairwise(edges):
        some = [(place, row) for place, row in rows if since <= row.at < until]
        if some:
            shift = Shift(json.loads(json.dumps(state)))
            done = shift.take(some, restarts)
            sessions, pauses, state = [*sessions, *done.sessions], [*pauses, *done.pauses], shift.state()
    rest = Shift(state).rest(restarts)
    assert _plain([*sessions, *rest.sessions], 0) == whole["sessions"]
    assert _plain([*pauses, *rest.pauses], 0) == whole["pauses"]


@settings(max_examples=150, deadline=None)
@given(st.lists(_a_row, max_size=14), _restarts)
def test_nothing_ends_before_it_begins_or_is_twice_at_once(drawn: list[tuple[int, str, str, str]],
                                                           restarts: list[Restart]) -> None:  # fmt: skip
    shift = Shift()
    done = shift.take(_shift_of(drawn), restarts)
    rest = shift.rest(restarts)
    for spans in ([*done.pauses, *rest.pauses], [*done.sessions, *rest.sessions]):
        for queue in {one.queue for one in spans}:
            ends_at = 0.0
            # a logging off that says how long it was may reach back behind what is known
            for one in sorted((one for one in spans if one.queue == queue and queue), key=lambda one: one.began_at):
                assert ends_at is not None
                assert one.began_at >= ends_at
                assert one.ended_at is None or one.ended_at >= one.began_at
                ends_at = one.ended_at  # type: ignore[assignment]
