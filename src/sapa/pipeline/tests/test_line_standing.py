from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sapa.calls.models import Call
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.selectors import line_of, lines_of
from sapa.pipeline.stages import STAGE_KEYS
from sapa.pipeline.tests.workbench import take, tiny_wav


def test_a_finished_call_is_through(call: Call) -> None:
    line = line_of(call)
    assert (line.state, line.share, line.current, line.is_moving) == ("done", 1.0, None, False)


def test_a_fresh_call_waits_at_the_first_stage_and_has_not_reached_the_others(db: None) -> None:
    line = line_of(take().call)
    assert line.current is not None
    assert (line.current.key, line.state, line.share, line.is_moving) == ("recording", "waiting", 0.0, True)
    assert [stage.state for stage in line.stages] == ["waiting", "", "", ""]


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0, 40.0])
def test_the_share_counts_the_running_stage_and_never_goes_over_one(call: Call, share: float) -> None:
    StageRow.objects.filter(stage="grade").update(state=StageState.RUNNING, progress_share=share)
    assert line_of(call).share == pytest.approx(min((3 + share) / 4, 1.0))


def test_a_failure_is_what_a_call_shows_first(call: Call) -> None:
    StageRow.objects.filter(stage="analyse").update(state=StageState.FAILED, error_code="x")
    StageRow.objects.filter(stage="grade").update(state=StageState.WAITING)
    line = line_of(call)
    assert line.current is not None
    assert (line.current.key, line.state, line.is_moving) == ("analyse", "failed", False)


def test_a_stage_of_an_older_version_is_left_out(call: Call) -> None:
    StageRow.objects.create(
        call=call, stage="gone_by_now", state=StageState.FAILED, opened_at=call.created_at, started_at=call.created_at
    )
    assert line_of(call).state == "done"


def test_many_calls_are_read_by_one_query(db: None, django_assert_num_queries: Callable[..., Any]) -> None:
    calls = [take(tiny_wav(sound)).call for sound in (1, 2, 3)]
    with django_assert_num_queries(1):
        lines = lines_of(call.pk for call in calls)
    assert [line.state for line in lines.values()] == ["waiting"] * 3
    assert [stage.key for stage in lines[calls[0].pk].stages] == list(STAGE_KEYS)
