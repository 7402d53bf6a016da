"""A local time of a phone system is the moment it was, in the nights when clocks are changed, too."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from sapa.calls.connectors.asterisk.clock import moment_of

CHANGES = {
    "Europe/Warsaw": ("2026-10-25T01:00", "2026-03-29T01:00"),
    "Europe/London": ("2026-10-25T01:00", "2026-03-29T01:00"),
    "America/New_York": ("2026-11-01T06:00", "2026-03-08T07:00"),
    "America/Santiago": ("2026-04-05T03:00", "2026-09-06T04:00"),
    "Australia/Lord_Howe": ("2026-04-04T15:00", "2026-10-03T15:30"),
    "Asia/Almaty": ("2024-02-29T18:00", "2004-03-27T20:00"),
}
"""Zone → when its clocks went back and forward (UTC); Lord Howe's by half an hour, Almaty's for ever."""


def _moments(name: str) -> list[float]:
    return [
        datetime.fromisoformat(change).replace(tzinfo=UTC).timestamp() + minutes * 60 + 0.25
        for change in CHANGES[name]
        for minutes in range(-150, 151, 7)
    ]


@pytest.mark.parametrize("name", CHANGES)
def test_every_moment_of_those_nights_is_found_again(name: str) -> None:
    zone = ZoneInfo(name)
    for at in _moments(name):
        written = datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M:%S.%f")
        for made_before_s in (0, 5, 1500):
            assert moment_of(written, zone, f"pbx-{int(at) - made_before_s}.17") == at, written


@pytest.mark.parametrize("name", CHANGES)
def test_their_clocks_were_changed_on_those_nights(name: str) -> None:
    """Else the test above would say nothing."""
    for change in CHANGES[name]:
        at = datetime.fromisoformat(change).replace(tzinfo=UTC).timestamp()
        before, after = (datetime.fromtimestamp(at + seconds, ZoneInfo(name)).utcoffset() for seconds in (-1, 0))
        assert before != after


def test_seconds_since_1970_need_no_zone() -> None:
    assert moment_of("1795286821.104233", ZoneInfo("Europe/Warsaw"), "1795286821.0") == 1795286821.104233
