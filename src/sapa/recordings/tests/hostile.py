"""Damaged and hostile recordings, made the same on every run: what a broken phone system or an enemy may hand in.

Large ones are sparse files, so that hours of silence cost no disk.
"""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sapa.recordings.tests.encoded import EVERY_FORM, LONGER_FORMS, film, with_id3
from sapa.recordings.tests.sounds import FLOAT, PCM, RATE_HZ, riff, tone, wav

SEED = 20_261_124
SMALL_CUTS = range(24)
STEPS = 10
RANDOM_BYTES = 4096
MIDDLE_DAMAGES = 4
MAGICS = {
    "wav": b"RIFF\x24\x10\0\0WAVEfmt ",
    "rf64": b"RF64\xff\xff\xff\xffWAVEds64",
    "ogg": b"OggS\0\x02",
    "flac": b"fLaC\0\0\0\x22",
    "mp4": b"\0\0\0\x20ftypM4A ",
    "amr": b"#!AMR\n",
    "amr wide": b"#!AMR-WB\n",
    "mp3": b"\xff\xfb\x90\x64",
    "id3": b"ID3\x04\0\0\0\0\0\0",
}


@dataclass(frozen=True)
class Hostile:
    """`size_bytes` when the file is longer than `content`: the rest is a hole. `whole` is the same file undamaged,
    where damage must not change its length and must be told."""

    name: str
    content: bytes
    size_bytes: int = 0
    whole: bytes = b""

    def write(self, folder: Path) -> Path:
        path = folder / "hostile.wav"
        path.write_bytes(self.content)
        if self.size_bytes:
            with path.open("r+b") as out:
                out.truncate(self.size_bytes)
        return path


def hostile_files(address: str) -> Iterator[Hostile]:
    """`address` is where whoever follows a link would connect to."""
    yield from cut_everywhere()
    yield from lying_headers()
    yield from noise()
    yield from flipped_bits()
    yield from damaged_in_the_middle()
    yield from disguises(address)
    yield from boxes(address)
    yield from oddities()
    yield from giants()


