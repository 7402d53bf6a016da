"""Calls that the lab does not make: members behind local ends, a site without `queue_log`, CDR alone."""

from __future__ import annotations

import json

from sapa.calls.connectors.asterisk.rows import CdrRow, CelRow, QueueRow, Row
from sapa.calls.connectors.asterisk.site import Site
from sapa.calls.connectors.asterisk.story import derive
from sapa.calls.types import DerivedCall, Direction, Disposition, VisitOutcome

KEY = "1795286821.0"
SITE = Site(region="KZ")


def cel(at: float, event: str, channel: str, id_: str, **told: str) -> CelRow:
    number = "+77011112233" if channel.startswith("PJSIP/trunk") else ""
    facts = {name: told.get(name, "") for name in CelRow._fields[5:]} | {"caller_number": told.get("number", number)}
    return CelRow(1795286821 + at, event, id_, KEY, channel, **facts)


def bridged(at: float, event: str, channel: str, id_: str, bridge: str) -> CelRow:
    return cel(at, event, channel, id_, extra=json.dumps({"bridge_id": bridge}))


def gone(at: float, channel: str, id_: str, *, source: str = "", status: str = "") -> CelRow:
    return cel(at, "HANGUP", channel, id_, extra=json.dumps({"hangupsource": source, "dialstatus": status}))


def call_of(*rows: Row) -> DerivedCall:
    call = derive(KEY, rows, SITE)
    assert call is not None
    return call


def test_a_member_behind_a_pair_of_local_ends_talks_under_its_own_name() -> None:
    ends = ("Local/101@from-queue-1;1", "Local/101@from-queue-1;2")
    call = call_of(
        cel(0, "CHAN_START", "PJSIP/trunk-1", KEY, exten="77272000001"),
        QueueRow(1795286821, KEY, "sales", "", "ENTERQUEUE", ("", "+77011112233", "1")),
        QueueRow(1795286825, KEY, "sales", "Aigerim", "CONNECT", ("4", "1795286822.1", "3")),
        *(cel(1, "CHAN_START", end, f"1795286822.{number}") for number, end in enumerate(ends, 1)),
        cel(1, "CHAN_START", "PJSIP/101-2", "1795286822.3"),
        cel(4, "ANSWER", "PJSIP/101-2", "1795286822.3"),
        bridged(4, "BRIDGE_ENTER", "PJSIP/101-2", "1795286822.3", "far"),
        bridged(4, "BRIDGE_ENTER", ends[1], "1795286822.2", "far"),
        bridged(4, "BRIDGE_ENTER", ends[0], "1795286822.1", "near"),
        bridged(4, "BRIDGE_ENTER", "PJSIP/trunk-1", KEY, "near"),
        *(
            bridged(34, "BRIDGE_EXIT", channel, id_, "")
            for channel, id_ in (("PJSIP/trunk-1", KEY), ("PJSIP/101-2", "1795286822.3"))
        ),
        gone(34, "PJSIP/trunk-1", KEY, source="PJSIP/trunk-1"),
    )
    assert [(share.agent, share.device, share.queue, share.talk_s) for share in call.agents] == [
        ("Aigerim", "PJSIP/101", "sales", 30)
    ]


def test_without_the_queue_log_a_queue_is_what_the_caller_went_into() -> None:
    call = call_of(
        cel(0, "CHAN_START", "PJSIP/trunk-1", KEY, exten="77272000001"),
        cel(2, "APP_START", "PJSIP/trunk-1", KEY, app="Queue", app_data="sales,t,,,60"),
        cel(3, "CHAN_START", "PJSIP/101-2", "1795286824.1", number="101"),
        gone(14, "PJSIP/101-2", "1795286824.1"),
        gone(14, "PJSIP/trunk-1", KEY, source="PJSIP/trunk-1"),
    )
    assert [(visit.queue, visit.wait_s, visit.outcome) for visit in call.queues] == [
        ("sales", 12, VisitOutcome.ABANDONED)
    ]
    assert (call.disposition, [offer.ring_s for offer in call.missed]) == (Disposition.ABANDONED, [11])


