from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from sapa.calls.models import Call, Queue, RawEvent
from sapa.calls.services import call_create, call_duration_set, source_key_of
from sapa.calls.types import CallFacts, Direction
from tests.fixtures.world import FrozenClock

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 9, 9, 15, tzinfo=UTC)


def create(facts: CallFacts | None = None, *, sha256: str = "a" * 64, **payload: Any) -> Call:
    return call_create(facts or CallFacts(), sha256=sha256, file_name="a.wav", connector="files", payload=payload)


def test_the_facts_are_the_call() -> None:
    made = create(
        CallFacts("17", Direction.OUTBOUND, "cards", "Aigerim", "+77015550101", "Dana", AT, "sale", "sold", "ru")
    )
    call = Call.objects.get(pk=made.pk)
    kept = (call.external_id, call.direction, str(call.queue), call.agent_name, call.customer_number)
    assert kept == ("17", "outbound", "cards", "Aigerim", "+77015550101")
    assert (call.customer_name, call.started_at, call.call_type, call.outcome) == ("Dana", AT, "sale", "sold")
    assert (call.language, call.file_name, call.duration_s) == ("ru", "a.wav", None)


def test_what_the_source_said_is_kept_as_it_came(frozen_clock: FrozenClock) -> None:
    call = create(agent="Aigerim", crm={"deal": [7, None]})
    event = RawEvent.objects.get(call=call)
    assert (event.connector, event.received_at) == ("files", frozen_clock.at)
    assert event.payload == {"agent": "Aigerim", "crm": {"deal": [7, None]}}


def test_without_a_start_the_call_starts_when_it_came(frozen_clock: FrozenClock) -> None:
    call = create()
    assert (call.started_at, call.created_at) == (frozen_clock.at, frozen_clock.at)
    assert create(CallFacts(started_at=AT), sha256="b" * 64).started_at == AT


def test_calls_of_one_queue_share_it() -> None:
    first, second = (create(CallFacts(external_id=name, queue="cards")) for name in ("1", "2"))
    assert first.queue == second.queue
    assert create(CallFacts(external_id="3")).queue is None
    assert Queue.objects.count() == 1


def test_the_phone_systems_name_is_the_identity_and_else_the_sound() -> None:
    assert source_key_of(CallFacts(external_id="17"), sha256="a") == source_key_of(CallFacts("17"), sha256="b")
    assert source_key_of(CallFacts(), sha256="a") != source_key_of(CallFacts(), sha256="b")
    assert source_key_of(CallFacts(external_id="a"), sha256="a") != source_key_of(CallFacts(), sha256="a")


def test_the_same_name_again_is_a_conflict_and_nothing_is_kept(refused: Callable[..., Any]) -> None:
    create(CallFacts(external_id="17"))
    with refused("call_conflict"):
        create(CallFacts(external_id="17", queue="new"), sha256="b" * 64)
    assert (Call.objects.count(), RawEvent.objects.count(), Queue.objects.count()) == (1, 1, 0)


def test_a_call_learns_how_long_it_was() -> None:
    first, other = create(sha256="a" * 64), create(sha256="b" * 64)
    call_duration_set(first.pk, 12.5)
    assert list(Call.objects.order_by("source_key").values_list("duration_s", flat=True)) == [12.5, None]
    assert other.pk != first.pk
