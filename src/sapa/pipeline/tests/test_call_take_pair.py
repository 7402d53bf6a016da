"""A call whose parties were recorded apart: two files, one call."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sapa.audit.models import AuditEntry
from sapa.calls.models import Call
from sapa.calls.types import CallFacts
from sapa.core.errors import SapaError
from sapa.pipeline.intake import AgentFile, call_take
from sapa.pipeline.tests.workbench import run_one, stages_of, stored_blobs, take, take_pair, tiny_wav

pytestmark = pytest.mark.django_db
CUSTOMER, AGENT = tiny_wav(1, channels=1), tiny_wav(2, channels=1)


def test_both_files_are_kept_as_they_came(data_dir: Path) -> None:
    call = take_pair().call
    parts = list(call.recording.parts.all())
    assert [(part.place, part.party, part.file_name) for part in parts] == [
        (0, "customer", "customer.wav"),
        (1, "agent", "agent.wav"),
    ]
    assert stored_blobs(data_dir) == sorted(part.blob_id for part in parts)
    assert (call.file_name, call.recording.agent_channel, call.recording.agent_channel_source) == (
        "customer.wav", 1, "told",
    )  # fmt: skip
    assert AuditEntry.objects.get(verb="call.taken").details["agent_file"] == "agent.wav"


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("told", [None, 2.5])
def test_the_same_pair_again_is_the_same_call(data_dir: Path, swapped: bool, told: float | None) -> None:
    first = take_pair()
    again = take_pair(swapped=swapped, agent_offset_s=told)
    assert (again.call, again.created) == (first.call, False)
    assert len(stored_blobs(data_dir)) == 2


@pytest.mark.parametrize("alone", [CUSTOMER, AGENT])
def test_one_of_the_two_that_comes_again_alone_is_their_call(alone: bytes, data_dir: Path) -> None:
    pair = take_pair(CUSTOMER, AGENT)
    again = take(alone)
    assert (again.call, again.created) == (pair.call, False)
    assert len(stored_blobs(data_dir)) == 2


def test_a_pair_is_a_call_of_its_own_though_one_of_its_files_came_alone_before(data_dir: Path) -> None:
    alone = take(AGENT).call
    pair = take_pair(CUSTOMER, AGENT).call
    assert alone != pair
    assert take(AGENT).call == alone


def test_the_same_leg_in_two_pairs_makes_two_calls() -> None:
    """The silence of a party that never spoke may be the same bytes in many calls."""
    assert take_pair(CUSTOMER, AGENT).call != take_pair(tiny_wav(3, channels=1), AGENT).call


def test_the_same_call_id_with_another_pair_is_a_conflict(data_dir: Path, refused: Callable[..., Any]) -> None:
    take_pair(external_id="17")
    with refused("call_conflict"):
        take_pair(tiny_wav(3, channels=1), external_id="17")
    assert len(stored_blobs(data_dir)) == 2


@pytest.mark.parametrize(
    ("customer", "agent", "code", "whose"),
    [
        (CUSTOMER, CUSTOMER, "pair_same_file", "are the same"),
        (b"", AGENT, "audio_empty", "The customer's file"),
        (CUSTOMER, b"", "audio_empty", "The agent's file"),
        (CUSTOMER, b"a letter, not a recording", "audio_unsupported", "The agent's file"),
    ],
)
def test_a_bad_pair_is_refused_and_nothing_is_kept(
    data_dir: Path, customer: bytes, agent: bytes, code: str, whose: str
) -> None:
    agent_file = AgentFile(io.BytesIO(agent), "a.wav")
    with pytest.raises(SapaError, match=whose) as caught:
        call_take(io.BytesIO(customer), file_name="c.wav", facts=CallFacts(), agent_file=agent_file)
    assert caught.value.code == code
    assert not Call.objects.exists()
    assert not (data_dir / "blobs").exists() or stored_blobs(data_dir) == []


@pytest.mark.parametrize(
    ("customer", "agent", "facts", "code"),
    [
        (tiny_wav(1, channels=2), AGENT, {}, "pair_not_mono"),
        (CUSTOMER, tiny_wav(2, channels=2), {}, "pair_not_mono"),
        (CUSTOMER, AGENT[:44], {}, "audio_empty"),
        (CUSTOMER, AGENT, {"agent_offset_s": 60.0}, "pair_apart"),
        (CUSTOMER, AGENT, {"agent_offset_s": -60.0}, "pair_apart"),
    ],
)
def test_a_pair_that_does_not_fit_fails_at_its_stage(
    customer: bytes, agent: bytes, facts: dict[str, Any], code: str
) -> None:
    call = take_pair(customer, agent, **facts).call
    run_one()
    assert stages_of(call) == {"recording": "failed"}
    assert call.stage_rows.get().error_code == code
