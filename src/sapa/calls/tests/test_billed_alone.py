"""Calls of which CDR alone tells: a telephone behind local ends is who talked, and nobody talked twice."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from sapa.calls.connectors.asterisk.rows import CdrRow
from sapa.calls.connectors.asterisk.site import Site
from sapa.calls.connectors.asterisk.story import derive
from sapa.calls.types import DerivedCall, Disposition

START = 1795286821.0
KEY = "1795286821.9"
TRUNK, AGENT_1, AGENT_2 = "PJSIP/trunk-1", "PJSIP/101-2", "PJSIP/102-3"


def line(number: int, at: float, answered: float | None, ended: float, channel: str, peer: str, **told: Any) -> CdrRow:
    """Of a call in from KEY's channel, in whole seconds as they are billed."""
    talk_s = 0.0 if answered is None else ended - answered
    row = CdrRow(
        START + at, None if answered is None else START + answered, START + ended, f"1795286821.{number}", KEY,
        "+77011112233", "77272000001", channel, peer, "Dial", "", "ANSWERED", ended - at, talk_s, "", "",
    )  # fmt: skip
    return row._replace(**told)


def pair(name: str, half: int) -> str:
    return f"Local/{name}@from-queue-00000001;{half}"


def call_of(rows: Sequence[CdrRow]) -> DerivedCall:
    """In whatever order they come."""
    calls = []
    for seed in range(6):
        mixed = list(rows)
        random.Random(seed).shuffle(mixed)
        calls.append(derive(KEY, mixed, Site(region="KZ")))
    assert calls[0] is not None
    assert all(call == calls[0] for call in calls)
    return calls[0]


TO_102 = line(12, 22, 25, 125, pair("102", 2), AGENT_2)
TO_101 = line(11, 2, 5, 65, pair("101", 2), AGENT_1)
LOCAL = {
    "the member behind a pair": ([line(9, 0, 5, 65, TRUNK, pair("101", 1)), TO_101], [("101", 60)]),
    "a pair of which no more is told": ([line(9, 0, 5, 65, TRUNK, pair("101", 1))], [("101@from-queue", 60)]),
    "behind two pairs": (
        [line(9, 0, 5, 65, TRUNK, pair("q", 1)), line(11, 2, 5, 65, pair("q", 2), pair("101", 1)), TO_101],
        [("101", 60)],
    ),
    "a telephone, then a pair": (
        [line(9, 0, 0, 20, TRUNK, AGENT_1), line(9, 20, 25, 125, TRUNK, pair("102", 1)), TO_102],
        [("101", 20), ("102", 100)],
    ),
    "a pair, then a telephone": (
        [line(9, 0, 5, 65, TRUNK, pair("101", 1)), TO_101, line(9, 65, 65, 165, TRUNK, AGENT_2)],
        [("101", 60), ("102", 100)],
    ),
    "led on behind its pair": (
        [
            line(9, 0, 5, 105, TRUNK, pair("101", 1)),
            line(11, 2, 5, 35, pair("101", 2), AGENT_1),
            line(11, 35, 38, 105, pair("101", 2), AGENT_2),
        ],
        [("101", 30), ("102", 67)],
    ),
    "led on behind its pair, and billed in two lines before it": (
        [
            line(9, 0, 5, 35, TRUNK, pair("101", 1)),
            line(9, 35, 35, 105, TRUNK, pair("101", 1)),
            line(11, 2, 5, 35, pair("101", 2), AGENT_1),
            line(11, 35, 38, 105, pair("101", 2), AGENT_2),
        ],
        [("101", 30), ("102", 67)],
    ),
    "two pairs, each billed in two lines": (
        [
            line(9, 0, 5, 35, TRUNK, pair("q", 1)),
            line(9, 35, 35, 65, TRUNK, pair("q", 1)),
            line(11, 2, 5, 35, pair("q", 2), pair("101", 1)),
            line(11, 35, 35, 65, pair("q", 2), pair("101", 1)),
            line(13, 2, 5, 35, pair("101", 2), AGENT_1),
            line(13, 35, 35, 65, pair("101", 2), AGENT_2),
        ],
        [("101", 30), ("102", 30)],
    ),
    "a pair that was taken out once it was answered": (
        [line(9, 0, 5, 6, TRUNK, pair("101", 1)), line(11, 2, 5, 6, pair("101", 2), AGENT_1),
         line(9, 6, 6, 65, TRUNK, AGENT_1)],
        [("101", 59)],
    ),
    "in the same second, with a number that is longer": (
        [line(9, 0, 3, 30, TRUNK, pair("101", 1)), line(11, 0, 3, 30, pair("101", 2), AGENT_1),
         line(9, 30, 33, 90, TRUNK, AGENT_2)],
        [("101", 27), ("102", 57)],
    ),
    "a pair whose halves are billed as each other's": (
        [line(9, 0, 5, 65, TRUNK, pair("101", 1)), line(11, 2, 5, 65, pair("101", 2), pair("101", 1))],
        [("101@from-queue", 60)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LOCAL)
def test_who_talked_is_a_telephone_once(name: str) -> None:
    rows, shares = LOCAL[name]
    call = call_of(rows)
    assert [(share.agent, share.talk_s) for share in call.agents] == shares
    assert call.talk_s == sum(talk_s for _, talk_s in shares)
    assert (call.customer, call.customer_channels) == ("+77011112233", (KEY,))


def test_a_customer_who_was_reached_by_a_second_trunk() -> None:
    out = {"caller_number": "101", "dialled": "77012220007"}
    tried = line(9, 0, None, 1, AGENT_1, "PJSIP/first-2", disposition="CONGESTION", **out)
    call = call_of([tried, line(9, 1, 5, 65, AGENT_1, "PJSIP/second-3", **out)])
    assert (call.disposition, call.customer) == (Disposition.ANSWERED, "+77012220007")
    assert [(share.agent, share.talk_s) for share in call.agents] == [("101", 60)]


def test_many_pairs_with_many_lines_are_walked_once_each() -> None:
    """Two lines from each of forty pairs to the next are a million million ways."""
    rows = [line(9, 0, 5, 65, TRUNK, pair("0", 1))]
    for number in range(40):
        rows += [line(11 + number, at, 5, 65, pair(str(number), 2), pair(str(number + 1), 1)) for at in (1, 2)]
    rows.append(line(99, 3, 5, 65, pair("40", 2), AGENT_1))
    assert [(share.agent, share.talk_s) for share in call_of(rows).agents] == [("101", 60)]
