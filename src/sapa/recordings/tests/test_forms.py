"""Every form that is taken, whole and cut short, decoded by the real thing."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sapa.recordings.decoders import FORMS, SUFFIXES, container_of, decode
from sapa.recordings.tests.encoded import EVERY_FORM, TWO_PARTIES, amr_wide, encoded_as, film, with_id3
from sapa.recordings.tests.sounds import RATE_HZ, loudest_hz, tone, wav

OF_NOISE = {"amr, wide", "wav, GSM 06.10", "ogg, Speex"}  # made by hand: there is no encoder for them
WITHOUT_PROMISE = {"mp3 without a count", "amr", "amr, wide"}  # nothing in them says how long they are
IN_ONE_PAGE = {"ogg, Vorbis"}  # a second of it is all there or not at all
NEEDS_ITS_END = {"m4a, AAC", "m4a, Apple Lossless", "amr in 3gp"}  # the index stands last


@pytest.mark.parametrize("form", EVERY_FORM)
def test_every_form_is_heard(form: str) -> None:
    audio = decode(io.BytesIO(EVERY_FORM[form]))
    assert not audio.is_truncated
    assert audio.duration_s == pytest.approx(2.0 if form == "wav, GSM 06.10" else 1.0, abs=0.16)
    assert np.isfinite(audio.samples).all()
    assert audio.codec


@pytest.mark.parametrize("form", sorted(EVERY_FORM.keys() - OF_NOISE - {"wav, MP3"}))
def test_each_party_stays_on_its_channel(form: str) -> None:
    audio = decode(io.BytesIO(EVERY_FORM[form]), sample_rate_hz=16_000)
    heard_hz = [loudest_hz(channel, 16_000) for channel in audio.samples]
    assert heard_hz == pytest.approx([400.0, 1000.0][: audio.channels], abs=5)


@pytest.mark.parametrize(
    "form", sorted(EVERY_FORM.keys() - WITHOUT_PROMISE - NEEDS_ITS_END - IN_ONE_PAGE - {"mp3 behind ID3"})
)
def test_a_recording_that_was_cut_short_says_so(form: str) -> None:
    content = EVERY_FORM[form]
    audio = decode(io.BytesIO(content[: round(len(content) * 0.6)]))
    assert audio.is_truncated
    assert 0 < audio.duration_s < 1.7


@pytest.mark.parametrize("form", sorted(NEEDS_ITS_END))
def test_one_that_lost_its_index_cannot_be_read(form: str, refused: Callable[..., Any]) -> None:
    with refused("audio_unreadable"):
        decode(io.BytesIO(EVERY_FORM[form][: len(EVERY_FORM[form]) // 2]))


def test_an_unfinished_wav_header_promises_nothing() -> None:
    content = wav(TWO_PARTIES)
    open_ended = content[:40] + b"\xff\xff\xff\xff" + content[44:]
    assert not decode(io.BytesIO(open_ended)).is_truncated


def test_a_tag_of_any_size_is_passed_over() -> None:
    tagged = with_id3(with_id3(EVERY_FORM["mp3"], 5), 3_000_000)
    assert decode(io.BytesIO(tagged)).container == "mp3"
    assert decode(io.BytesIO(with_id3(b"\0" * 500 + EVERY_FORM["flac"], 5))).container == "flac"


def test_a_tag_opens_no_other_door(refused: Callable[..., Any]) -> None:
    for inner in (EVERY_FORM["m4a, AAC"], wav(TWO_PARTIES), b"#EXTM3U\n"):
        with refused("audio_unsupported"):
            decode(io.BytesIO(with_id3(inner, 5)))


def test_silence_that_a_phone_did_not_send_keeps_its_time() -> None:
    """AMR's frames of type 15 hold nothing (3GPP TS 26.101 §4.1.3): here a second of them between two of tone."""
    spoken = EVERY_FORM["amr"].removeprefix(b"#!AMR\n")
    audio = decode(io.BytesIO(b"#!AMR\n" + spoken + b"\x7c" * 50 + spoken))
    assert audio.duration_s == pytest.approx(3.04, abs=0.01)
    assert not audio.is_truncated


def test_a_damaged_stretch_is_silence_and_is_told() -> None:
    content = bytearray(EVERY_FORM["flac"])
    for place in range(len(content) // 2, len(content) // 2 + 64):
        content[place] ^= 0x55
    audio = decode(io.BytesIO(bytes(content)))
    assert audio.is_truncated
    assert audio.duration_s > 0.5


def test_damage_inside_an_m4a_costs_no_more_than_its_packets() -> None:
    """AAC's decoder says of some of it -1, which reads as "not permitted" and refused the whole call."""
    noise = 0.1 * np.random.default_rng(5).standard_normal((2, 8 * RATE_HZ))
    content = encoded_as("ipod", "aac", list(noise))
    for seed in range(24):
        chance, damaged = random.Random(seed), bytearray(content)
        for _ in range(6):
            damaged[chance.randrange(len(content) // 3, len(content) * 2 // 3)] ^= chance.randrange(1, 256)
        audio = decode(io.BytesIO(bytes(damaged)))
        assert audio.duration_s == decode(io.BytesIO(content)).duration_s


def test_a_film_is_not_heard_but_the_sound_of_one_is(refused: Callable[..., Any]) -> None:
    with refused("audio_unsupported"):
        decode(io.BytesIO(film()))


def test_sound_that_changes_its_rate_on_the_way_goes_on() -> None:
    slow, fast = (encoded_as("mp3", "libmp3lame", [tone(400.0, rate_hz=hz)] * 2, rate_hz=hz) for hz in (8000, 16_000))
    audio = decode(io.BytesIO(slow + fast), sample_rate_hz=RATE_HZ)
    assert audio.duration_s > 1.0


@pytest.mark.parametrize("form", EVERY_FORM)
def test_the_container_is_known_by_its_first_bytes(form: str) -> None:
    assert container_of(EVERY_FORM[form][:16]) in FORMS


def test_suffixes_are_small_letters_behind_a_dot() -> None:
    assert {".wav", ".mp3", ".ogg", ".opus", ".flac", ".m4a", ".amr"} <= SUFFIXES
    assert all(suffix == suffix.lower() and suffix[0] == "." for suffix in SUFFIXES)


def test_wide_amr_comes_at_its_own_rate() -> None:
    assert decode(io.BytesIO(amr_wide())).sample_rate_hz == 16_000
