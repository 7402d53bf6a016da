"""A day of a contact centre as its Asterisk would write it down, with the true answer.

Agents have one telephone each and are never on two calls. Every moment is a whole millisecond, so sums are exact. The
rows are of the same shape as those of the lab (`world.py`); no time is the same twice by design, and none is avoided.
"""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass, field
from pathlib import Path

BEGIN_MS = 1_795_237_200_000  # 2026-11-21 05:00 UTC
LENGTH_MS = 12 * 3600 * 1000
QUEUES = 24


@dataclass
class Truth:
    calls: int = 0
    answered: int = 0
    abandoned: int = 0
    talk_ms: int = 0
    wait_answered_s: int = 0
    rows: int = 0


@dataclass
class _Agent:
    name: str
    phone: int
    queue: int


@dataclass
class Day:
    """`cel` and `queue_log`: lines by the moment they were written at."""

    truth: Truth = field(default_factory=Truth)
    cel: list[tuple[int, int, str]] = field(default_factory=list)
    queue_log: list[tuple[int, int, str]] = field(default_factory=list)

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, lines in (("queue_log", self.queue_log), ("cel.csv", self.cel)):
            lines.sort()
            with (folder / name).open("w") as out:
                out.writelines(f"{line}\n" for _, _, line in lines)