def cut_everywhere() -> Iterator[Hostile]:
    for form, content in EVERY_FORM.items():
        for place in sorted({*SMALL_CUTS, *range(24, len(content), max(1, len(content) // STEPS))}):
            yield Hostile(f"{form}, cut at {place}", content[:place])


def lying_headers() -> Iterator[Hostile]:
    """A WAV header that is wrong in one place (offsets of the canonical 44 bytes)."""
    good = wav((tone(400.0), tone(1000.0)))
    wrong: dict[str, tuple[int, str, tuple[int, ...]]] = {
        "riff size": (4, "<I", (0, 1, 35, 0x7FFFFFFF, 0xFFFFFFFF)),
        "fmt size": (16, "<I", (0, 1, 14, 15, 17, 18, 40, 41, 0x7FFFFFFF, 0xFFFFFFFF)),
        "form": (20, "<H", (0, 2, 0x11, 0x31, 0x45, 0x50, 0x55, 0x161, 0x2001, 0xFFFE, 0xFFFF)),
        "channels": (22, "<H", (0, 1, 3, 8, 9, 255, 256, 32768, 65535)),
        "rate": (24, "<I", (0, 1, 3_999, 4_000, 96_000, 192_000, 192_001, 0x7FFFFFFF, 4_000_000_000, 0xFFFFFFFF)),
        "bytes a second": (28, "<I", (0, 1, 0xFFFFFFFF)),
        "frame bytes": (32, "<H", (0, 1, 3, 65535)),
        "bits": (34, "<H", (0, 1, 7, 8, 12, 17, 24, 32, 63, 64, 255, 65535)),
        "data size": (40, "<I", (0, 1, 2, 3, 31_999, 32_001, 0x7FFFFFFE, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF)),
    }
    for field, (place, form, values) in wrong.items():
        for value in values:
            packed = struct.pack(form, value)
            yield Hostile(f"wav, {field} {value}", good[:place] + packed + good[place + len(packed) :])


def noise() -> Iterator[Hostile]:
    chance = random.Random(SEED)
    for number in range(20):
        yield Hostile(f"noise {number}", chance.randbytes(chance.randint(1, RANDOM_BYTES)))
    for name, magic in MAGICS.items():
        for number in range(8):
            yield Hostile(f"noise {number} behind {name}", magic + chance.randbytes(RANDOM_BYTES))


def flipped_bits() -> Iterator[Hostile]:
    chance = random.Random(SEED + 1)
    for form, content in EVERY_FORM.items():
        for number in range(8):
            damaged = bytearray(content)
            reach = len(content) if number % 2 else min(len(content), 256)  # half of them in the head
            for _ in range(2 ** (number // 2)):
                damaged[chance.randrange(reach)] ^= 1 << chance.randrange(8)
            yield Hostile(f"{form}, bits flipped {number}", bytes(damaged))


def damaged_in_the_middle() -> Iterator[Hostile]:
    """As a bad disk leaves it: what is behind the damage must stay at its time."""
    chance = random.Random(SEED + 2)
    for form, content in LONGER_FORMS.items():
        for number in range(MIDDLE_DAMAGES):
            damaged = bytearray(content)
            flips = 8 if form.startswith("m4a") else 2**number  # AAC has no check sums: some damage is heard only
            for _ in range(flips):
                damaged[chance.randrange(len(content) // 3, len(content) * 2 // 3)] ^= chance.randrange(1, 256)
            yield Hostile(f"{form}, bytes flipped in the middle {number}", bytes(damaged), whole=content)
        if form in {"ogg, Opus", "ogg, Vorbis", "ogg, FLAC"}:
            yield Hostile(f"{form}, bytes flipped in the middle, chained", bytes(damaged) + content, whole=content * 2)


def disguises(address: str) -> Iterator[Hostile]:
    """Things that are no recordings, as they are and behind heads that say they are."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("call.wav", wav([tone(400.0)] * 2))
    texts = {
        "playlist": f"#EXTM3U\n#EXTINF:10,\n{address}/a.wav\n#EXTINF:10,\nfile:///etc/passwd\n",
        "encrypted playlist": f'#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="{address}/key"\n#EXTINF:9,\n{address}/a.ts\n',
        "concat list": f"ffconcat version 1.0\nfile '{address}/a.wav'\nfile /etc/passwd\n",
        "concat name": "concat:/etc/passwd|/etc/shadow",
        "session": f"v=0\nc=IN IP4 127.0.0.1\nm=audio {address.rpartition(':')[2]} RTP/AVP 0\n",
        "dash": f'<?xml version="1.0"?><MPD><BaseURL>{address}/</BaseURL></MPD>',
        "page": f'<!doctype html><audio src="{address}/a.wav">',
        "picture of vectors": f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{address}/a"/></svg>',
        "shell": "#!/bin/sh\ncurl " + address,
    }
    things = {name: text.encode() * 8 for name, text in texts.items()} | {
        "archive": archive.getvalue(),
        "gif": b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;",
        "program": b"\x7fELF\x02\x01\x01" + bytes(200),
        "film": film(),
    }
    for name, content in things.items():
        yield Hostile(name, content)
        yield Hostile(f"{name} in wav", riff(content, 2))
        yield Hostile(f"{name} behind id3", with_id3(content, 32))
        yield Hostile(f"{name} behind wav head", MAGICS["wav"] + content)


def boxes(address: str) -> Iterator[Hostile]:
    """MP4 with boxes that lie. The index stands last, so that its length may change."""
    content = EVERY_FORM["m4a, AAC"]
    sample_sizes = content.index(b"stsz") + 12
    for count in (0, 1, 10_000, 0x00FFFFFF, 0x7FFFFFFF, 0xFFFFFFFF):
        lied = content[:sample_sizes] + struct.pack(">I", count) + content[sample_sizes + 4 :]
        yield Hostile(f"m4a, {count} samples", lied)
    for box in (b"moov", b"trak", b"mdat", b"stsd", b"stts", b"stsc", b"stco", b"mp4a", b"esds", b"mdhd", b"hdlr"):
        place = content.index(box) - 4
        for size in (0, 1, 7, 8, 0x7FFFFFFF, 0xFFFFFFFF):
            yield Hostile(
                f"m4a, {box.decode()} of {size}", content[:place] + struct.pack(">I", size) + content[place + 4 :]
            )
    for link in (address, "file:///etc/passwd", "/etc/passwd"):
        yield Hostile(f"m4a, sound elsewhere: {link.partition(':')[0]}", _with_reference(content, link))
    nested = b""
    for _ in range(2000):
        nested = struct.pack(">I4s", len(nested) + 8, b"moov") + nested
    yield Hostile("m4a, nested 2000 deep", content[:32] + nested)
    track = content[content.index(b"trak") - 4 :]
    tracks = track[: struct.unpack(">I", track[:4])[0]] * 500
    yield Hostile("m4a, 500 tracks", content[:32] + struct.pack(">I4s", len(tracks) + 8, b"moov") + tracks)


def oddities() -> Iterator[Hostile]:
    opus, vorbis, flac, mp3 = (EVERY_FORM[name] for name in ("ogg, Opus", "ogg, Vorbis", "flac", "mp3"))
    yield Hostile("nothing", b"")
    yield Hostile("ogg chained", opus + opus)
    yield Hostile("ogg chained to another codec", opus + vorbis)
    yield Hostile("ogg, pages in disorder", opus[:100] + opus[600:3000] + opus[100:600] + opus[3000:])
    yield Hostile("mp3, then wav, then mp3", mp3 + wav([tone(400.0)] * 2) + mp3)
    yield Hostile("mp3 behind id3 of 200 MB that is not there", with_id3(mp3, 100, claimed=200_000_000))
    yield Hostile("mp3 behind twenty tags", b"".join(with_id3(b"", 10) for _ in range(20)) + mp3)
    yield Hostile("flac, a block of 16 MB that is not there", flac[:4] + b"\x06\xff\xff\xff" + flac[4:])
    yield Hostile("flac, a thousand empty blocks", flac[:42] + b"\x01\0\0\0" * 1000 + flac[42:])
    yield Hostile("flac, 0 Hz", flac[:18] + b"\0\0\0" + flac[21:])
    yield Hostile("wav, a million empty chunks", _chunks(b"LIST\0\0\0\0" * 1_000_000))
    yield Hostile("wav, nested lists", _chunks(_nested_lists(5000)))
    yield Hostile(
        "wav, sound before its form", b"RIFF\xff\0\0\0WAVEdata\x10\0\0\0" + bytes(16) + b"fmt \x10\0\0\0" + bytes(16)
    )
    yield Hostile("wav, no number", riff(np.full(2000, np.nan, dtype="<f4").tobytes(), 2, form=FLOAT, bits=32))
    yield Hostile("wav, endless", riff(np.full(2000, np.inf, dtype="<f4").tobytes(), 2, form=FLOAT, bits=32))
    yield Hostile("wav, huge numbers", riff(np.full(2000, 3e38, dtype="<f4").tobytes(), 2, form=FLOAT, bits=32))
    yield Hostile("wav at 96 kHz", wav([tone(400.0, rate_hz=96_000)] * 2, rate_hz=96_000))
    yield Hostile("amr, an hour and a half in 270 kB", b"#!AMR\n" + b"\x7c" * 270_000)
    yield Hostile("amr, thirteen hours in 2.3 MB", b"#!AMR\n" + b"\x7c" * 2_340_000)
    yield Hostile("rf64, sizes of an exabyte", _rf64(1 << 60))


def giants() -> Iterator[Hostile]:
    """Sparse: long silence behind a right header, and tags and blocks as large as they say."""
    for hours, channels, bits in ((5, 1, 8), (13, 2, 16)):
        size = hours * 3600 * RATE_HZ * channels * bits // 8
        head = riff(b"", channels, form=PCM, bits=bits)[:-4] + struct.pack("<I", size)
        yield Hostile(f"wav, {hours} hours", head, 44 + size)
    mp3 = EVERY_FORM["mp3"]
    yield Hostile("id3 of 200 MB and nothing else", with_id3(b"", 0, claimed=200_000_000), 200_000_010)
    yield Hostile("mp3, then 300 MB of nothing", mp3, 300_000_000)
    yield Hostile("ogg, then 300 MB of nothing", EVERY_FORM["ogg, Opus"], 300_000_000)
    flac = EVERY_FORM["flac"]
    yield Hostile("flac, a picture of 16 MB", flac[:4] + b"\x06\xff\xff\xff", 20_000_000)
    picture = struct.pack(">I4sI4s", 100_000_000, b"moov", 99_999_992, b"udta")
    yield Hostile("m4a, 100 MB beside the sound", EVERY_FORM["m4a, AAC"][:32] + picture, 100_000_032)


def _chunks(body: bytes) -> bytes:
    sound = riff(b"\1\2" * 400, 2)
    return sound[:12] + body + sound[12:]


def _nested_lists(depth: int) -> bytes:
    nested = b""
    for _ in range(depth):
        nested = b"LIST" + struct.pack("<I", len(nested) + 4) + b"INFO" + nested
    return nested


def _rf64(size: int) -> bytes:
    fmt = riff(b"", 2)[12:36]
    sizes = b"ds64" + struct.pack("<IQQQI", 28, size, size, size // 4, 0)
    return b"RF64\xff\xff\xff\xffWAVE" + sizes + fmt + b"data\xff\xff\xff\xff" + b"\1\2" * 4000


def _with_reference(content: bytes, link: str) -> bytes:
    """Says that the sound lies elsewhere (ISO 14496-12 §8.7.2, and the older `alis` of QuickTime)."""
    place = content.index(b"url \0\0\0\1") - 4
    name = link.encode() + b"\0"
    entry = struct.pack(">I4sI", 12 + len(name), b"url ", 0) + name
    longer = len(entry) - 12
    grown = content[:place] + entry + content[place + 12 :]
    for box in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        at = grown.index(box) - 4
        size = struct.unpack(">I", grown[at : at + 4])[0] + longer
        grown = grown[:at] + struct.pack(">I", size) + grown[at + 4 :]
    return grown
