"""Events that come at the same time over several connections."""

from __future__ import annotations

from functools import partial

from sapa.calls.models import Call, PbxEvent, PbxRow
from sapa.calls.tests.hosted import answered, make, outcomes, send
from sapa.calls.types import PLACES
from sapa.pipeline.tests.workbench import at_once


def test_the_same_events_at_the_same_time_are_taken_once(transactional_db: None) -> None:
    found = [one.result() for one in at_once(*4 * [lambda: outcomes(send(*answered()))])]
    assert sorted(found) == [["known"] * 5] * 3 + [["taken"] * 5]
    assert (PbxRow.objects.count(), PbxEvent.objects.count()) == (5, 5)


def test_events_of_many_calls_at_the_same_time_are_all_here(transactional_db: None) -> None:
    some = [partial(send, *answered(f"call-{n}-a"), *answered(f"call-{n}-b")) for n in range(4)]
    for one in at_once(*some):
        assert outcomes(one.result()) == ["taken"] * 10
    assert (PbxRow.objects.count(), PbxEvent.objects.count()) == (40, 40)
    assert sorted(row.pk % PLACES for row in PbxRow.objects.all()) == list(range(40))
    make()
    assert Call.objects.filter(talk_s=20).count() == 8
