"""Events of one call become that call, in whatever order and however often they come."""

from __future__ import annotations

from dataclasses import asdict
from itertools import permutations
from typing import Any

import pytest

from sapa.calls.connectors.hosted.events import event_of
from sapa.calls.tests.hosted import answered, derived, derived_or_none, event
from sapa.calls.tests.lines import BEGAN_S

SPOKEN_TWICE = [
    *answered()[:4],
    event(16, "held", agent="Aigerim"),
    event(20, "answered", agent="Bogdan"),
    event(26, "transferred", kind="attended", agent="Aigerim", to="102"),
    event(46, "ended", hung_up_by="agent"),
]


def shape(told: list[dict[str, Any]]) -> dict[str, Any]:
    """What matters of it, times from its beginning."""
    call = derived(told)
    return {
        "way": call.direction.value,
        "customer": call.customer,
        "became": call.disposition.value,
        "ended_by": call.hung_up_by.value,
        "seconds": (call.ring_s, call.wait_s, call.talk_s, call.hold_s),
        "queues": [(one.queue, one.wait_s, one.outcome.value, one.agent) for one in call.queues],
        "agents": [(one.agent, one.queue, one.talk_s, one.hold_s) for one in call.agents],
        "missed": [(one.agent, one.queue, one.ring_s) for one in call.missed],
        "transfers": [(one.kind.value, one.to, one.agent) for one in call.transfers],
        "ended": None if call.ended_at is None else call.ended_at - BEGAN_S,
    }


def test_a_call_that_waited_and_was_answered() -> None:
    assert shape(answered()) == {
        "way": "inbound",
        "customer": "+77011112233",
        "became": "answered",
        "ended_by": "customer",
        "seconds": (3, 5, 20, 0),
        "queues": [("cards", 5, "answered", "Aigerim")],
        "agents": [("Aigerim", "cards", 20, 0)],
        "missed": [],
        "transfers": [],
        "ended": 26,
    }


@pytest.mark.parametrize(
    "told",
    [
        answered(),
        SPOKEN_TWICE[2:],
        [*answered()[:2], event(1, "agent_ringing", agent="A"), event(1, "agent_missed", agent="A"), answered()[4]],
        [
            event(0, "call_started"),
            event(0, "queue_entered", queue="q"),
            event(0, "answered", agent="A"),
            event(0, "ended"),
        ],
        [
            *answered()[:3],
            event(30, "call", started_at=BEGAN_S, talk_s=3),
            event(31, "call", started_at=BEGAN_S, talk_s=4),
        ],
    ],
)
def test_neither_order_nor_repetition_changes_the_call(told: list[dict[str, Any]]) -> None:
    assert len(told) <= 6
    events = [event_of(one) for one in told]
    wanted = derived_or_none(events)
    for some in permutations(events):
        assert derived_or_none(some) == wanted
    assert derived_or_none([*events, *events[::-1]]) == wanted


def test_a_call_that_was_given_up_while_waiting() -> None:
    told = shape([*answered()[:3], event(9, "agent_missed", agent="Aigerim"), event(12, "ended")])
    assert (told["became"], told["ended_by"], told["seconds"]) == ("abandoned", "customer", (6, 11, 0, 0))
    assert told["queues"] == [("cards", 11, "abandoned", "")]
    assert (told["missed"], told["agents"]) == ([("Aigerim", "cards", 6)], [])


@pytest.mark.parametrize(
    ("reason", "became"),
    [("timed_out", "timed_out"), ("no_agents", "timed_out"), ("abandoned", "abandoned"), ("withdrawn", "failed")],
)
def test_what_became_of_it_is_how_it_left_its_last_queue(reason: str, became: str) -> None:
    told = [*answered()[:2], event(8, "queue_left", queue="cards", reason=reason), event(9, "ended")]
    assert shape(told)["became"] == became


def test_two_queues_one_after_the_other_are_two_waits() -> None:
    told = [
        event(0, "call_started", direction="inbound"),
        event(1, "queue_entered", queue="cards"),
        event(11, "queue_left", queue="cards", reason="timed_out"),
        event(11, "queue_entered", queue="night"),
        event(14, "queue_left", queue="night", reason="answered"),
        event(14, "answered", agent="Erlan"),
        event(20, "ended", hung_up_by="agent"),
    ]
    assert shape(told)["queues"] == [("cards", 10, "timed_out", ""), ("night", 3, "answered", "Erlan")]
    assert shape(told)["agents"] == [("Erlan", "night", 6, 0)]


def test_an_attended_transfer_leaves_the_consultation_out_of_the_talk() -> None:
    told = shape(SPOKEN_TWICE)
    assert told["seconds"] == (3, 5, 30, 10)
    assert told["agents"] == [("Aigerim", "cards", 10, 10), ("Bogdan", "", 20, 0)]
    assert told["transfers"] == [("attended", "102", "Aigerim")]


def test_a_blind_transfer_ends_the_part_of_who_passed_the_call_on() -> None:
    told = shape(
        [
            *answered()[:4],
            event(16, "transferred", kind="blind", to="102"),
            event(18, "answered", agent="Bogdan"),
            event(28, "ended"),
        ]
    )
    assert told["agents"] == [("Aigerim", "cards", 10, 0), ("Bogdan", "", 10, 0)]
    assert (told["seconds"][2], told["transfers"]) == (20, [("blind", "102", "Aigerim")])


def test_a_hold_that_nobody_ended_lasts_to_the_end() -> None:
    told = shape([*answered()[:4], event(16, "held"), answered()[4]])
    assert told["seconds"] == (3, 5, 10, 10)


