from __future__ import annotations

from itertools import count

import pytest

from sapa.accounts.models import Person
from sapa.calls.models import Call
from sapa.calls.services import queue_grant
from sapa.scorecards.models import EvaluationRecord
from sapa.scorecards.tests.cards import card, criterion
from sapa.scorecards.tests.test_findings import HELLO, PHRASE
from sapa.scorecards.trying import Trial, trial_make

pytestmark = pytest.mark.django_db
BYE = {"kind": "phrase", "elements": [HELLO | {"said": {"en": ["never ever said"]}}]}


def test_the_last_calls_are_judged_by_both_and_nothing_is_stored(call: Call, bogdan: Person) -> None:
    draft = card(criterion("greeting", markers=[PHRASE]), criterion("bye", markers=[BYE]), criterion("by_hand"))
    now = card(criterion("greeting", markers=[PHRASE]))
    tried = trial_make(bogdan, draft, now)
    assert (tried.asked, tried.done) == (1, 1)
    assert tried.calls[0].draft_pct == 50.0
    assert tried.calls[0].now_pct == 100.0
    assert {key: dict(one.counts) for key, one in tried.draft.criteria.items()} == {
        "greeting": {"1": 1},
        "bye": {"0": 1},
        "by_hand": {"abstained": 1},
    }
    assert tried.draft.criteria["bye"].calls == {"0": [call.pk]}
    assert tried.now.mean_pct == 100.0
    assert EvaluationRecord.objects.count() == 1  # that of the line


def test_facts_of_the_call_are_asked(call: Call, bogdan: Person) -> None:
    inbound = {"kind": "fact", "fact": "queue", "values": ["loans"]}
    tried = trial_make(bogdan, card(criterion(markers=[PHRASE], conditions=[inbound])), None)
    assert dict(tried.draft.criteria["greeting"].counts) == {"not_applicable": 1}
    assert tried.now.criteria == {}


def test_calls_of_others_are_not_tried(call: Call, bogdan: Person, daniyar: Person) -> None:
    queue_grant(None, "bogdan", "loans")
    assert trial_make(bogdan, card(), card()).asked == 0
    assert trial_make(daniyar, card(), card()).asked == 0


def test_it_ends_when_its_time_is_up(call: Call, bogdan: Person) -> None:
    ticks = count(0, 6)
    tried = trial_make(bogdan, card(), card(), most_s=5, clock_s=lambda: float(next(ticks)))
    assert (tried.asked, tried.done) == (1, 0)


def test_a_call_that_is_not_heard_yet_is_left_out(call: Call, bogdan: Person) -> None:
    call.transcript.delete()
    assert trial_make(bogdan, card(), card()).asked == 0


def test_bands_hold_every_call_and_a_full_hundred_is_in_the_last() -> None:
    trial = Trial(cqrs=[0.0, 9.9, 10.0, 89.9, 90.0, 100.0])
    assert trial.bands == [2, 1, 0, 0, 0, 0, 0, 0, 1, 2]
    assert Trial().mean_pct is None
