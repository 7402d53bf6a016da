"""The cast and the finished call are what every other test leans on, so they are tested themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sapa.accounts.models import Person
from sapa.accounts.services import link_create, link_use
from sapa.calls.models import Call
from sapa.calls.selectors import calls_visible_to
from sapa.core.clock import now_at
from sapa.scorecards.library import shipped_keys
from sapa.scorecards.models import EvaluationRecord, ScorecardRecord
from tests.fixtures.world import FrozenClock
from tests.tier_marks import empties


def test_the_agent_of_the_cast_sees_the_call_and_the_outsider_does_not(
    call: Call, aigerim: Person, daniyar: Person
) -> None:
    assert list(calls_visible_to(aigerim)) == [call]
    assert not calls_visible_to(daniyar).exists()


def test_the_finished_call_has_sound_and_a_score(call: Call) -> None:
    assert call.duration_s == pytest.approx(34.0)
    assert call.recording.channels == 2
    assert len(call.recording.peaks) == 2
    evaluation = EvaluationRecord.objects.get(call=call)
    assert evaluation.cqr_pct == pytest.approx(70.0)
    assert evaluation.coverage_pct == pytest.approx(250 / 3)


def test_a_link_dies_when_the_frozen_clock_passes_a_day(
    aigerim: Person, frozen_clock: FrozenClock, refused: Callable[..., Any]
) -> None:
    secret = link_create(aigerim)
    frozen_clock.advance(hours=25)
    with refused("link_unusable"):
        link_use(secret)


def test_the_clock_runs_when_nobody_froze_it() -> None:
    first = now_at()
    assert now_at() >= first


@pytest.mark.parametrize("turn", ["first", "after the database was emptied"])
def test_shipped_scorecards_are_there_in_every_kind_of_database_test(transactional_db: None, turn: str) -> None:
    assert {record.key for record in ScorecardRecord.objects.all()} == set(shipped_keys())


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_what_empties_the_database_is_known_by_its_mark_alone(request: pytest.FixtureRequest) -> None:
    assert empties(request.node)


def test_what_empties_the_database_is_known_by_its_fixture(
    request: pytest.FixtureRequest, transactional_db: None
) -> None:
    assert empties(request.node)


def test_what_is_rolled_back_empties_nothing(request: pytest.FixtureRequest, db: None) -> None:
    assert not empties(request.node)
