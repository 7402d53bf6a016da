"""What vanished from a file without a word is silence of its length; what only looks like it is not."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest

from sapa.recordings.decoders import decode
from sapa.recordings.decoding.stamps import LONGEST_PAGE_S, Gap, Stamps
from sapa.recordings.decoding.window import Window
from sapa.recordings.tests.encoded import LONGER_FORMS, LONGER_S, encoded_as
from sapa.recordings.tests.sounds import RATE_HZ, loudest_hz, tone

ENCODERS = {"ogg, Opus": "libopus", "ogg, Vorbis": "vorbis", "ogg, FLAC": "flac", "flac": "flac"}
PAGE_BYTES = 27


def gap_after(pages: tuple[tuple[int, int], ...], stamp_s: float, folder: Path) -> Gap | None:
    """Pages of a second each; the last one of `pages` holds sound from `stamp_s` on."""
    path = folder / "pages"
    path.write_bytes(b"".join(b"OggS" + bytes(10) + struct.pack("<II", *page) + bytes(5) for page in pages))
    with path.open("rb") as source:
        stamps = Stamps("ogg", Window(source.fileno()), promised_s=0.0, longest_s=3600.0)
        *before, last = range(len(pages))
        for place in before:
            assert stamps.gap_before(100.0 + place, 1.0, place * PAGE_BYTES) is None
        return stamps.gap_before(stamp_s, 1.0, last * PAGE_BYTES)


@pytest.mark.parametrize(
    ("pages", "stamp_s", "gap"),
    [
        (((7, 2), (7, 3)), 101.0, None),
        (((7, 2), (7, 3)), 101.005, None),
        (((7, 2), (7, 5)), 103.0, Gap(2.0, is_lost=True)),
        (((7, 2), (7, 3)), 103.0, Gap(2.0, is_lost=False)),  # whoever wrote it left time out: nobody spoke
        (((7, 2), (8, 2)), 500.0, None),  # another stream
        (((7, 2), (7, 3), (7, 2)), 0.0, None),  # the same once more
        (((7, 2), (7, 3), (7, 2)), 500.0, None),
        (((7, 2), (7, 4)), 102.0 + 3 * LONGEST_PAGE_S, Gap(0.0, is_lost=True)),
        (((7, 2), (7, 90)), 100.0 + 3700.0, Gap(0.0, is_lost=True)),  # beyond the longest recording
    ],
)
def test_pages_of_ogg_say_what_lacks(
    pages: tuple[tuple[int, int], ...], stamp_s: float, gap: Gap | None, tmp_path: Path
) -> None:
    assert gap_after(pages, stamp_s, tmp_path) == gap


def test_frames_of_flac_are_believed_as_far_as_their_header_promises(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with (tmp_path / "empty").open("rb") as source:
        stamps = Stamps("flac", Window(source.fileno()), promised_s=20.0, longest_s=3600.0)
    assert stamps.gap_before(0.0, 1.0, 0) is None
    assert stamps.gap_before(3.0, 1.0, 0) == Gap(2.0, is_lost=True)
    stamps.passed(1.0)
    assert stamps.gap_before(None, 1.0, 0) is None
    assert stamps.gap_before(6.0, 1.0, 0) is None
    assert stamps.gap_before(1000.0, 1.0, 0) == Gap(0.0, is_lost=True)


@pytest.mark.parametrize("container", ["wav", "mp3", "mp4", "amr"])
def test_in_other_forms_nothing_vanishes_unsaid(container: str, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with (tmp_path / "empty").open("rb") as source:
        stamps = Stamps(container, Window(source.fileno()), promised_s=20.0, longest_s=3600.0)
    assert [stamps.gap_before(stamp_s, 1.0, 0) for stamp_s in (0.0, 5.0, 2.0)] == [None] * 3


@pytest.mark.parametrize("form", ENCODERS)
def test_what_follows_damage_stays_at_its_time(form: str) -> None:
    """Four seconds of one tone and four of another, with a byte turned over in the first four."""
    rate_hz = RATE_HZ
    sound = np.concatenate([tone(400.0, duration_s=4.0), tone(1000.0, duration_s=4.0)])
    noise = 0.02 * np.random.default_rng(9).standard_normal(len(sound))
    muxer = "flac" if form == "flac" else "ogg"
    pages = {} if muxer == "flac" else {"page_duration": "200000"}
    damaged = bytearray(
        encoded_as(muxer, ENCODERS[form], [sound + noise] * 2, rate_hz=rate_hz, strict="experimental", **pages)
    )
    damaged[len(damaged) // 3] ^= 0xFF
    audio = decode(io.BytesIO(bytes(damaged)), sample_rate_hz=rate_hz)
    assert audio.is_truncated
    assert audio.duration_s == pytest.approx(8.0, abs=0.05)
    quiet = np.abs(audio.samples[0].reshape(-1, 80)[: 8 * rate_hz // 80]).max(axis=1) == 0
    assert 0.05 <= quiet.sum() / 100 <= 1.0
    heard = [loudest_hz(audio.samples[0, round(at_s * rate_hz) :][: rate_hz // 5], rate_hz) for at_s in (3.75, 4.05)]
    assert heard == pytest.approx([400.0, 1000.0], abs=10)


@pytest.mark.parametrize("form", sorted(ENCODERS))
def test_streams_that_follow_one_another_are_heard_whole(form: str) -> None:
    audio = decode(io.BytesIO(LONGER_FORMS[form] * 2))
    assert not audio.is_truncated
    assert audio.duration_s == pytest.approx(2 * LONGER_S, abs=0.15)


def test_a_lost_last_page_is_told() -> None:
    damaged = bytearray(LONGER_FORMS["ogg, Opus"])
    damaged[-5] ^= 0xFF
    assert decode(io.BytesIO(bytes(damaged))).is_truncated
