"""A made day of agents is, figure by figure, what was made (`tests/asterisk/shift_day.py`)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from sapa.accounts.models import Person
from sapa.calls.agent_reading import agent_days, day_begins, records_until
from sapa.calls.keeping import rows_derive
from sapa.calls.models import PbxRowKind
from sapa.calls.taking_rows import log_take
from sapa.calls.tests.lines import SITE
from tests.asterisk.day import BEGIN_MS, day_of
from tests.asterisk.shift_day import shifts_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("zone", ["UTC", "Asia/Almaty"])
def test_every_figure_of_every_agent_is_what_was_made(tmp_path: Path, bogdan: Person, zone: str) -> None:
    day = day_of(agents=60, calls=700, seed=11)
    truth = shifts_of(day, seed=5)
    assert len(truth) > 50
    day.write(tmp_path)
    log_take(tmp_path / "queue_log", PbxRowKind.QUEUE_LOG, UTC)
    while rows_derive(SITE):
        pass
    with timezone.override(ZoneInfo(zone)):
        on = timezone.localdate(datetime.fromtimestamp(BEGIN_MS / 1000, UTC))
        begins = day_begins(on).timestamp()
        found = {one.who.name: one.figures for one in agent_days(bogdan, on, on)}
        ends = min(begins + 86_400, records_until().timestamp())  # type: ignore[union-attr]
    assert found.keys() == truth.keys()
    for name, made in truth.items():
        seen = found[name]
        until = min(made.until or ends, ends)
        in_s = until - max(made.since, begins)
        assert seen.logged_in_s == in_s, name
        assert (seen.pauses_s, seen.partly_paused_s) == (made.paused_s, made.partly_s), name
        assert (seen.calls, seen.missed_offers, seen.on_calls_s) == (made.calls, made.missed, made.handled_s), name
        assert seen.first_in_at == made.since
        rested_s = sum(made.paused_s.values())
        assert seen.occupancy_share == pytest.approx(made.handled_s / (in_s - rested_s)), name
