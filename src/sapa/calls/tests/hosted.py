"""Events of a hosted phone system, made for tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sapa.calls.connectors.hosted.events import HostedEvent, event_of
from sapa.calls.connectors.hosted.story import derive
from sapa.calls.keeping import calls_derive
from sapa.calls.taking_events import Told, events_given, events_take
from sapa.calls.tests.lines import BEGAN_S, SITE
from sapa.calls.types import DerivedCall, hosted_key

CALL = "in_7f3a=="
CUSTOMER = "+7 701 111 22 33"


def event(after_s: float, name: str, *, id_: str = "", call_id: str = CALL, **facts: Any) -> dict[str, Any]:
    """`from_` is the field `from`."""
    facts = {key.rstrip("_"): value for key, value in facts.items()}
    own = id_ or f"{call_id}:{name}:{after_s}:{facts.get('agent', '')}"
    return {"id": own, "call_id": call_id, "event": name, "at": BEGAN_S + after_s, **facts}


def answered(call_id: str = CALL) -> list[dict[str, Any]]:
    """A customer waits 5 s in the queue cards, Aigerim's telephone rings for 3 of them, they talk for 20 s."""
    return [
        event(0, "call_started", call_id=call_id, direction="inbound", from_=CUSTOMER, to="+77272000000"),
        event(1, "queue_entered", call_id=call_id, queue="cards"),
        event(3, "agent_ringing", call_id=call_id, agent="Aigerim"),
        event(6, "answered", call_id=call_id, agent="Aigerim"),
        event(26, "ended", call_id=call_id, hung_up_by="customer"),
    ]


def derived(told: Sequence[dict[str, Any]]) -> DerivedCall:
    call = derived_or_none([event_of(one) for one in told])
    assert call is not None
    return call


def derived_or_none(events: Sequence[HostedEvent]) -> DerivedCall | None:
    return derive(hosted_key(CALL), events, SITE)


def send(*told: Any) -> list[Told]:
    """Taken as they come in one request; no calls are made of them yet."""
    return events_take(events_given(json.dumps(told).encode(), is_lines=False))


def make() -> None:
    while calls_derive(SITE):
        pass


def outcomes(answers: Sequence[Told]) -> list[str]:
    return [f"{one.outcome}:{one.reason}" if one.reason else one.outcome.value for one in answers]
