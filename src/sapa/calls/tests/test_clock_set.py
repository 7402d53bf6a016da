"""A phone system whose clock is set in the middle of a call: one call of the same people, and no duration that is none.

`golden_broken` holds what a real Asterisk 22 wrote (`tests/asterisk/scenarios.py`) of a talk of twelve seconds in which
its clock was set back by 20 seconds, and of one in which it was set forward by an hour.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from sapa.calls.connectors.asterisk.shifts import Restart
from sapa.calls.models import AgentPause, AgentSession, Call, PbxRejected, PbxRestart, PbxRowKind
from sapa.calls.reading import PARSERS
from sapa.calls.replaying import call_as_json
from sapa.calls.telling import RawCall, ToldCall, calls_told
from sapa.calls.tests.lines import BEGAN_S, SITE, cel, come
from sapa.calls.tests.test_golden_calls import GOLDEN, READ, SCENARIOS, key_of, rows_in
from sapa.calls.types import PLACES

BROKEN = GOLDEN.with_name("golden_broken")
KINDS = {"queue_log": PbxRowKind.QUEUE_LOG, "cel.csv": PbxRowKind.CEL, "cdr.csv": PbxRowKind.CDR}
DURATIONS = ("ring_s", "wait_s", "talk_s", "hold_s")
TALKED_S = 12.0  # in truth, in both


def raw_call(folder: Path, *names: str) -> RawCall:
    """Its lines in the logs of these names, numbered as they are when they are taken."""
    rows = [
        (file * PLACES + place, int(KINDS[name]), line)
        for file, name in enumerate(names or READ, start=1)
        for place, line in enumerate((folder / name).read_bytes().splitlines())
    ]
    return RawCall((key_of(rows_in(folder)),), rows)


def the_call(raw: RawCall, *restarts: Restart) -> ToldCall:
    (call,) = calls_told([raw], SITE, restarts)
    return call


def facts(call: ToldCall) -> list[object]:
    """All but how long, and when."""
    told, story = call.told, call.told["story"]
    return [
        *(told[name] for name in ("direction", "agent_name", "customer_number", "disposition", "hung_up_by")),
        [share["agent"] for share in story["agents"]],
        [(visit["queue"], visit["outcome"]) for visit in story["queues"]],
        [(transfer["kind"], transfer["to"], transfer["agent"]) for transfer in story["transfers"]],
        story["recordings"],
        call.ended_at is None,
    ]


def is_sane(call: ToldCall) -> bool:
    spans = [(share["answered_at"], share["left_at"]) for share in call.told["story"]["agents"]]
    durations = [call.told[name] for name in DURATIONS if call.told[name] is not None]
    durations += [share[name] for share in call.told["story"]["agents"] for name in ("ring_s", "talk_s", "hold_s")]
    is_in_order = all(since <= until for since, until in spans)
    return is_in_order and min(durations, default=0) >= 0 and (call.ended_at or call.started_at) >= call.started_at


@pytest.mark.parametrize("names", [(), ("queue_log",), ("cel.csv",), ("queue_log", "cel.csv")], ids=" ".join)
def test_set_back_it_was_answered_and_nobody_knows_how_long(names: tuple[str, ...]) -> None:
    call = the_call(raw_call(BROKEN / "clock_set_back", *names))
    assert facts(call)[:6] == ["inbound", "Vera", "+77011110022", "answered", "customer", ["Vera"]]
    assert is_sane(call)
    assert call.ended_at is not None
    assert [call.told[name] for name in DURATIONS] == [None] * 4
    assert call.told["story"]["agents"][0]["talk_s"] < TALKED_S  # what is known of it


def test_set_back_what_was_billed_alone_is_a_call_too() -> None:
    """Of less than no seconds: that line is no spoilt one."""
    call = the_call(raw_call(BROKEN / "clock_set_back", "cdr.csv"))
    assert (call.told["disposition"], call.told["agent_name"], call.told["talk_s"]) == ("answered", "122", None)
    assert is_sane(call)


def test_set_back_the_order_in_which_rows_came_and_copies_change_nothing() -> None:
    raw = raw_call(BROKEN / "clock_set_back")
    chance = random.Random(7)
    for _ in range(60):
        copies = [(id_ + 9 * PLACES, kind, line) for id_, kind, line in chance.sample(raw.rows, 9)]
        mixed = [*raw.rows, *copies]
        chance.shuffle(mixed)
        assert the_call(replace(raw, rows=mixed)) == the_call(raw)


def test_set_back_whatever_is_here_so_far_is_sane() -> None:
    raw = raw_call(BROKEN / "clock_set_back")
    for count in range(len(raw.rows)):
        assert all(map(is_sane, calls_told([replace(raw, rows=raw.rows[:count])], SITE, ())))


@pytest.mark.parametrize("step_s", [-3600, -60, -20])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_wherever_it_is_set_back_it_is_the_same_call(scenario: str, step_s: int) -> None:
    raw = raw_call(GOLDEN / scenario, "queue_log", "cel.csv")
    whole = the_call(raw)
    for since in sorted({PARSERS[kind](line, SITE.zone).at for _, kind, line in raw.rows})[1:]:
        rows = [(id_, kind, set_by(step_s, kind, line, since=since)) for id_, kind, line in raw.rows]
        call = the_call(replace(raw, rows=rows))
        assert facts(call) == facts(whole)
        assert is_sane(call)
        for name in DURATIONS:
            assert call.told[name] is None or call.told[name] == pytest.approx(whole.told[name], abs=1.1)


def set_by(step_s: int, kind: int, line: bytes, *, since: float) -> bytes:
    at = PARSERS[kind](line, SITE.zone).at
    if at < (int(since) if kind == PbxRowKind.QUEUE_LOG else since):
        return line
    pattern, told = (rb"^\d+", "%d") if kind == PbxRowKind.QUEUE_LOG else (rb"\d+\.\d{6}(?=\")", "%.6f")
    return re.sub(pattern, (told % (at + step_s)).encode(), line, count=1)


def test_set_forward_it_lasted_as_long_as_asterisk_counted() -> None:
    """No row tells that hour from one that was talked; only the recording does."""
    call = the_call(raw_call(BROKEN / "clock_set_forward"))
    assert facts(call)[:6] == ["inbound", "Wanda", "+77011110023", "answered", "customer", ["Wanda"]]
    assert call.told["talk_s"] == pytest.approx(TALKED_S + 3600, abs=1)


def test_set_forward_by_days_nobody_knows_how_long_it_was() -> None:
    """As a machine does it that begins where it was switched off, before it asks what time it is."""
    raw = raw_call(BROKEN / "clock_set_forward", "queue_log", "cel.csv")
    since = min(PARSERS[kind](line, SITE.zone).at for _, kind, line in raw.rows) + 3000
    rows = [(id_, kind, set_by(3 * 86_400, kind, line, since=since)) for id_, kind, line in raw.rows]
    call = the_call(replace(raw, rows=rows))
    assert (call.told["disposition"], call.told["agent_name"]) == ("answered", "Wanda")
    assert [call.told[name] for name in DURATIONS] == [None] * 4


def test_rows_in_another_order_than_that_of_time_are_no_clock_that_was_set() -> None:
    """An archive may hold its newest lines first."""
    raw = raw_call(GOLDEN / "attended_transfer")
    turned = [(-id_ + 9 * PLACES, kind, line) for id_, kind, line in raw.rows]
    assert the_call(replace(raw, rows=turned)) == the_call(raw)


@pytest.mark.django_db
def test_no_line_of_it_is_refused_and_the_call_is_there_once(tmp_path: Path) -> None:
    for name, kind in KINDS.items():
        come(tmp_path, name, (BROKEN / "clock_set_back" / name).read_bytes(), kind)
    assert not PbxRejected.objects.exists()
    call = Call.objects.get()
    assert (call.disposition, call.agent_name, call.talk_s) == ("answered", "Vera", None)
    assert call_as_json(call)["agents"] == [{"name": "Vera", "talk_s": None}]


def line(after_s: int, agent: str, event: str) -> bytes:
    return f"{BEGAN_S + after_s}|NONE|support|{agent}|{event}|\n".encode()


@pytest.mark.django_db
def test_a_session_over_which_it_was_set_back_ends_and_its_length_is_not_known(tmp_path: Path) -> None:
    come(tmp_path, "queue_log", line(100, "Bulat", "ADDMEMBER") + line(105, "Bulat", "PAUSE"))
    come(tmp_path, "queue_log", line(8, "Bulat", "UNPAUSE") + line(60, "Bulat", "REMOVEMEMBER"))
    come(tmp_path, "queue_log", line(70, "Bulat", "ADDMEMBER") + line(80, "Bulat", "REMOVEMEMBER"))
    first, second = AgentSession.objects.order_by("began_at")
    assert (first.ended_by, first.is_began_known) == ("removed", False)
    assert first.ended_at is not None
    assert first.ended_at.timestamp() == BEGAN_S + 60
    assert (second.began_at.timestamp(), second.is_began_known) == (BEGAN_S + 70, True)


SHIFT = [
    (0, "ADDMEMBER"), (3600, "PAUSE"), (4500, "UNPAUSE"), (14_400, "REMOVEMEMBER"),
    (18_000, "ADDMEMBER"), (21_600, "REMOVEMEMBER"),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("order", [range(6), (3, 4, 5, 0, 1, 2), range(5, -1, -1)], ids=["as it was", "parts", "lines"])
def test_an_archive_of_shifts_with_the_newest_first_is_no_clock_that_was_set(
    order: Sequence[int], tmp_path: Path
) -> None:
    """As `cat queue_log queue_log.1` gives it."""
    come(tmp_path, "queue_log", b"".join(line(SHIFT[place][0], "Bulat", SHIFT[place][1]) for place in order))
    sessions = AgentSession.objects.order_by("began_at")
    assert [(one.began_at.timestamp() - BEGAN_S, one.is_began_known) for one in sessions] == [(0, True), (18_000, True)]
    assert [one.ended_by for one in sessions] == ["removed", "removed"]
    (pause,) = AgentPause.objects.all()
    assert pause.began_at.timestamp() == BEGAN_S + 3600


@pytest.mark.django_db
def test_of_a_pause_over_which_it_was_set_back_nobody_knows_how_long_it_was(tmp_path: Path) -> None:
    come(tmp_path, "queue_log", line(100, "Bulat", "ADDMEMBER") + line(105, "Bulat", "PAUSE"))
    come(tmp_path, "queue_log", line(8, "Bulat", "UNPAUSE") + line(20, "Bulat", "PAUSE"))
    come(tmp_path, "queue_log", line(30, "Bulat", "UNPAUSE"))
    assert [one.began_at.timestamp() - BEGAN_S for one in AgentPause.objects.all()] == [20]


@pytest.mark.django_db
@pytest.mark.parametrize("is_queued", [True, False])
def test_a_channel_that_is_older_by_its_name_than_the_call_it_was_made_in_leads_to_it(
    is_queued: bool, tmp_path: Path
) -> None:
    """The clock was set back by an hour while the customer waited."""
    caller, agent = f"{BEGAN_S}.2", f"{BEGAN_S - 3600}.3"
    lines = [
        cel(0, "CHAN_START", "PJSIP/trunk-1", caller, exten="100"),
        cel(-3598, "CHAN_START", "PJSIP/102-2", agent, caller, number="102"),
        cel(-3595, "ANSWER", "PJSIP/102-2", agent, caller, number="102"),
        cel(-3595, "BRIDGE_ENTER", "PJSIP/102-2", agent, caller, number="102"),
        cel(-3595, "BRIDGE_ENTER", "PJSIP/trunk-1", caller),
        *(cel(-3500, event, "PJSIP/102-2", agent, caller, number="102") for event in ("HANGUP", "CHAN_END")),
        *(cel(-3500, event, "PJSIP/trunk-1", caller) for event in ("HANGUP", "CHAN_END", "LINKEDID_END")),
    ]
    if is_queued:
        told = (
            f"{BEGAN_S}|{caller}|support|NONE|ENTERQUEUE||+77011112233|1",
            f"{BEGAN_S - 3595}|{caller}|support|Bulat|CONNECT|5|{agent}|3\n",
        )
        come(tmp_path, "queue_log", "\n".join(told).encode())
    come(tmp_path, "cel.csv", b"".join(lines), PbxRowKind.CEL)
    call = Call.objects.get()
    assert (call.external_id, call.customer_number, call.talk_s) == (caller, "+77011112233", None)
    assert call.agent_name == ("Bulat" if is_queued else "102")


@pytest.mark.django_db
def test_a_line_of_a_dead_clock_does_not_make_an_earlier_restart_end_no_call(tmp_path: Path) -> None:
    log = line(-60, "Bulat", "PAUSE") + line(60, "NONE", "QUEUESTART")
    come(tmp_path, "queue_log", log + line(-700_000_000, "NONE", "QUEUESTART") + line(70, "Bulat", "UNPAUSE"))
    assert PbxRestart.objects.order_by("pk").values_list("at", flat=True)[0] == BEGAN_S + 60
    come(tmp_path, "cel.csv", cel(0, "CHAN_START", "PJSIP/trunk-1", f"{BEGAN_S}.0", exten="100"), PbxRowKind.CEL)
    assert Call.objects.get().hung_up_by == "system"


@pytest.mark.django_db
def test_a_call_that_a_restart_of_a_wrong_time_ended_goes_on_when_that_is_known(tmp_path: Path) -> None:
    come(tmp_path, "queue_log", line(-60, "Bulat", "PAUSE") + line(18_000, "NONE", "QUEUESTART"))
    come(tmp_path, "cel.csv", cel(0, "CHAN_START", "PJSIP/trunk-1", f"{BEGAN_S}.0", exten="100"), PbxRowKind.CEL)
    assert Call.objects.get().hung_up_by == "system"
    come(tmp_path, "queue_log", line(-5, "Bulat", "UNPAUSE"))
    assert (Call.objects.get().ended_at, Call.objects.get().hung_up_by) == (None, "")


@pytest.mark.django_db
def test_a_restart_by_a_clock_that_was_ahead_ends_no_call_after_it_was_set_back(tmp_path: Path) -> None:
    """As a machine does it whose own clock is of another zone, for hours."""
    come(tmp_path, "queue_log", line(-60, "Bulat", "PAUSE") + line(18_000, "NONE", "QUEUESTART"))
    come(tmp_path, "queue_log", line(-5, "Bulat", "UNPAUSE"))
    come(tmp_path, "cel.csv", cel(0, "CHAN_START", "PJSIP/trunk-1", f"{BEGAN_S}.0", exten="100"), PbxRowKind.CEL)
    assert PbxRestart.objects.get().at == BEGAN_S - 5
    assert (Call.objects.get().ended_at, Call.objects.get().disposition) == (None, "")
    come(tmp_path, "queue_log", line(30, "NONE", "QUEUESTART"))
    assert Call.objects.get().hung_up_by == "system"
