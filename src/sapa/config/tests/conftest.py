from __future__ import annotations

from typing import Any

import pytest

from sapa.accounts import middleware
from sapa.accounts.models import Person
from sapa.calls.models import Call
from sapa.config.tests.access_world import MONITOR_TOKEN, World, world_made


@pytest.fixture
def world(
    call: Call, daniyar: Person, aigerim: Person, celina: Person, farida: Person, bogdan: Person,
    administrator: Person, settings: Any, monkeypatch: pytest.MonkeyPatch,
) -> World:  # fmt: skip
    monkeypatch.setattr(middleware, "SEEN_EVERY_S", 86_400)  # a slow machine asks for longer than the five minutes
    settings.SAPA_METRICS_TOKEN = MONITOR_TOKEN
    settings.SAPA_ASR_SECOND_MODEL = "bigger"
    people = {"daniyar": daniyar, "aigerim": aigerim, "celina": celina, "farida": farida, "bogdan": bogdan}
    return world_made(call, {**people, "admin": administrator})
