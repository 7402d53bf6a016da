"""The same recording handed in by two at the same instant: each is held up just where the other could slip in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Barrier, local
from typing import Any

import pytest

from sapa.calls.errors import CallConflict
from sapa.calls.models import Call
from sapa.pipeline import intake
from sapa.pipeline.intake import Taken
from sapa.pipeline.models import StageRow
from sapa.pipeline.tests.workbench import at_once, stored_blobs, take, take_pair, tiny_wav


@pytest.fixture
def both_look_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither goes on before both have seen that the call is not there."""
    look: Callable[[Any], Call | None] = intake._known
    met, mine = Barrier(2), local()

    def look_together(came: Any) -> Call | None:
        known = look(came)
        if not hasattr(mine, "looked"):
            mine.looked = True
            met.wait(timeout=20)
        return known

    monkeypatch.setattr(intake, "_known", look_together)


@pytest.mark.parametrize("call_id", ["", "pbx-7"])
def test_the_same_recording_taken_twice_at_once_is_one_call(
    transactional_db: None, both_look_first: None, data_dir: Path, call_id: str
) -> None:
    taken: list[Taken] = [one.result() for one in at_once(*2 * [lambda: take(external_id=call_id)])]
    assert sorted(one.created for one in taken) == [False, True]
    assert {one.call.pk for one in taken} == {Call.objects.get().pk}
    assert StageRow.objects.count() == 1
    assert stored_blobs(data_dir) == [Call.objects.get().recording.parts.get().blob_id]


def test_two_recordings_of_one_call_id_at_once_are_one_call_and_one_refusal(
    transactional_db: None, both_look_first: None, data_dir: Path
) -> None:
    acts = at_once(*(lambda sound=sound: take(tiny_wav(sound), external_id="pbx-7") for sound in (1, 2)))
    errors = [one.exception() for one in acts]
    assert [type(error) for error in errors if error] == [CallConflict]
    assert stored_blobs(data_dir) == [Call.objects.get().recording.parts.get().blob_id]


def test_many_hands_without_any_order_make_one_call_each(transactional_db: None, data_dir: Path) -> None:
    acts = [lambda sound=sound: take(tiny_wav(sound)) for sound in (1, 2, 3) for _ in range(3)]
    taken = [one.result() for one in at_once(*acts)]
    assert sum(one.created for one in taken) == Call.objects.count() == 3
    assert len(stored_blobs(data_dir)) == 3


def test_the_same_pair_taken_twice_at_once_is_one_call(
    transactional_db: None, both_look_first: None, data_dir: Path
) -> None:
    taken = [one.result() for one in at_once(take_pair, lambda: take_pair(swapped=True))]
    assert sorted(one.created for one in taken) == [False, True]
    assert Call.objects.count() == 1
    parts = Call.objects.get().recording.parts.values_list("blob_id", flat=True)
    assert stored_blobs(data_dir) == sorted(parts)
