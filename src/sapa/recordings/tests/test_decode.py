from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sapa.core.errors import SapaError
from sapa.recordings import decoders
from sapa.recordings.composing import call_in_one_file
from sapa.recordings.decoders import container_of, decode
from sapa.recordings.decoding.order import DecodeLimits
from sapa.recordings.tests.sounds import ALAW, FLOAT, MULAW, PCM, RATE_HZ, loudest_hz, of, riff, tone, wav

LOW_HZ, HIGH_HZ = 400.0, 1000.0
STEREO = (tone(LOW_HZ), tone(HIGH_HZ))
EVERY_FORM = [(PCM, 8), (PCM, 16), (PCM, 24), (PCM, 32), (FLOAT, 32), (FLOAT, 64), (ALAW, 8), (MULAW, 8)]


@pytest.mark.parametrize(("form", "bits"), EVERY_FORM)
def test_every_form_of_sample_gives_the_same_sound(form: int, bits: int) -> None:
    audio = decode(of(wav(STEREO, form=form, bits=bits)))
    assert (audio.channels, audio.sample_rate_hz, audio.duration_s) == (2, RATE_HZ, 1.0)
    assert audio.samples.dtype == np.float32
    assert np.abs(audio.samples).max() == pytest.approx(0.5, abs=0.03)
    assert [loudest_hz(channel, RATE_HZ) for channel in audio.samples] == [LOW_HZ, HIGH_HZ]


@pytest.mark.parametrize("rate_hz", [8000, 11025, 16000, 44100, 48000])
@pytest.mark.parametrize("duration_s", [0.25, 1.0, 3.337])
def test_resampling_keeps_duration_and_the_order_of_channels(rate_hz: int, duration_s: float) -> None:
    channels = [tone(hz, duration_s=duration_s, rate_hz=rate_hz) for hz in (LOW_HZ, HIGH_HZ)]
    audio = decode(of(wav(channels, rate_hz=rate_hz)), sample_rate_hz=16_000)
    assert audio.sample_rate_hz == 16_000
    assert audio.duration_s == pytest.approx(duration_s, abs=0.001)
    assert [loudest_hz(channel, 16_000) for channel in audio.samples] == pytest.approx([LOW_HZ, HIGH_HZ], abs=5)


def test_one_silent_channel_stays_silent() -> None:
    audio = decode(of(wav((np.zeros(RATE_HZ), tone(LOW_HZ)))), sample_rate_hz=16_000)
    assert np.abs(audio.samples[0]).max() == 0
    assert np.abs(audio.samples[1]).max() > 0.4


@pytest.mark.parametrize("channels", [3, 4])
def test_more_channels_than_parties_are_refused(channels: int, refused: Callable[..., Any]) -> None:
    content = wav([tone(LOW_HZ)] * channels)
    assert decode(of(content)).channels == channels
    with refused("channels_unsupported"):
        call_in_one_file(of(content))


def test_it_decodes_from_the_start_wherever_the_file_was_left() -> None:
    source = of(wav(STEREO))
    source.seek(500)
    assert decode(source).duration_s == 1.0


