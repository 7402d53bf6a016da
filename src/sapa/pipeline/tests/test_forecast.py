"""When the line will be empty, from what workers took for a second of sound: no database, no clock."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sapa.pipeline.forecast import Spell, StageWork, call_cost_s, hearing_cost_s, left_s
from tests.fixtures.world import FROZEN_AT

HOUR_S = 3600.0


def spell(ago_s: float, *, took_s: float, audio_s: float = 0.0, at: datetime = FROZEN_AT) -> Spell:
    """Ended `ago_s` before now."""
    until_at = at - timedelta(seconds=ago_s)
    return Spell(until_at - timedelta(seconds=took_s), until_at, audio_s)


def crew(count: int) -> frozenset[str]:
    return frozenset(f"box:{place}" for place in range(count))


def hearing(hours: float, *, cost_s: float | None = 0.1, workers: int = 4, longest_s: float = 0.0) -> StageWork:
    return StageWork(hours * HOUR_S, cost_s, crew(workers), longest_s)


def marking(calls: int, *, cost_s: float | None = 0.5, workers: int = 4) -> StageWork:
    return StageWork(calls, cost_s, crew(workers))


def test_a_full_line_shares_the_sound_among_its_workers() -> None:
    assert left_s(hearing(100), []) == pytest.approx(100 * HOUR_S * 0.1 / 4)


def test_the_short_steps_take_the_same_workers_time() -> None:
    assert left_s(hearing(10), [marking(600), marking(720, cost_s=1.0)]) == pytest.approx((3600 + 300 + 720) / 4)


def test_calls_of_any_length_are_counted_by_their_sound() -> None:
    short = [spell(60 * place, took_s=6, audio_s=60) for place in range(10)]
    long = [spell(7000, took_s=720, audio_s=7200)]
    assert hearing_cost_s(short) == hearing_cost_s(long) == pytest.approx(0.1)
    assert left_s(hearing(2, longest_s=7200), []) == pytest.approx(720), "nobody shares the one call of two hours"


def test_an_idle_hour_makes_nobody_slower() -> None:
    before = [spell(3700 + 60 * place, took_s=10, audio_s=100) for place in range(6)]
    assert hearing_cost_s(before) == pytest.approx(0.1)
    with_few = [spell(900 * place, took_s=10, audio_s=100) for place in range(6)]
    assert hearing_cost_s(with_few) == pytest.approx(0.1)


@pytest.mark.parametrize(("took_s", "known"), [(0, False), (29, False), (31, True)])
def test_a_line_that_just_started_says_nothing_before_it_has_seen_enough(took_s: float, known: bool) -> None:
    assert (hearing_cost_s([spell(0, took_s=took_s, audio_s=300)]) is not None) == known


def test_a_long_call_at_work_tells_before_any_has_ended() -> None:
    assert hearing_cost_s([spell(0, took_s=60, audio_s=0.05 * 4 * HOUR_S)]) == pytest.approx(60 / 720)


def test_work_without_sound_tells_nothing_about_hearing() -> None:
    assert hearing_cost_s([spell(0, took_s=600)]) is None
    assert hearing_cost_s([]) is None


def test_rows_that_were_claimed_together_are_worked_at_one_after_the_other() -> None:
    began = FROZEN_AT - timedelta(seconds=8)
    batch = [Spell(began, began + timedelta(seconds=place + 1)) for place in range(8)]
    assert call_cost_s(batch) == pytest.approx(1.0)
    assert call_cost_s(batch[:4]) is None, "four calls say nothing"


def test_an_empty_line_is_empty_now() -> None:
    assert left_s(hearing(0, cost_s=None, workers=0), []) == 0.0


def test_without_workers_nothing_is_promised() -> None:
    assert left_s(hearing(1, workers=0), []) is None
    assert left_s(hearing(0), [marking(5, workers=0)]) is None
    assert left_s(hearing(1), [marking(0, workers=0)]) is not None, "nobody is needed where nothing waits"


def test_what_was_never_seen_is_not_promised() -> None:
    assert left_s(hearing(1, cost_s=None), [marking(5)]) is None
    assert left_s(hearing(0), [marking(5, cost_s=None)]) is None


def test_beside_hearing_an_unseen_short_step_is_taken_for_nothing() -> None:
    assert left_s(hearing(1), [marking(5, cost_s=None)]) == pytest.approx(90)


def test_workers_that_only_hear_hold_up_the_line_alone() -> None:
    few, all_of_them = StageWork(10 * HOUR_S, 0.1, crew(1)), marking(100, workers=8)
    assert left_s(few, [all_of_them]) == pytest.approx(HOUR_S)


def test_marking_anew_is_foretold_without_any_sound() -> None:
    assert left_s(hearing(0, cost_s=None), [marking(10_000)]) == pytest.approx(1250)


def test_the_next_try_of_what_did_not_work_is_waited_for() -> None:
    assert left_s(hearing(0.1), [], later_s=1200) == 1200
    assert left_s(hearing(100), [], later_s=1200) == pytest.approx(9000)
