"""A mono recording and a pair of files through the whole line, with a known talk in place of the speech model."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sapa.accounts.models import Person
from sapa.analytics.selectors import measures_of
from sapa.calls.models import Call
from sapa.pipeline.call_json import call_as_json
from sapa.pipeline.services import agent_channel_tell
from sapa.pipeline.tests.graded_shape import assert_is_shaped
from sapa.pipeline.tests.workbench import run_all, stages_of, take, take_pair
from sapa.scorecards.models import MarkRecord
from sapa.scorecards.services import scorecards_ship

pytestmark = pytest.mark.usefixtures("db", "spoken")
NEEDS_NOBODY = {"silence_share", "longest_silence_s"}


def channels_of(content: bytes) -> list[bytes]:
    """Each channel of a WAV file as a mono one, and at last both in one."""
    with wave.open(io.BytesIO(content)) as source:
        rate_hz, frames = source.getframerate(), source.readframes(source.getnframes())
    samples = np.frombuffer(frames, dtype="<i2").reshape(-1, 2)
    files = []
    for lane in (samples[:, 0], samples[:, 1], samples.sum(axis=1).clip(-32768, 32767).astype("<i2")):
        out = io.BytesIO()
        with wave.open(out, "wb") as target:
            target.setparams((1, 2, rate_hz, 0, "NONE", ""))
            target.writeframes(lane.tobytes())
        files.append(out.getvalue())
    return files


@pytest.fixture
def mono(short_wav: bytes, data_dir: Path) -> Call:
    scorecards_ship()
    call = take(channels_of(short_wav)[2]).call
    run_all()
    return Call.objects.get(pk=call.pk)


def test_a_mono_call_comes_through_with_what_can_be_known(mono: Call) -> None:
    assert set(stages_of(mono).values()) == {"done"}
    told = call_as_json(mono)
    assert told is not None
    assert_is_shaped([told])
    assert told["recording"] == {
        "channels": 1, "forms": ["wav/pcm_s16le"], "is_truncated": False, "agent_offset_s": None,
        "agent_offset_source": None,
    }  # fmt: skip
    assert {turn["speaker"] for turn in told["turns"]} == {"unknown"}
    assert {key for key, value in measures_of(mono).items() if value is not None} == NEEDS_NOBODY


def test_its_marks_abstain_with_the_reason(mono: Call) -> None:
    codes = {mark.reason["code"]: mark.state for mark in MarkRecord.objects.filter(evaluation__call=mono)}
    assert codes["recording_mono"] == "abstained"
    assert "parties_unknown" not in codes


def test_nobody_tells_who_the_agent_of_a_mono_call_is(mono: Call, bogdan: Person, refused: Callable[..., Any]) -> None:
    with refused("recording_mono"):
        agent_channel_tell(bogdan, mono, 0)
    assert set(stages_of(mono).values()) == {"done"}


def test_a_channel_told_for_a_mono_recording_is_of_no_account(short_wav: bytes, data_dir: Path) -> None:
    call = take(channels_of(short_wav)[2], agent_channel=1).call
    run_all()
    assert set(stages_of(call).values()) == {"done"}
    assert Call.objects.get(pk=call.pk).recording.agent_channel is None


def test_a_pair_comes_through_like_a_recording_of_two_channels(short_wav: bytes, data_dir: Path) -> None:
    scorecards_ship()
    customer, agent, _both = channels_of(short_wav)
    pair, whole = take_pair(customer, agent).call, take(short_wav, agent_channel=1).call
    run_all()
    told, same = (call_as_json(Call.objects.get(pk=call.pk)) for call in (pair, whole))
    assert told is not None
    assert same is not None
    assert_is_shaped([told])
    assert told["recording"]["agent_offset_source"] == "same_length"
    for part in ("turns", "measures", "tags", "evaluation"):
        assert told[part] == same[part]