def test_a_recording_cut_short_gives_what_is_there() -> None:
    content = wav(STEREO)
    audio = decode(of(content[: len(content) // 2]))
    assert audio.duration_s == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("more", [1, 2, 3])
def test_a_recording_that_ends_inside_a_frame_is_not_lost(more: int) -> None:
    """Packets are of 4096 bytes, so the last one here holds less than a frame."""
    audio = decode(of(riff(b"\1\2" * 4096 + b"\1" * more, 2)), sample_rate_hz=16_000)
    assert audio.duration_s == pytest.approx(2048 / RATE_HZ, abs=0.001)


def test_a_recording_whose_header_was_never_finished_is_read_to_its_end() -> None:
    """A phone system that dies leaves length 0 or 0xFFFFFFFF in the header (Asterisk, ffmpeg to a pipe)."""
    content = wav(STEREO)
    place = content.index(b"data") + 4
    for length in (0xFFFFFFFF, 0x7FFFFFFF):
        open_ended = content[:4] + struct.pack("<I", 0xFFFFFFFF) + content[8:place] + struct.pack("<I", length)
        assert decode(of(open_ended + content[place + 4 :])).duration_s == pytest.approx(1.0, abs=0.001)


@pytest.mark.parametrize("data", [b"", b"\0"])
def test_a_header_without_sound_is_empty(data: bytes, refused: Callable[..., Any]) -> None:
    with refused("audio_empty"):
        decode(of(riff(data, 2)))


def test_no_bytes_at_all_are_empty(refused: Callable[..., Any]) -> None:
    with refused("audio_empty"):
        decode(of(b""))


@pytest.mark.parametrize(
    "content",
    [
        b"This is a letter, not a recording.",
        b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n",
        b"ID3\x04\x00\x00\x00\x00\x00\x00",
        b"RIFF\x24\x00\x00\x00AVI LIST",
        b"RIFF",
        b"\0" * 64,
        b"concat:/etc/passwd|/etc/shadow",
    ],
)
def test_what_is_no_recording_is_refused_whatever_its_name(content: bytes, refused: Callable[..., Any]) -> None:
    with refused("audio_unsupported"):
        decode(of(content))


@pytest.mark.parametrize(
    "content",
    [
        wav(STEREO)[:12],
        wav(STEREO)[:20],
        wav(STEREO)[:12] + b"junk" * 20,
        riff(b"\1\2" * 500, 0),
        riff(b"\1\2" * 500, 2, rate_hz=0),
        riff(b"\1\2" * 500, 2, form=0xBEEF),
    ],
)
def test_a_broken_header_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(SapaError) as caught:
        decode(of(content))
    assert caught.value.code in {"audio_unreadable", "audio_empty", "audio_unsupported"}


def test_a_playlist_inside_a_recording_opens_nothing(tmp_path: Path) -> None:
    """The demuxer is forced, so a playlist after a WAV head is sound, not a list of files to open."""
    secret = tmp_path / "secret.wav"
    secret.write_bytes(wav(STEREO))
    playlist = f"#EXTM3U\n#EXTINF:1,\nfile://{secret}\n".encode() * 40
    audio = decode(of(riff(playlist, 2)))
    assert audio.duration_s == pytest.approx(len(playlist) // 4 / RATE_HZ)


def test_numbers_that_are_none_become_silence() -> None:
    """A float file may hold NaN or infinity; peaks and speech models cannot take them."""
    broken = tone(LOW_HZ)
    broken[100:200] = np.nan
    broken[300:400] = np.inf
    audio = decode(of(wav((broken, tone(HIGH_HZ)), form=FLOAT, bits=32)))
    assert np.isfinite(audio.samples).all()
    assert (audio.samples[0, 100:200] == 0).all()
    assert (audio.samples[0, 300:400] == 1).all()
    whole = np.r_[0:100, 200:300, 400 : len(broken)]
    assert audio.samples[0, whole] == pytest.approx(broken[whole])
    assert audio.samples[1] == pytest.approx(tone(HIGH_HZ))


@pytest.mark.parametrize(
    ("head", "container"),
    [
        (b"RIFF\0\0\0\0WAVEfmt ", "wav"),
        (b"RF64\xff\xff\xff\xffWAVEds64", "wav"),
        (b"RIFF\0\0\0\0AVI LIST", None),
        (b"OggS", "ogg"),
        (b"", None),
    ],
)
def test_the_container_is_known_by_its_first_bytes(head: bytes, container: str | None) -> None:
    assert container_of(head) == container


@pytest.mark.parametrize(("rate_hz", "channels"), [(1, 2), (3_999, 2), (400_000, 2), (8000, 9)])
def test_a_header_that_would_blow_up_memory_is_refused(
    rate_hz: int, channels: int, refused: Callable[..., Any]
) -> None:
    """Found by a file of 240 kB at "1 Hz" that took 16 GB at 16 kHz."""
    with refused("audio_unsupported"):
        decode(io.BytesIO(riff(bytes(240_000), channels, rate_hz=rate_hz)), sample_rate_hz=16_000)


def test_a_recording_longer_than_a_shift_is_refused(
    monkeypatch: pytest.MonkeyPatch, refused: Callable[..., Any]
) -> None:
    monkeypatch.setattr(decoders, "LIMITS", DecodeLimits(longest_h=1 / 3600))
    sound = io.BytesIO(wav([tone(440.0, duration_s=1.5)] * 2))
    with refused("audio_too_long"):
        decode(sound)


def test_a_refusal_does_not_tell_where_recordings_are_kept(tmp_path: Path) -> None:
    damaged = tmp_path / "blob"
    damaged.write_bytes(b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0" + b"\xff" * 40)
    with damaged.open("rb") as source, pytest.raises(SapaError) as caught:
        decode(source)
    assert str(tmp_path) not in caught.value.message
