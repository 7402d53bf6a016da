"""What is an event, what is none and why; hostile and spoilt ones among them."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from sapa.calls.connectors.hosted.events import FIELDS, Event, EventReason, EventRejected, event_of, row_of
from sapa.calls.errors import EventsTooMany, EventsUnreadable
from sapa.calls.taking_events import MOST_EVENTS, Given, events_given
from sapa.calls.tests.hosted import CALL, answered, derived_or_none, event
from sapa.calls.tests.spoilt_events import spoilt_events

COUNT = 10_000


def refused(told: Any) -> EventReason:
    with pytest.raises(EventRejected) as caught:
        event_of(told)
    assert caught.value.problem
    return caught.value.reason


@pytest.mark.parametrize(
    "at", ["2026-11-21T15:47:01+05:00", "2026-11-21T10:47:01Z", 1795258021, 1795258021.0, "1795258021"]
)
def test_a_time_is_a_moment_however_it_is_written(at: Any) -> None:
    assert event_of(event(0, "ended") | {"at": at}).at == 1795258021


@pytest.mark.parametrize(
    "at",
    [
        *(None, "", True, [], {}, "yesterday", "2026-11-21", "2026-11-21T15:47:01", 1795258021000, -1, 0, 10**400),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-13-45T00:00:00Z", "\ud800", "1" * 400),
        *("2026-11-21T15:47:01+99:00", "²", float("inf"), float("nan")),
    ],
)
def test_what_is_no_moment_is_refused(at: Any) -> None:
    assert refused(event(0, "ended") | {"at": at}) is EventReason.TIME


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"event": "exploded"}, EventReason.EVENT),
        ({"event": None}, EventReason.EVENT),
        ({"event": ["ended"]}, EventReason.EVENT),
        ({"id": ""}, EventReason.ID),
        ({"id": 7}, EventReason.ID),
        ({"id": "two words"}, EventReason.ID),
        ({"id": "x" * 201}, EventReason.ID),
        ({"call_id": None}, EventReason.CALL),
        ({"call_id": "a\0"}, EventReason.CALL),
        ({"call_id": "звонок"}, EventReason.CALL),
        ({"call_id": "1795286900.²"}, EventReason.CALL),
        ({"call_id": "x" * 121}, EventReason.CALL),
        ({"hungup_by": "agent"}, EventReason.FIELD),
        ({"agent": "Aigerim"}, EventReason.FIELD),
        ({"hung_up_by": "the dog"}, EventReason.VALUE),
        ({"hung_up_by": {"a": 1}}, EventReason.VALUE),
        ({"hung_up_by": 3}, EventReason.VALUE),
        ({"seq": -1}, EventReason.NUMBER),
        ({"seq": 1.5}, EventReason.NUMBER),
        ({"seq": True}, EventReason.NUMBER),
        ({"seq": 10**30}, EventReason.NUMBER),
    ],
)
def test_what_is_wrong_with_it_has_a_code(change: dict[str, Any], reason: EventReason) -> None:
    assert refused(event(0, "ended") | change) is reason


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (event(0, "answered"), EventReason.FIELD),
        (event(0, "answered", id_="e", agent="  "), EventReason.FIELD),
        (event(0, "answered", id_="e", agent="x" * 201), EventReason.VALUE),
        (event(0, "agent_missed", agent="A", ring_s=-1), EventReason.NUMBER),
        (event(0, "agent_missed", agent="A", ring_s="soon"), EventReason.NUMBER),
        (event(0, "agent_missed", agent="A", ring_s=10**400), EventReason.NUMBER),
        (event(0, "recording", recording="../../etc/passwd"), EventReason.VALUE),
        (event(0, "recording", recording="a\0.wav"), EventReason.VALUE),
        (event(0, "recording", recording="\ud800.wav"), EventReason.VALUE),
        (event(0, "call"), EventReason.FIELD),
        (event(0, "call", started_at="2026-11-21T15:47:01"), EventReason.TIME),
        ([], EventReason.SHAPE),
        ("ended", EventReason.SHAPE),
        (None, EventReason.SHAPE),
    ],
)
def test_so_has_what_is_wrong_with_a_field(told: Any, reason: EventReason) -> None:
    assert refused(told) is reason


def test_null_and_empty_are_not_said() -> None:
    assert event_of(event(0, "ended", hung_up_by=None, disposition="")).facts == ()


def test_each_event_of_the_table_can_be_sent() -> None:
    for name in Event:
        needed: dict[str, Any] = {
            field: "blind" if field == "kind" else "key" for field, one in FIELDS[name].items() if one.is_required
        }
        told = event(0, name.value, **needed | ({"started_at": 1795258021} if name is Event.CALL else {}))
        assert row_of(json.dumps(told).encode()) == event_of(told)


def given(raw: bytes | str, *, is_lines: bool = False) -> list[Given]:
    return events_given(raw if isinstance(raw, bytes) else raw.encode(), is_lines=is_lines)


@pytest.mark.parametrize(
    "body",
    [
        *("", "nothing", "[", "[1", "[1,]", "[1 2]", "{} {}", "[] []", '{"a": NaN}', "[Infinity]", '{"a":', "\ufeff"),
        *("[" * 100_000, '{"a":' * 100_000, "[1," * 50_000, "1" * 5_000, b"\xff\xfe{}", b"\0" * 100, "'{}'"),
    ],
)
def test_what_is_no_json_is_refused_as_a_whole(body: bytes | str) -> None:
    with pytest.raises(EventsUnreadable):
        given(body)


def test_what_came_is_kept_to_the_letter() -> None:
    body = '\ufeff [ {"id" : "1\\u0000", "at":1.50} ,\n7 , null ] '
    assert [one.raw for one in given(body)] == [b'{"id" : "1\\u0000", "at":1.50}', b"7", b"null"]


def test_one_bad_line_does_not_spoil_the_others() -> None:
    good = json.dumps(answered()[0]).encode()
    read = given(b"\n".join([good, b"[" * 100_000, b"\xff", b"", b"{} {}", good + b"\r"]), is_lines=True)
    assert [one.event is not None for one in read] == [True, False, False, False, True]
    assert {one.refusal.reason for one in read if one.refusal} == {EventReason.JSON}


def test_an_event_over_its_limit_is_refused_and_its_neighbour_is_not() -> None:
    long = answered()[0] | {"customer_name": "x" * 20_000}
    first, second = given(json.dumps([long, answered()[1]]))
    assert (first.refusal and first.refusal.reason, second.refusal) == (EventReason.LENGTH, None)


@pytest.mark.parametrize("is_lines", [False, True])
def test_more_than_the_limit_at_once_are_refused(is_lines: bool) -> None:
    body = "7\n" * (MOST_EVENTS + 1) if is_lines else "[" + "7," * MOST_EVENTS + "7]"
    with pytest.raises(EventsTooMany):
        given(body, is_lines=is_lines)


def test_ten_thousand_spoilt_events_are_events_or_say_why_not() -> None:
    mutated = spoilt_events(COUNT)
    read = [
        one for first in range(0, COUNT, 500) for one in given(b"\n".join(mutated[first : first + 500]), is_lines=True)
    ]
    reasons = Counter(one.refusal.reason for one in read if one.refusal)
    events = [one.event for one in read if one.event]
    assert len(read) == len(events) + reasons.total() == COUNT
    assert len(events) > COUNT / 10
    of_call_logs = {EventReason.COLUMNS, EventReason.QUOTES, EventReason.SIGNS}
    by_the_database = {EventReason.CONFLICT}
    assert set(reasons) == set(EventReason) - of_call_logs - by_the_database, "not every reason was met"
    for first in range(0, len(events), 20):
        call = derived_or_none(events[first : first + 20])
        assert call is None or min(call.talk_s, call.hold_s, call.wait_s, call.ring_s) >= 0


def test_the_call_id_of_an_asterisk_is_one_too() -> None:
    assert event_of(event(0, "ended", call_id="1795286821.4")).call_id == "1795286821.4"
    assert event_of(event(0, "ended")).call_id == CALL
