"""One sound from one file or two: mono, stereo, a file for each party, on one clock."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sapa.core.errors import SapaError
from sapa.recordings import composing
from sapa.recordings import sound as sounds
from sapa.recordings.composing import call_in_one_file, call_in_two_files, composed
from sapa.recordings.decoding.order import DecodeLimits
from sapa.recordings.tests.legs import NAMES, RATE_HZ, leaky, legs_of, wav_of
from sapa.recordings.tests.sounds import MULAW, loudest_hz, of, tone, wav
from sapa.recordings.types import Audio, Offset, OffsetSource, RecordedCall, Samples

LOW_HZ, HIGH_HZ = 400.0, 900.0


def leg(hz: float, duration_s: float, **form: Any) -> bytes:
    return wav([tone(hz, duration_s=duration_s, rate_hz=form.get("rate_hz", RATE_HZ))], **form)


def pair(customer: bytes, agent: bytes, told_s: float | None = None, **wanted: Any) -> RecordedCall:
    return call_in_two_files(of(customer), of(agent), told_s=told_s, **wanted)


def loud(recorded: RecordedCall, channel: int, start_s: float, end_s: float) -> float:
    rate_hz = recorded.audio.sample_rate_hz
    return float(np.abs(recorded.audio.samples[channel, round(start_s * rate_hz) : round(end_s * rate_hz)]).max())


def test_one_channel_is_a_call_in_which_nobody_is_told_apart() -> None:
    recorded = call_in_one_file(of(wav([tone(LOW_HZ)])))
    assert (recorded.is_mono, recorded.forms, recorded.offset) == (True, ("wav/pcm_s16le",), None)


def test_the_customer_is_on_the_first_channel_and_the_agent_on_the_second() -> None:
    recorded = pair(leg(LOW_HZ, 1), leg(HIGH_HZ, 1))
    found = [loudest_hz(channel, RATE_HZ) for channel in recorded.audio.samples]
    assert found == pytest.approx([LOW_HZ, HIGH_HZ], abs=5)
    assert recorded.offset == Offset(0.0, OffsetSource.SAME_LENGTH)


@pytest.mark.parametrize(
    ("told_s", "customer_at_s", "agent_at_s", "total_s"), [(0.5, 0, 0.5, 1.5), (-0.5, 0.5, 0, 2.5)]
)
def test_a_told_offset_puts_the_files_on_one_clock(
    told_s: float, customer_at_s: float, agent_at_s: float, total_s: float
) -> None:
    recorded = pair(leg(LOW_HZ, 2.0 if told_s < 0 else 1.5), leg(HIGH_HZ, 1.0), told_s)
    assert recorded.audio.duration_s == pytest.approx(total_s)
    assert recorded.offset == Offset(told_s, OffsetSource.TOLD)
    for channel, at_s in enumerate((customer_at_s, agent_at_s)):
        assert loud(recorded, channel, at_s, at_s + 0.9) > 0.4
        if at_s:
            assert loud(recorded, channel, 0, at_s - 0.01) == 0


def test_files_of_different_rates_and_forms_go_together() -> None:
    recorded = pair(leg(LOW_HZ, 1.0, form=MULAW, bits=8), leg(HIGH_HZ, 1.0, rate_hz=16000))
    assert recorded.audio.sample_rate_hz == 16000
    found = [loudest_hz(channel, 16000) for channel in recorded.audio.samples]
    assert found == pytest.approx([LOW_HZ, HIGH_HZ], abs=5)
    assert recorded.forms == ("wav/pcm_mulaw", "wav/pcm_s16le")


def test_what_the_sound_shows_is_found_and_what_it_does_not_is_assumed() -> None:
    later_s = 2.25
    customer, agent = leaky(legs_of(NAMES[1]), leak_db=-30)
    found = pair(wav_of(customer), wav_of(agent[round(later_s * RATE_HZ) :]))
    assert found.offset is not None
    assert found.offset.source is OffsetSource.SOUND
    assert found.offset.agent_s == pytest.approx(later_s, abs=0.02)
    clean, silent = legs_of(NAMES[1])
    assumed = pair(wav_of(clean), wav_of(silent[round(later_s * RATE_HZ) :]))
    assert assumed.offset == Offset(0.0, OffsetSource.ASSUMED)


def test_a_settled_offset_is_not_looked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composing, "offset_by_sound", None)
    settled = Offset(0.25, OffsetSource.SOUND)
    assert pair(leg(LOW_HZ, 3), leg(HIGH_HZ, 1), known=settled, sample_rate_hz=16000).offset == settled


@pytest.mark.parametrize(
    ("customer", "agent", "told_s", "code"),
    [
        (leg(LOW_HZ, 70), leg(HIGH_HZ, 10), None, "pair_lengths"),
        (leg(LOW_HZ, 5), leg(HIGH_HZ, 5), 5.0, "pair_apart"),
        (leg(LOW_HZ, 5), leg(HIGH_HZ, 5), -5.0, "pair_apart"),
        (wav([tone(LOW_HZ)] * 2), leg(HIGH_HZ, 1), None, "pair_not_mono"),
        (leg(LOW_HZ, 1), b"RIFF\0\0\0\0WAVEfmt ", None, "audio_empty"),
    ],
)
def test_files_that_are_no_pair_are_refused(customer: bytes, agent: bytes, told_s: float | None, code: str) -> None:
    with pytest.raises(SapaError) as caught:
        pair(customer, agent, told_s)
    assert caught.value.code in {code, "audio_unreadable" if code == "audio_empty" else code}


def test_a_short_leg_that_is_told_where_to_stand_is_taken() -> None:
    assert pair(leg(LOW_HZ, 70), leg(HIGH_HZ, 5), 60.0).audio.duration_s == 70


def test_the_whole_may_not_be_longer_than_a_recording(refused: Callable[..., Any]) -> None:
    leg_of_7_h = Audio(np.broadcast_to(np.float32(0), (1, 7 * 3600 * 10)), 10)
    with refused("audio_too_long"):
        composed(leg_of_7_h, leg_of_7_h, 6 * 3600.0)


def test_pieces_fit_together_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composing, "AT_ONCE_SAMPLES", 7)
    ramp = Audio((np.arange(1, 51)[None] / 100).astype(np.float32), 100)
    mixed = composed(ramp, ramp, 0.13).samples
    assert mixed[0].tolist() == [*ramp.samples[0].tolist(), *[0.0] * 13]
    assert mixed[1].tolist() == [*[0.0] * 13, *ramp.samples[0].tolist()]


def test_a_cut_off_leg_makes_the_whole_cut_off() -> None:
    whole = Audio(np.ones((1, 100), dtype=np.float32), 100)
    cut = Audio(np.ones((1, 100), dtype=np.float32), 100, is_truncated=True)
    assert (composed(whole, whole, 0).is_truncated, composed(whole, cut, 0).is_truncated) == (False, True)


QUIET = Audio(np.zeros((1, 8 * 1024 * 1024), dtype=np.float32), RATE_HZ)
SPOKEN = Audio(np.full((1, 1024 * 1024), 0.5, dtype=np.float32), RATE_HZ)


def test_a_whole_that_takes_more_than_a_recording_may_is_refused(
    monkeypatch: pytest.MonkeyPatch, refused: Callable[..., Any]
) -> None:
    monkeypatch.setattr(composing, "LIMITS", DecodeLimits(most_sound_mb=4))
    with refused("audio_too_large"):
        composed(SPOKEN, SPOKEN, 0.0)


def test_a_whole_leaves_the_disk_what_a_recording_must_leave_it(
    monkeypatch: pytest.MonkeyPatch, refused: Callable[..., Any]
) -> None:
    monkeypatch.setattr(composing, "LIMITS", DecodeLimits(space_kept_mb=1 << 40))
    with refused("storage_write_failed"):
        composed(SPOKEN, SPOKEN, 0.0)


def test_silence_of_both_takes_no_space(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []

    def seen(handle: int, **form: int) -> Samples:
        taken.append(os.fstat(handle).st_blocks * 512)
        return sounds.samples_in(handle, **form)

    monkeypatch.setattr(composing, "samples_in", seen)
    whole = composed(QUIET, SPOKEN, 0.0)
    assert taken[0] <= 1.5 * 2 * SPOKEN.samples.nbytes
    assert np.array_equal(whole.samples[0], QUIET.samples[0])
    assert np.array_equal(whole.samples[1, : 1024 * 1024], SPOKEN.samples[0])
    assert not whole.samples[1, 1024 * 1024 :].any()
