"""Much is read and made into calls with the help of other processes, and is the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sapa.calls import replaying
from sapa.calls.models import Call, PbxFile, PbxLink, PbxRow
from sapa.calls.replaying import calls_of, figures_of, logs_replay
from sapa.calls.tests.lines import SITE
from tests.asterisk.day import day_of
from tests.asterisk.shift_day import shifts_of

pytestmark = pytest.mark.django_db
RUNS_IN = ("id", "created_at", "queue_id")


def all_told() -> list[dict[str, Any]]:
    calls = Call.objects.order_by("source_key")
    return [
        {name: value for name, value in call.items() if name not in RUNS_IN} | {"queue": queue}
        for call, queue in zip(calls.values(), calls.values_list("queue__name", flat=True), strict=True)
    ]


@pytest.mark.parametrize("at_once", [500, 7])
def test_with_others_beside_the_calls_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, at_once: int
) -> None:
    day = day_of(agents=60, calls=300, seed=8)
    shifts_of(day, seed=9)
    day.write(tmp_path)
    alone = logs_replay(tmp_path, SITE)
    told = all_told()
    assert len(told) == day.truth.calls
    for kind in (PbxRow, PbxLink, PbxFile, Call):
        kind.objects.all().delete()
    caplog.set_level("INFO", "sapa.beside")  # it says where no process could be begun, or one was lost
    monkeypatch.setattr(replaying, "MUCH_BYTES", 0)
    monkeypatch.setattr("sapa.calls.taking_rows.AT_ONCE", 300)
    monkeypatch.setattr("sapa.calls.deriving.CALLS_AT_ONCE", at_once)
    again = logs_replay(tmp_path, SITE)
    assert all_told() == told
    assert again.inserted == alone.inserted
    assert figures_of(calls_of(again.files)).answered == day.truth.answered
    assert not caplog.records, "the others did nothing"
