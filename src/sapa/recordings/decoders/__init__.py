"""Recordings to sound. The form is told by the first bytes of the file, never by its name, and only known forms,
known codecs and one stream of sound are ever opened, in a child process that can reach nothing (ADR 10).

One more form costs a line in `FORMS` and one in `container_of`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from sapa.recordings.decoding.order import DecodeLimits
from sapa.recordings.errors import AudioEmpty, AudioUnsupported
from sapa.recordings.types import Audio

HEAD_BYTES = 16
LIMITS = DecodeLimits()


@dataclass(frozen=True)
class Form:
    """`demuxer` and `codecs` by FFmpeg's names; nothing else is opened in such a file."""

    demuxer: str
    codecs: tuple[str, ...]
    suffixes: tuple[str, ...]


_PCM = ("pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le", "pcm_alaw", "pcm_mulaw")
_ADPCM = ("adpcm_ms", "adpcm_ima_wav", "g722", "g726")
_MP3 = ("mp3float", "mp3")
_AMR = ("amrnb", "amrwb")
FORMS: dict[str, Form] = {
    "wav": Form(
        "wav",
        (*_PCM, "gsm_ms", *_ADPCM, *_MP3),
        (".wav", ".wav49"),
    ),
    "mp3": Form("mp3", _MP3, (".mp3",)),
    "ogg": Form("ogg", ("opus", "vorbis", "speex", "flac"), (".ogg", ".oga", ".opus", ".spx")),
    "flac": Form("flac", ("flac",), (".flac",)),
    "mp4": Form("mov", ("aac", "alac", *_MP3, "opus", *_AMR), (".m4a", ".mp4", ".3gp")),
    "amr": Form("amr", _AMR, (".amr", ".awb")),
}
SUFFIXES = frozenset(suffix for form in FORMS.values() for suffix in form.suffixes)


def container_of(head: bytes) -> str | None:
    """The container that these first `HEAD_BYTES` belong to, or None. A tag of ID3 stands before an MP3."""
    if head[:4] in {b"RIFF", b"RF64"} and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"OggS":
        return "ogg"
    if head[:4] == b"fLaC":
        return "flac"
    if head[4:8] == b"ftyp":
        return "mp4"
    if head.startswith((b"#!AMR\n", b"#!AMR-WB\n")):
        return "amr"
    if head[:3] == b"ID3" or _is_mp3_frame(head):
        return "mp3"
    return None


def decode(source: BinaryIO, *, sample_rate_hz: int | None = None) -> Audio:
    """Decode from the start of `source`, resampled when a rate is asked for.

    Long sound is not in memory but in a file without a name; see `sapa.recordings.sound`. Raises what
    docs/recordings.md lists.
    """
    from sapa.recordings.decoding.client import decode_apart

    source.seek(0)
    head = source.read(HEAD_BYTES)
    source.seek(0)
    if not head:
        raise AudioEmpty
    container = container_of(head)
    if container is None:
        raise AudioUnsupported("This is not a form of audio that is taken here.")
    return decode_apart(source, container, sample_rate_hz=sample_rate_hz, limits=LIMITS)


def _is_mp3_frame(head: bytes) -> bool:
    """Eleven bits of sync, layer III, and a bit rate and sample rate that exist (ISO 11172-3 §2.4.1.3)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bit_rate, sample_rate = head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and layer == 1 and bit_rate not in {0, 15} and sample_rate != 3