def test_with_cdr_alone_a_call_has_what_was_billed() -> None:
    start = 1795286821.0
    row = CdrRow(start, start + 5, start + 65, KEY, "", "101", "77012220007", "PJSIP/101-1", "PJSIP/trunk-2", "Dial",
                 "PJSIP/77012220007@trunk", "ANSWERED", 65, 60, "", "")  # fmt: skip
    call = call_of(row)
    assert (call.direction, call.customer, call.disposition) == (
        Direction.OUTBOUND,
        "+77012220007",
        Disposition.ANSWERED,
    )
    assert [(share.agent, share.ring_s, share.talk_s) for share in call.agents] == [("101", 5, 60)]
    silent = call_of(row._replace(disposition="NO ANSWER", answered_at=None, peer="", talk_s=0.0))
    assert (silent.disposition, silent.agents) == (Disposition.TIMED_OUT, ())


def second_line(begun: float, talked: float, exten: str, *more: Row) -> DerivedCall:
    """128 talks to the customer from 3 s; a second line of its telephone and 129 talk, and at 70 s the customer is led
    on to 129 until 100 s."""
    queue_leg, line, colleague = (f"1795286821.{number}" for number in (1, 2, 3))
    return call_of(
        cel(0, "CHAN_START", "PJSIP/trunk-1", KEY, exten="77272000001"),
        cel(1, "CHAN_START", "PJSIP/128-2", queue_leg, number="128", exten="s"),
        bridged(3, "BRIDGE_ENTER", "PJSIP/trunk-1", KEY, "A"),
        bridged(3, "BRIDGE_ENTER", "PJSIP/128-2", queue_leg, "A"),
        cel(begun, "CHAN_START", "PJSIP/128-3", line, number="128", exten=exten),
        cel(begun, "CHAN_START", "PJSIP/129-4", colleague, number="129"),
        bridged(talked, "BRIDGE_ENTER", "PJSIP/128-3", line, "B"),
        bridged(talked, "BRIDGE_ENTER", "PJSIP/129-4", colleague, "B"),
        bridged(70, "BRIDGE_EXIT", "PJSIP/129-4", colleague, "B"),
        bridged(70, "BRIDGE_EXIT", "PJSIP/128-2", queue_leg, "A"),
        bridged(70, "BRIDGE_ENTER", "PJSIP/129-4", colleague, "A"),
        bridged(70, "BRIDGE_EXIT", "PJSIP/128-3", line, "B"),
        gone(70, "PJSIP/128-2", queue_leg),
        gone(70, "PJSIP/128-3", line),
        gone(100, "PJSIP/trunk-1", KEY, source="PJSIP/trunk-1"),
        gone(100, "PJSIP/129-4", colleague),
        *more,
    )


def test_while_an_agent_rings_a_colleague_on_a_second_line_the_customer_is_held() -> None:
    call = second_line(40, 60, "129")
    assert (call.talk_s, call.hold_s) == (67, 30)
    assert [(share.agent, share.talk_s, share.hold_s) for share in call.agents] == [("128", 37, 30), ("129", 30, 0)]


def test_while_a_second_line_is_rung_the_agent_talks_on() -> None:
    call = second_line(40, 60, "s")
    assert [(share.agent, share.talk_s, share.hold_s) for share in call.agents] == [("128", 57, 10), ("129", 30, 0)]


def test_a_customer_with_whom_another_agent_talks_is_not_held() -> None:
    other = "1795286821.9"
    call = second_line(
        40, 60, "129",
        cel(8, "CHAN_START", "PJSIP/130-9", other, number="130", exten="s"),
        bridged(10, "BRIDGE_ENTER", "PJSIP/130-9", other, "A"), gone(100, "PJSIP/130-9", other),
    )  # fmt: skip
    assert (call.talk_s, call.hold_s) == (97, 0)
    assert ("130", 90) in [(share.agent, share.talk_s) for share in call.agents]
