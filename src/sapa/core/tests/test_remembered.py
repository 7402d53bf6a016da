"""What is remembered for a while."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from sapa.core import remembered
from sapa.core.remembered import Remembered


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    clock = SimpleNamespace(now_s=5.0)
    monkeypatch.setattr(remembered, "time", SimpleNamespace(monotonic=lambda: clock.now_s))
    return clock


def test_it_is_forgotten_when_its_time_is_over(clock: SimpleNamespace) -> None:
    kept: Remembered[int] = Remembered(60)
    assert kept.get("a") is None
    kept.put("a", 1)
    clock.now_s += 59
    assert (kept.get("a"), kept.get("b")) == (1, None)
    clock.now_s += 1
    assert kept.get("a") is None


def test_it_does_not_grow_without_end(clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST_KEYS", 3)
    kept: Remembered[int] = Remembered(60)
    for key in range(4):
        kept.put(key, key)
    assert [kept.get(key) for key in range(4)] == [None, None, None, 3]