class _Writer:
    def __init__(self, day: Day, random_: random.Random) -> None:
        self._day = day
        self._random = random_
        self._number = 0
        self._channels = 0

    def channel_id(self, at: int) -> str:
        self._number += 1
        return f"{at // 1000}.{self._number}"

    def channel(self, device: str) -> str:
        self._channels += 1
        return f"PJSIP/{device}-{self._channels:08x}"

    def bridge(self) -> str:
        return f"{self._random.getrandbits(128):032x}"

    def cel(self, at: int, event: str, channel: tuple[str, str], linked: str, **told: str) -> None:
        name, id_ = channel
        columns = [
            event, f"{at // 1000}.{at % 1000:03d}000", told.get("name", ""), told.get("number", ""), "", "", "",
            told.get("exten", ""), "lab", name, told.get("app", ""), told.get("data", ""), "3", "", id_, linked,
            "", "", "", told.get("extra", ""),
        ]  # fmt: skip
        quoted = ",".join('"' + column.replace('"', '""') + '"' for column in columns)
        self._day.cel.append((at, len(self._day.cel), quoted))

    def queue(self, at: int, call: str, queue: str, agent: str, event: str, *data: object) -> None:
        line = "|".join((str(at // 1000), call, queue, agent, event, *map(str, data)))
        self._day.queue_log.append((at, len(self._day.queue_log), line))


def day_of(*, agents: int, calls: int, seed: int) -> Day:
    chance = random.Random(seed)
    day = Day()
    writer = _Writer(day, chance)
    people = [_Agent(f"Agent {number:04d}", 1000 + number, number % QUEUES) for number in range(agents)]
    free: list[list[tuple[int, int]]] = [[] for _ in range(QUEUES)]
    for number, person in enumerate(people):
        heapq.heappush(free[person.queue], (BEGIN_MS, number))
    arrivals = sorted(BEGIN_MS + chance.randrange(LENGTH_MS) for _ in range(calls))
    for at in arrivals:
        queue = chance.randrange(QUEUES)
        if chance.random() < 0.78:
            _inbound(day, writer, chance, at, queue, people, free[queue])
        else:
            _outbound(day, writer, chance, at, people, free[queue])
    day.truth.calls = calls
    day.truth.rows = len(day.cel) + len(day.queue_log)
    return day


def _inbound(
    day: Day,
    writer: _Writer,
    chance: random.Random,
    at: int,
    queue: int,
    people: list[_Agent],
    free: list[tuple[int, int]],
) -> None:
    number = f"+7701{chance.randrange(10**7):07d}"
    caller = (writer.channel("trunk"), linked := writer.channel_id(at))
    name = f"queue-{queue}"
    facts = {"number": number, "exten": "77272000001"}
    writer.cel(at, "CHAN_START", caller, linked, **facts)
    writer.cel(at + 4, "ANSWER", caller, linked, **facts, app="Answer")
    entered = at + 9
    writer.cel(entered, "APP_START", caller, linked, **facts, app="Queue", data=f"{name},,,,60")
    writer.queue(entered, linked, name, "NONE", "ENTERQUEUE", "", number, 1)
    patience = entered + 4_000 + int(chance.expovariate(1 / 60_000))
    now = entered
    while True:
        ready, who = free[0]
        ring_at = max(now, ready) + 15
        if ring_at >= min(patience, entered + 60_000):
            _gives_up(day, writer, caller, linked, facts, name, entered, min(patience, entered + 60_000), patience)
            return
        heapq.heappop(free)
        person = people[who]
        telephone = (writer.channel(str(person.phone)), writer.channel_id(ring_at))
        writer.cel(ring_at, "CHAN_START", telephone, linked, number=number)
        answers_at = ring_at + 800 + chance.randrange(7_000)
        if chance.random() < 0.05:  # away from the desk
            ends = ring_at + 12_000
            if ends < patience and ends < entered + 60_000:
                _ends(writer, ends, telephone, linked, source="", status="")
                writer.queue(ends, linked, name, person.name, "RINGNOANSWER", 12_000)
                heapq.heappush(free, (ends + 30_000, who))
                now = ends
                continue
            answers_at = patience + 1
        if answers_at >= min(patience, entered + 60_000):
            leaves = min(patience, entered + 60_000)
            _ends(writer, leaves, telephone, linked, source=caller[0], status="")
            heapq.heappush(free, (leaves + 1_000, who))
            _gives_up(day, writer, caller, linked, facts, name, entered, leaves, patience)
            return
        ended = _talk(day, writer, chance, caller, telephone, linked, name, person, entered, ring_at, answers_at, facts)
        heapq.heappush(free, (ended + 3_000 + chance.randrange(20_000), who))
        return


def _gives_up(
    day: Day, writer: _Writer, caller: tuple[str, str], linked: str, facts: dict[str, str], queue: str,
    entered: int, at: int, patience: int,
) -> None:  # fmt: skip
    waited = at // 1000 - entered // 1000
    is_patient = patience > at
    writer.queue(at, linked, queue, "NONE", "EXITWITHTIMEOUT" if is_patient else "ABANDON", 1, 1, waited)
    writer.cel(at, "APP_END", caller, linked, **facts, app="Queue")
    _ends(writer, at + 3, caller, linked, source="" if is_patient else caller[0], status="", last=True)
    day.truth.abandoned += not is_patient


def _talk(
    day: Day, writer: _Writer, chance: random.Random, caller: tuple[str, str], telephone: tuple[str, str], linked: str,
    queue: str, person: _Agent, entered: int, ring_at: int, answers_at: int, facts: dict[str, str],
) -> int:  # fmt: skip
    met, bridge = answers_at + 6, writer.bridge()
    held, rang = answers_at // 1000 - entered // 1000, (answers_at - ring_at) // 1000
    writer.cel(answers_at, "ANSWER", telephone, linked, number=str(person.phone))
    writer.queue(answers_at, linked, queue, person.name, "CONNECT", held, telephone[1], rang)
    extra = f'{{"bridge_id":"{bridge}","bridge_technology":"simple_bridge"}}'
    writer.cel(met, "BRIDGE_ENTER", telephone, linked, extra=extra)
    writer.cel(met + 1, "BRIDGE_ENTER", caller, linked, **facts, extra=extra)
    ended = met + 5_000 + int(chance.expovariate(1 / 240_000))
    by_agent = chance.random() < 0.3
    source = telephone[0] if by_agent else caller[0]
    writer.cel(ended, "BRIDGE_EXIT", telephone if by_agent else caller, linked, extra=extra)
    writer.cel(ended + 2, "BRIDGE_EXIT", caller if by_agent else telephone, linked, extra=extra)
    talked = ended // 1000 - answers_at // 1000
    event = "COMPLETEAGENT" if by_agent else "COMPLETECALLER"
    writer.queue(ended, linked, queue, person.name, event, held, talked, 1)
    _ends(writer, ended + 3, telephone, linked, source=source, status="")
    _ends(writer, ended + 6, caller, linked, source=source, status="", last=True)
    day.truth.answered += 1
    day.truth.talk_ms += ended - (met + 1)
    day.truth.wait_answered_s += held
    return ended


def _outbound(
    day: Day, writer: _Writer, chance: random.Random, at: int, people: list[_Agent], free: list[tuple[int, int]]
) -> None:
    ready, who = heapq.heappop(free)
    at = max(at, ready)
    person = people[who]
    number = f"7702{chance.randrange(10**7):07d}"
    mine = (writer.channel(str(person.phone)), linked := writer.channel_id(at))
    facts = {"number": str(person.phone), "name": person.name, "exten": number}
    writer.cel(at, "CHAN_START", mine, linked, **facts)
    writer.cel(at + 5, "APP_START", mine, linked, **facts, app="Dial", data=f"PJSIP/{number}@trunk,30")
    theirs = (writer.channel("trunk"), writer.channel_id(at + 7))
    writer.cel(at + 7, "CHAN_START", theirs, linked, number=number)
    rung = at + 7 + 2_000 + chance.randrange(20_000)
    outcome = chance.choices(("ANSWER", "NOANSWER", "BUSY", "CONGESTION"), (60, 25, 10, 5))[0]
    ended = rung
    if outcome == "ANSWER":
        bridge = f'{{"bridge_id":"{writer.bridge()}","bridge_technology":"simple_bridge"}}'
        writer.cel(rung, "ANSWER", theirs, linked, number=number)
        writer.cel(rung + 3, "ANSWER", mine, linked, **facts)
        writer.cel(rung + 5, "BRIDGE_ENTER", theirs, linked, extra=bridge)
        writer.cel(rung + 7, "BRIDGE_ENTER", mine, linked, **facts, extra=bridge)
        ended = rung + 7 + 3_000 + int(chance.expovariate(1 / 120_000))
        writer.cel(ended, "BRIDGE_EXIT", mine, linked, extra=bridge)
        writer.cel(ended + 1, "BRIDGE_EXIT", theirs, linked, extra=bridge)
        day.truth.answered += 1
        day.truth.talk_ms += ended - (rung + 7)
    source = mine[0] if outcome == "ANSWER" else ""
    _ends(writer, ended + 2, theirs, linked, source=source, status="")
    writer.cel(ended + 4, "APP_END", mine, linked, **facts, app="Dial")
    _ends(writer, ended + 6, mine, linked, source=source, status=outcome, last=True)
    heapq.heappush(free, (ended + 5_000, who))


def _ends(
    writer: _Writer, at: int, channel: tuple[str, str], linked: str, *, source: str, status: str, last: bool = False
) -> None:
    extra = f'{{"hangupcause":16,"hangupsource":"{source}","dialstatus":"{status}"}}'
    writer.cel(at, "HANGUP", channel, linked, extra=extra)
    writer.cel(at + 1, "CHAN_END", channel, linked)
    if last:
        writer.cel(at + 2, "LINKEDID_END", channel, linked)
