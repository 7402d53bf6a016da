"""Ten thousand spoilt lines: none stops the taking, each that is no row says why, and calls are derived of the rest."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC

import pytest

from sapa.calls.connectors.asterisk.rows import (
    LONGEST_LINE,
    CelRow,
    Head,
    QueueRow,
    Reason,
    Row,
    RowRejected,
)
from sapa.calls.connectors.asterisk.story import derive
from sapa.calls.connectors.hosted.events import HostedEvent
from sapa.calls.models import PbxRowKind
from sapa.calls.reading import HEADS, PARSERS
from sapa.calls.tests.test_golden_calls import GOLDEN, READ, SCENARIOS, SITE

LINES = [
    (name, line)
    for scenario in SCENARIOS
    for name in READ
    for line in (GOLDEN / scenario / name).read_bytes().splitlines()
]
KINDS = {"queue_log": PbxRowKind.QUEUE_LOG, "cel.csv": PbxRowKind.CEL, "cdr.csv": PbxRowKind.CDR}
COUNT = 10_000


def spoilt(line: bytes, chance: random.Random) -> bytes:
    raw = bytearray(line)
    for _ in range(chance.choice((1, 1, 1, 3, 20))):
        place = chance.randrange(len(raw) + 1)
        match chance.randrange(7):
            case 0:
                raw[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                del raw[place : place + chance.randrange(1, 30)]
            case 2:
                raw[place:place] = chance.choice((b'"', b"|", b",", b"\0", b"{", b"\xff\xfe", b"9" * 30, b"-1", b"nan"))
            case 3:
                raw[place:place] = raw[: chance.randrange(len(raw) + 1)]
            case 4:
                del raw[place:]
            case 5:
                raw[place:place] = b"x" * chance.randrange(LONGEST_LINE * 2)
            case _:
                raw.reverse()
        raw = raw.replace(b"\n", b" ")
    return bytes(raw)


@pytest.fixture(scope="module")
def taken() -> tuple[list[Row], Counter[Reason]]:
    chance = random.Random(7)
    rows: list[Row] = []
    reasons: Counter[Reason] = Counter()
    for _ in range(COUNT):
        name, line = chance.choice(LINES)
        try:
            rows.append(READ[name](spoilt(line, chance), UTC))
        except RowRejected as exc:
            reasons[exc.reason] += 1
    return rows, reasons


def test_each_is_a_row_or_says_why_not(taken: tuple[list[Row], Counter[Reason]]) -> None:
    rows, reasons = taken
    assert len(rows) + sum(reasons.values()) == COUNT
    assert len(rows) > COUNT / 10
    assert set(reasons) == set(Reason), "not every reason was met"


def head_said(line: bytes, kind: PbxRowKind) -> Head | Reason:
    try:
        return HEADS[kind](line, UTC)
    except RowRejected as exc:
        return exc.reason


def row_said(line: bytes, kind: PbxRowKind) -> Head | Reason:
    """The same, of the whole row."""
    try:
        row = PARSERS[kind](line, UTC)
        assert not isinstance(row, HostedEvent)
    except RowRejected as exc:
        return exc.reason
    if isinstance(row, QueueRow):
        return Head(row.at, row.event, row.call, row.call)
    event = row.event if isinstance(row, CelRow) else row.disposition
    return Head(row.at, event, row.channel_id, row.linked_id or row.channel_id)


def test_the_head_of_a_line_is_that_of_its_row_and_both_refuse_the_same() -> None:
    chance = random.Random(11)
    said = Counter[str]()
    for number in range(COUNT):
        name, line = chance.choice(LINES)
        line = spoilt(line, chance) if number % 10 else line
        kind = KINDS[name]
        head = head_said(line, kind)
        assert head == row_said(line, kind), line
        said[type(head).__name__] += 1
    assert min(said["Head"], said["Reason"]) > COUNT / 10


def test_what_is_left_of_them_can_be_derived(taken: tuple[list[Row], Counter[Reason]]) -> None:
    rows, _ = taken
    for first in range(0, len(rows), 25):
        some = rows[first : first + 25]
        call = derive("1795726600.0", some, SITE)
        assert call is None or (call.talk_s >= 0 and call.hold_s >= 0 and call.wait_s >= 0)
