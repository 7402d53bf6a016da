"""A real Asterisk with SIPp around it: the rows it writes are the calls that were made, and so is the sound."""

from __future__ import annotations

import json
import wave
from pathlib import Path
from typing import Any

import pytest

from sapa.calls.connectors.asterisk.site import Site
from sapa.calls.connectors.asterisk.story import derive
from sapa.calls.tests import test_golden_calls as golden_calls
from sapa.calls.types import DerivedCall
from tests.asterisk import golden, world
from tests.asterisk.scenarios import SCENARIOS, Scenario
from tests.asterisk.sounds import heard_in

SLACK_S = 0.7  # a busy machine answers later than it was told to
WHOLE_S = 1.1  # of waiting the queue counts whole seconds, so that a moment later may be a second more
DURATIONS = ("ring_s", "wait_s", "talk_s", "hold_s")
BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
TALKED = [
    ("answered_customer_hangs_up", "101"),
    ("answered_agent_hangs_up", "102"),
    ("not_answered_then_answered", "105"),
    ("overflow", "108"),
    ("two_in_parallel_first", "117"),
    ("two_in_parallel_second", "118"),
]
"""Scenarios and the telephone that took the call."""
FROM_OUTSIDE = [scenario.name for scenario in SCENARIOS if scenario.line or scenario.name == "two_in_parallel_second"]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("asterisk")
    world.run(out)
    golden.split(out, out / "calls")
    return out


def call_in(out: Path, name: str) -> DerivedCall:
    rows = golden_calls.rows_in(out / "calls" / name)
    call = derive(golden_calls.key_of(rows), rows, Site(region="KZ"))
    assert call is not None
    return call


def test_every_telephone_did_what_it_was_told(out: Path) -> None:
    assert (out / "failed.txt").read_text() == ""


@pytest.mark.parametrize("name", BY_NAME)
def test_its_rows_are_the_call_that_was_made(out: Path, name: str) -> None:
    seen = golden_calls.told(call_in(out, name))
    wanted: dict[str, Any] = json.loads((golden.GOLDEN / name / "call.json").read_text())
    for duration in DURATIONS:
        slack_s = WHOLE_S if duration == "wait_s" else SLACK_S
        assert seen.pop(duration) == pytest.approx(wanted.pop(duration), abs=slack_s), duration
    assert [agent[0] for agent in seen.pop("agents")] == [agent[0] for agent in wanted.pop("agents")]
    assert seen == wanted


@pytest.mark.parametrize(("name", "phone"), TALKED)
def test_each_party_is_on_its_own_leg(out: Path, name: str, phone: str) -> None:
    scenario: Scenario = BY_NAME[name]
    call = call_in(out, name)
    legs = {way: out / "monitor" / f"{call.key}-{way}.wav" for way in ("in", "out")}
    customer, agent = (out / "sent" / f"{who}.al" for who in (f"caller-{scenario.from_.lstrip('+')}", phone))
    assert heard_in(legs["in"], customer) > 0.7
    assert heard_in(legs["out"], agent) > 0.7
    assert heard_in(legs["in"], agent) < 0.4
    assert heard_in(legs["out"], customer) < 0.4


@pytest.mark.parametrize("name", FROM_OUTSIDE)
def test_who_called_is_on_the_leg_from_outside(out: Path, name: str) -> None:
    """Whoever took the call, led it on or held it, and where nobody did."""
    customer = out / "sent" / f"caller-{BY_NAME[name].from_.lstrip('+')}.al"
    assert heard_in(out / "monitor" / f"{call_in(out, name).key}-in.wav", customer) > 0.7


@pytest.mark.parametrize("name", FROM_OUTSIDE)
def test_the_legs_are_as_long_as_the_call(out: Path, name: str) -> None:
    call = call_in(out, name)
    assert call.ended_at is not None
    lengths = []
    for way in ("in", "out"):
        with wave.open(str(out / "monitor" / f"{call.key}-{way}.wav"), "rb") as sound:
            lengths.append(sound.getnframes() / sound.getframerate())
    assert lengths[0] == pytest.approx(lengths[1], abs=0.1)
    assert lengths[0] == pytest.approx(call.ended_at - call.started_at, abs=SLACK_S)
