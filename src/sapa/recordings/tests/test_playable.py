"""What the player gets when no browser plays the files as they came, and which those are."""

from __future__ import annotations

import errno
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sapa.recordings import listening
from sapa.recordings.decoders import decode
from sapa.recordings.listening import listening_copy
from sapa.recordings.playable import media_type_playable
from sapa.recordings.tests.legs import NAMES, SAMPLES
from sapa.recordings.tests.sounds import FLOAT, MULAW, of, riff, tone, wav
from sapa.recordings.types import PLACE_EVERY_S, Audio

TONES = (tone(400, duration_s=2.0), tone(900, duration_s=2.0))
ODD = wav(TONES, form=MULAW, bits=8)


@pytest.mark.parametrize(
    ("content", "form", "media_type"),
    [
        (wav(TONES), "wav/pcm_s16le", "audio/wav"),
        (wav(TONES, bits=8), "wav/pcm_u8", "audio/wav"),
        (wav(TONES, bits=24), "wav/pcm_s24le", "audio/wav"),
        (wav(TONES, form=FLOAT, bits=32), "wav/pcm_f32le", None),
        (ODD, "wav/pcm_mulaw", None),
        (wav(TONES).replace(b"RIFF", b"RF64", 1), "wav/pcm_s16le", None),
        (riff(b"", 2), "wav/pcm_s16le", None),
        (wav(TONES)[:30], "wav/pcm_s16le", None),
        (b"fLaC\0\0\0\x22" + bytes(13) + b"\xf0\0\0\x10\0" + bytes(16), "flac/flac", "audio/flac"),
        (b"fLaC\0\0\0\x22" + bytes(13) + b"\xf0\0\0\0\0" + bytes(16), "flac/flac", None),
        (b"fLaC", "flac/flac", None),
        (b"ID3", "mp3/mp3float", None),
        (b"", "", None),
    ],
)
def test_only_what_every_browser_plays_exactly_is_played_as_it_came(
    content: bytes, form: str, media_type: str | None
) -> None:
    assert media_type_playable(of(content), form, is_truncated=False) == media_type
    assert media_type_playable(of(content), form, is_truncated=True) is None


def test_the_copy_is_the_same_sound_to_the_bit() -> None:
    with (SAMPLES / NAMES[1]).open("rb") as source:
        audio = decode(source)
    copied = listening_copy(audio)
    with copied.content as content:
        again = decode(content)  # type: ignore[arg-type]
        size = content.seek(0, io.SEEK_END)
    assert again.samples.shape == audio.samples.shape
    assert float(np.abs(again.samples - audio.samples).max()) <= 1 / 32768
    assert size < 0.7 * audio.samples.size * 2
    assert len(copied.places) == int(audio.duration_s // PLACE_EVERY_S) + 1
    assert copied.places == sorted(copied.places)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate_hz", [4000, 8000, 11025, 44100, 192000])
def test_a_copy_is_made_at_every_rate_that_is_taken(channels: int, rate_hz: int) -> None:
    loud = np.full((channels, rate_hz // 2), 3.0, dtype=np.float32)  # beyond full scale
    copied = listening_copy(Audio(loud, rate_hz))
    with copied.content as content:
        again = decode(content)  # type: ignore[arg-type]
    assert (again.samples.shape, again.sample_rate_hz) == (loud.shape, rate_hz)


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch, refused: Callable[..., Any]) -> None:
    class FullDisk(io.BytesIO):
        def write(self, content: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(listening, "nameless_file", FullDisk)
    with refused("storage_write_failed"):
        listening_copy(Audio(np.zeros((2, 8000), dtype=np.float32), 8000))
