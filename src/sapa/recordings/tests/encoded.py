"""Recordings in every form that is taken, made by the encoders at hand; those without an encoder are made by hand."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np

from sapa.recordings.decoding.promise import ogg_sum
from sapa.recordings.tests.sounds import FLOAT, MULAW, RATE_HZ, Wave, tone, wav

GSM_MS, IMA_ADPCM, MS_ADPCM = 0x31, 0x11, 0x02  # RFC 2361
TWO_PARTIES = (tone(400.0), tone(1000.0))


def encoded_as(
    muxer: str, encoder: str, channels: Sequence[Wave] = TWO_PARTIES, *, rate_hz: int = RATE_HZ, **options: str
) -> bytes:
    with TemporaryDirectory() as folder:
        place = Path(folder) / "sound"
        _encode(place, muxer, encoder, channels, rate_hz, options)
        return place.read_bytes()


def _encode(
    place: Path, muxer: str, encoder: str, channels: Sequence[Wave], rate_hz: int, options: dict[str, str]
) -> None:
    with av.open(str(place), "w", format=muxer, options=options) as container:
        layout = {1: "mono", 2: "stereo"}[len(channels)]
        stream = container.add_stream(encoder, rate=rate_hz, layout=layout, options=options)
        assert isinstance(stream, av.AudioStream)
        stream.codec_context.open()  # only then the encoder says how long its frames are
        sound = np.ascontiguousarray(np.stack(channels, axis=1).reshape(1, -1).astype(np.float32))
        frame = av.AudioFrame.from_ndarray(sound, format="flt", layout=layout)
        frame.sample_rate = rate_hz
        fitted = av.AudioResampler(
            stream.format, stream.layout, rate_hz, frame_size=stream.codec_context.frame_size or 0
        )
        given = 0
        for piece in [*fitted.resample(frame), *fitted.resample(None)]:
            piece.pts, piece.time_base = given, Fraction(1, rate_hz)  # Vorbis takes these for the times of its pages
            given += piece.samples
            container.mux([packet for packet in stream.encode(piece) if packet.size])
        container.mux([packet for packet in stream.encode(None) if packet.size])


def film(seconds: int = 1) -> bytes:
    """MP4 with a moving picture and no sound."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=5)
        assert isinstance(stream, av.VideoStream)
        stream.width = stream.height = 32
        for number in range(5 * seconds):
            picture = np.full((32, 32, 3), 40 * number % 255, dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        container.mux(stream.encode(None))
    return out.getvalue()


def gsm_wav(frames: int = 50) -> bytes:
    """ "wav49": two GSM 06.10 frames in 65 bytes, 40 ms; what they say is noise."""
    body = np.random.default_rng(49).integers(0, 256, 65 * frames, dtype=np.uint8).tobytes()
    fmt = struct.pack("<HHIIHHHH", GSM_MS, 1, RATE_HZ, 1625, 65, 0, 2, 320)
    return _riff_of(fmt, body)


def amr_wide(frames: int = 50) -> bytes:
    """AMR-WB at 6.6 kbit/s (RFC 4867 §5): frames of 17 bytes behind a byte that says so, 20 ms each."""
    noise = np.random.default_rng(66).integers(0, 256, (frames, 17), dtype=np.uint8)
    return b"#!AMR-WB\n" + b"".join(b"\x04" + frame.tobytes() for frame in noise)


def speex(packets: int = 50) -> bytes:
    """Ogg with narrow-band Speex (speex.org manual, §7): 20 ms packets of mode 1, comfort noise."""
    head = b"Speex   " + b"1.2".ljust(20, b"\0")
    head += struct.pack("<IIIIIIIIIIIII", 1, 80, RATE_HZ, 0, 4, 1, 0xFFFFFFFF, 160, 0, 1, 0, 0, 0)
    comment = struct.pack("<I", 4) + b"Sapa" + struct.pack("<I", 0)
    packet = bytes([0b00001_000, 0, 0, 0, 0b0_01111_00])
    pages = [_page(head, 0, 0, 2), _page(comment, 1, 0, 0)]
    for number in range(1, packets + 1):
        pages += [_page(packet, number + 1, 160 * number, 4 if number == packets else 0)]
    return b"".join(pages)


def with_id3(content: bytes, size: int, *, claimed: int | None = None) -> bytes:
    """An ID3v2.4 tag of `size` bytes before it, as a cover picture takes."""
    told = size if claimed is None else claimed
    place = bytes(told >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\0\0" + place + b"\xff" * size + content


def _riff_of(fmt: bytes, body: bytes) -> bytes:
    chunks = b"fmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def _page(packet: bytes, number: int, granule: int, flags: int) -> bytes:
    """One page of Ogg (RFC 3533 §6) with its check sum."""
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, 7, number, 0, 1) + bytes([len(packet)])
    page = head + packet
    return page[:22] + struct.pack("<I", ogg_sum(page)) + page[26:]


EVERY_FORM: dict[str, bytes] = {
    "wav, A-law by FFmpeg": encoded_as("wav", "pcm_alaw"),
    "wav, Microsoft ADPCM": encoded_as("wav", "adpcm_ms"),
    "wav, IMA ADPCM": encoded_as("wav", "adpcm_ima_wav"),
    "wav, MP3": encoded_as("wav", "libmp3lame", rate_hz=16_000, channels=(tone(400.0, rate_hz=16_000),) * 2),
    "mp3": encoded_as("mp3", "libmp3lame"),
    "mp3 behind ID3": with_id3(encoded_as("mp3", "libmp3lame", id3v2_version="0"), 70_000),
    "mp3 without a count": encoded_as("mp3", "libmp3lame", write_xing="0", id3v2_version="0"),
    "ogg, Opus": encoded_as("ogg", "libopus", page_duration="200000"),
    "ogg, Vorbis": encoded_as("ogg", "vorbis", strict="experimental", page_duration="200000"),
    "ogg, FLAC": encoded_as("ogg", "flac", page_duration="200000"),
    "flac": encoded_as("flac", "flac"),
    "m4a, AAC": encoded_as("ipod", "aac"),
    "m4a, AAC, index first": encoded_as("ipod", "aac", movflags="faststart"),
    "m4a, in fragments": encoded_as("mp4", "aac", movflags="frag_keyframe+empty_moov"),
    "m4a, Apple Lossless": encoded_as("ipod", "alac"),
    "amr": encoded_as("amr", "libopencore_amrnb", (tone(400.0),)),
    "amr in 3gp": encoded_as("3gp", "libopencore_amrnb", (tone(400.0),)),
    "amr, wide": amr_wide(),
    "wav, GSM 06.10": gsm_wav(),
    "ogg, Speex": speex(),
    "wav, 16 bits": wav(TWO_PARTIES),
    "wav, 24 bits": wav(TWO_PARTIES, bits=24),
    "wav, float": wav(TWO_PARTIES, form=FLOAT, bits=32),
    "wav, µ-law": wav(TWO_PARTIES, form=MULAW, bits=8),
}


def _noisy(hz: float) -> Wave:
    """Eight seconds that no encoder makes small, so that damage in the middle meets sound."""
    return tone(hz, duration_s=LONGER_S, level=0.3) + 0.05 * np.random.default_rng(5).standard_normal(
        LONGER_S * RATE_HZ
    )


LONGER_S = 8
_NOISY = (_noisy(400.0), _noisy(1000.0))
LONGER_FORMS: dict[str, bytes] = {
    "ogg, Opus": encoded_as("ogg", "libopus", _NOISY, page_duration="200000"),
    "ogg, Vorbis": encoded_as("ogg", "vorbis", _NOISY, strict="experimental", page_duration="200000"),
    "ogg, FLAC": encoded_as("ogg", "flac", _NOISY, page_duration="200000"),
    "ogg, Speex": speex(50 * LONGER_S),
    "flac": encoded_as("flac", "flac", _NOISY),
    "m4a, AAC": encoded_as("ipod", "aac", _NOISY),
    "m4a, in fragments": encoded_as("mp4", "aac", _NOISY, movflags="frag_keyframe+empty_moov"),
}