def test_when_the_recording_was_paused_is_told() -> None:
    told = [*answered(), event(10, "recording_paused"), event(14, "recording_resumed")]
    assert derived(told).unrecorded == ((BEGAN_S + 10, BEGAN_S + 14),)


def test_a_call_out_has_the_customer_in_what_was_dialled() -> None:
    told = shape(
        [
            event(0, "call_started", from_="101", to="87012220007"),
            event(7, "answered", agent="Aigerim"),
            event(17, "ended", hung_up_by="agent"),
        ]
    )
    assert (told["way"], told["customer"], told["became"]) == ("outbound", "+77012220007", "answered")
    assert told["seconds"] == (7, 0, 10, 0)


def test_a_call_out_that_nobody_took_is_not_the_customers_giving_up() -> None:
    told = shape([event(0, "call_started", direction="outbound", to="87012220007"), event(30, "ended")])
    assert (told["became"], told["customer"], told["agents"]) == ("timed_out", "+77012220007", [])


def test_a_call_that_goes_on_has_no_end() -> None:
    told = shape(answered()[:4])
    assert (told["ended"], told["became"], told["ended_by"]) == (None, "answered", "")


def test_what_comes_after_the_end_makes_it_no_longer() -> None:
    late = [event(40, "agent_left", agent="Aigerim"), event(50, "recording", recording="a.wav")]
    call = derived([*answered(), *late])
    assert (call.talk_s, call.ended_at, call.recordings) == (20, BEGAN_S + 26, ("a.wav",))


def test_a_recording_alone_is_no_call() -> None:
    assert derived_or_none([event_of(event(0, "recording", recording="a.wav"))]) is None


SUMMARY: dict[str, Any] = {
    "direction": "inbound", "from_": "87011112233", "to": "87272000000", "agent": "Aigerim", "queue": "cards",
    "started_at": BEGAN_S, "answered_at": BEGAN_S + 6, "ended_at": BEGAN_S + 26, "hung_up_by": "customer",
}  # fmt: skip


def test_a_summary_alone_says_the_same_as_the_stages() -> None:
    told, stages = asdict(derived([event(27, "call", **SUMMARY)])), asdict(derived(answered()))
    differ = {name for name in told if told[name] != stages[name]}
    assert differ == {"ring_s", "wait_s", "queues", "agents"}  # how long it rang, and when the queue began, it does not
    assert (told["talk_s"], told["wait_s"], told["queues"][0]["outcome"]) == (20, 6, "answered")


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({"talk_s": 20, "wait_s": 5}, ("answered", 5, 20, 25)),
        ({"answered_at": BEGAN_S + 5, "talk_s": 20}, ("answered", 0, 20, 25)),
        ({"ended_at": BEGAN_S + 30, "talk_s": 20, "hold_s": 4}, ("answered", 0, 20, 30)),
        ({"ended_at": BEGAN_S + 30}, ("abandoned", 0, 0, 30)),
        ({"ended_at": BEGAN_S + 30, "queue": "cards"}, ("abandoned", 30, 0, 30)),
        ({"disposition": "busy"}, ("busy", 0, 0, 0)),
        ({"disposition": "abandoned", "answered_at": BEGAN_S + 1, "ended_at": BEGAN_S + 30}, ("abandoned", 0, 0, 30)),
        ({"ended_at": BEGAN_S - 3600, "answered_at": BEGAN_S - 7200}, ("answered", 0, 0, 0)),
        ({"direction": "outbound"}, ("timed_out", 0, 0, 0)),
    ],
)
def test_what_a_summary_leaves_out_follows_from_the_rest(facts: dict[str, Any], wanted: tuple[Any, ...]) -> None:
    call = derived([event(40, "call", started_at=BEGAN_S, **facts)])
    assert call.ended_at is not None
    assert (call.disposition, call.wait_s, call.talk_s, call.ended_at - call.started_at) == wanted


def test_of_several_summaries_the_newest_counts() -> None:
    early = event(27, "call", started_at=BEGAN_S, talk_s=5)
    late = event(90, "call", started_at=BEGAN_S, talk_s=7)
    assert derived([late, early]).talk_s == derived([early, late]).talk_s == 7


def test_a_summary_beside_stages_is_believed_of_the_whole_and_they_of_who_talked() -> None:
    call = derived([*answered(), event(27, "call", started_at=BEGAN_S, talk_s=19.5, customer_name="Client")])
    assert (call.talk_s, call.customer_name, call.customer) == (19.5, "Client", "+77011112233")
    assert [(one.agent, one.talk_s) for one in call.agents] == [("Aigerim", 20)]
    assert (call.direction, call.ended_at, call.wait_s) == ("inbound", BEGAN_S + 26, 5)


def test_a_summary_ends_a_call_whose_end_was_lost() -> None:
    call = derived([*answered()[:4], event(27, "call", started_at=BEGAN_S, ended_at=BEGAN_S + 26)])
    assert call.ended_at == BEGAN_S + 26


@pytest.mark.parametrize(
    ("from_", "to", "way", "customer"),
    [
        ("+7 (701) 111-22-33", "101", "inbound", "+77011112233"),
        ("101", "8 701 111 22 33", "outbound", "+77011112233"),
        ("101", "102", "internal", "101"),
        ("anonymous", "87272000000", "inbound", ""),
        ("reception", "", "internal", "reception"),
        ("", "87272000000", "", ""),
    ],
)
def test_without_a_direction_the_numbers_tell_it(from_: str, to: str, way: str, customer: str) -> None:
    told = shape([event(0, "call_started", from_=from_, to=to)])
    assert (told["way"], told["customer"]) == (way, customer)
