"""Two who ask for the next call at one moment get two calls."""

from __future__ import annotations

import threading
from uuid import UUID

import pytest
from django.db import connections, transaction

from sapa.accounts.models import Person
from sapa.calls.models import Call
from sapa.reviews.services import review_start_next
from tests.fixtures.graded_call import graded_again


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_second_waits_for_the_first_and_takes_the_next(call: Call, celina: Person, bogdan: Person) -> None:
    other = graded_again(call)
    got: dict[str, UUID] = {}
    has_begun, may_end = threading.Event(), threading.Event()

    def hers() -> None:
        with transaction.atomic():
            got["celina"] = _call_of(celina)
            has_begun.set()
            may_end.wait(10)
        connections.close_all()

    def his() -> None:
        got["bogdan"] = _call_of(bogdan)
        connections.close_all()

    first, second = threading.Thread(target=hers), threading.Thread(target=his)
    first.start()
    assert has_begun.wait(10)
    second.start()
    second.join(0.5)
    assert "bogdan" not in got, "he waits until it is known what she took"
    may_end.set()
    for thread in (first, second):
        thread.join(20)
    assert set(got.values()) == {call.pk, other.pk}


def _call_of(person: Person) -> UUID:
    draft = review_start_next(person)
    assert draft is not None
    return draft.call_id
