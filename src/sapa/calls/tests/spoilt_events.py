"""Events with something wrong in them, by chance and the same each time."""

from __future__ import annotations

import json
import random
from typing import Any

from sapa.calls.tests.hosted import answered, event

TALK = [
    *answered(),
    event(2, "agent_missed", agent="Эрлан", ring_s=2),
    event(8, "held", seq=1),
    event(9, "resumed", seq=2),
    event(10, "transferred", kind="blind", to="102"),
    event(11, "queue_left", reason="timed_out", queue="cards", wait_s=4),
    event(12, "recording", recording="a.wav", customer_recording="b.wav"),
    event(30, "call", started_at="2026-11-21T10:00:00+05:00", ended_at=1795286851, talk_s=3, agent="Aigerim"),
]
VALUES: list[Any] = [
    *(None, True, 0, -1, 1e308, 10**400, "", "\0", "\ud800", "²", "x" * 300, [], {}, [[[]]], {"a": {"b": []}}),
    *("inbound", "2026-11-21T10:00:00+05:00", 1795286830.5, "9999-12-31T23:59:59Z", "agent", "answered", "cards"),
]


def spoilt(chance: random.Random) -> bytes:
    told = dict(chance.choice(TALK))
    for _ in range(chance.choice((0, 1, 1, 2, 5))):
        names = [*told, "surprise", "agent", "queue", "ring_s", "hung_up_by", "started_at", "seq"]
        told[chance.choice(names)] = chance.choice(VALUES)
    if chance.random() < 0.2:
        told.pop(chance.choice(list(told)))
    raw = bytearray(json.dumps(told, ensure_ascii=chance.random() < 0.9).encode("utf-8", "surrogatepass"))
    for _ in range(chance.choice((0, 0, 1, 3))):
        place = chance.randrange(len(raw) + 1)
        match chance.randrange(5):
            case 0:
                raw[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                del raw[place : place + chance.randrange(1, 30)]
            case 2:
                raw[place:place] = chance.choice((b'"', b"\0", b"[" * 5_000, b"9" * 5_000, b"\xff", b"e999", b"NaN"))
            case 3:
                raw[place:place] = raw
            case _:
                raw[place:place] = b"x" * chance.randrange(40_000)
    if chance.random() < 0.01:
        raw = bytearray(b"[" + raw + b"]")
    return bytes(raw.replace(b"\n", b" "))


def spoilt_events(count: int) -> list[bytes]:
    """Each without a line break."""
    chance = random.Random(24)
    return [spoilt(chance) for _ in range(count)]
