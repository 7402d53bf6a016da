"""Days of 23 and of 25 hours: whoever was in from midnight to midnight was in so long."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from sapa.accounts.models import Person
from sapa.calls.agent_reading import agent_days
from sapa.calls.tests.lines import come
from sapa.desk.sheets.agent_days import AgentsWanted, agent_sheet

pytestmark = pytest.mark.django_db
CHANGES = [
    ("Europe/Warsaw", date(2026, 3, 29), 23),
    ("Europe/Warsaw", date(2026, 10, 25), 25),
    ("America/New_York", date(2026, 3, 8), 23),
    ("America/New_York", date(2026, 11, 1), 25),
    ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
    ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
]


def seconds(on: date, zone: str, hour: int) -> int:
    return int(datetime(on.year, on.month, on.day, hour, tzinfo=ZoneInfo(zone)).timestamp())


@pytest.mark.parametrize(("zone", "on", "hours"), CHANGES)
def test_a_day_is_as_long_as_the_clock_makes_it(
    tmp_path: Path, bogdan: Person, zone: str, on: date, hours: float
) -> None:
    before, after = on - timedelta(days=1), on + timedelta(days=1)
    noon = seconds(on, zone, 12)
    told = [
        (seconds(before, zone, 9), "ADDMEMBER", ""),
        (noon, "PAUSE", "Lunch"),
        (noon + 1_800, "UNPAUSE", ""),
        (seconds(after, zone, 9), "REMOVEMEMBER", ""),
    ]
    come(tmp_path, "queue_log", b"".join(f"{at}|NONE|sales|Ann|{event}|{data}\n".encode() for at, event, data in told))
    with timezone.override(ZoneInfo(zone)):
        days = {one.on: one.figures for one in agent_days(bogdan, before, after)}
        sheet = agent_sheet(bogdan, AgentsWanted(on))
    assert {day: figures.logged_in_s for day, figures in days.items()} == {
        before: 15 * 3600,
        on: hours * 3600,
        after: 9 * 3600,
    }
    assert days[on].pauses_s == {"Lunch": 1_800}
    (row,) = sheet.rows
    assert row.bar[0].x == 0
    assert row.bar[0].width == pytest.approx(1_000)
    assert [tick.label for tick in sheet.ticks] == sorted(tick.label for tick in sheet.ticks)
