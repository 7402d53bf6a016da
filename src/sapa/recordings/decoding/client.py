"""The working process's side of decoding: hand a file over, wait with a limit, believe nothing that comes back."""

from __future__ import annotations

import io
import os
import signal
import stat
from typing import IO, Any, BinaryIO

from sapa.core.errors import SapaError
from sapa.recordings.decoding.order import (
    HIGHEST_RATE_HZ,
    LOWEST_RATE_HZ,
    MEMORY_LACKING,
    MOST_CHANNELS,
    SPACE_LACKING,
    DecodeLimits,
    Order,
)
from sapa.recordings.decoding.process import Outcome, decoder
from sapa.recordings.errors import (
    AudioEmpty,
    AudioTooLarge,
    AudioTooLong,
    AudioTooSlow,
    AudioUnreadable,
    AudioUnsupported,
    DecoderKilled,
    DecoderUnavailable,
    SoundUnwritable,
)
from sapa.recordings.sound import nameless_file, samples_in
from sapa.recordings.types import Audio

LONGEST_PROBLEM = 120
MOST_ATTEMPTS = 2  # when the decoder itself is lost, which no file should be able to do
COPY_AT_ONCE_BYTES = 1 << 20


def decode_apart(source: BinaryIO, container: str, *, sample_rate_hz: int | None, limits: DecodeLimits) -> Audio:
    """Decode in a child. Raises what docs/recordings.md lists."""
    given = _as_file(source)
    try:
        limit_s = limits.limit_s(os.fstat(given.fileno()).st_size)
        order = Order(container, sample_rate_hz, limit_s, limits)
        for _ in range(MOST_ATTEMPTS):
            with nameless_file() as sound:  # a new one each time: a lost child may still write into its own
                outcome = _run(order, given.fileno(), sound.fileno())
                if outcome is not None:
                    return _audio_of(outcome, order, sound.fileno())
    finally:
        if given is not source:
            given.close()
    raise DecoderUnavailable("it ends as soon as it is started")


def confinement() -> dict[str, Any]:
    """What a child may still do: `is_filtered`, and for each of `attempts` the number of its error, 0 when it went
    well. Raises `DecoderUnavailable`."""
    with nameless_file() as nothing:
        outcome = _run(Order(is_probe=True), nothing.fileno(), nothing.fileno())
    if outcome is None or "attempts" not in outcome.report:
        raise DecoderUnavailable("its child does not answer")
    return outcome.report


def _run(order: Order, source: int, sound: int) -> Outcome | None:
    process = decoder()
    outcome = process.run(order, source, sound)
    if outcome is None:
        process.close()
    return outcome


def _as_file(source: BinaryIO) -> BinaryIO:
    """The source itself when it is a plain file open for reading, else a copy of it in one."""
    is_bare = isinstance(source, io.BufferedReader) and isinstance(source.raw, io.FileIO)
    if is_bare and stat.S_ISREG(os.fstat(source.fileno()).st_mode):
        return source
    copy = nameless_file()
    try:
        source.seek(0)
        while chunk := source.read(COPY_AT_ONCE_BYTES):
            _append(copy, chunk)
    except BaseException:
        copy.close()
        raise
    return copy  # type: ignore[return-value]


def _append(copy: IO[bytes], chunk: bytes) -> None:
    try:
        copy.write(chunk)
        copy.flush()
    except OSError as exc:
        raise SoundUnwritable(exc.strerror or str(exc)) from exc


def _audio_of(outcome: Outcome, order: Order, sound: int) -> Audio:
    if outcome.was_late or outcome.signal == signal.SIGXCPU:
        raise AudioTooSlow(order.limit_s, retryable=outcome.processor_s < order.limit_s / 2)
    if outcome.signal:
        name = signal.Signals(outcome.signal).name
        raise DecoderKilled(name, retryable=outcome.signal == signal.SIGKILL)
    report = outcome.report
    if "code" in report:
        raise _refusal(str(report["code"]), str(report.get("problem", "")), order)
    frames, channels, rate_hz = (report.get(name) for name in ("frames", "channels", "sample_rate_hz"))
    if not (isinstance(frames, int) and isinstance(channels, int) and isinstance(rate_hz, int)):
        raise AudioUnreadable("the decoder ended without a word")
    is_possible = (
        0 < frames <= order.limits.longest_h * 3600 * rate_hz
        and 0 < channels <= MOST_CHANNELS
        and LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ
        and order.sample_rate_hz in {None, rate_hz}
    )
    if not is_possible:
        raise AudioUnreadable("the decoder gave no possible sound")
    return Audio(
        samples_in(sound, channels=channels, frames=frames),
        rate_hz,
        is_truncated=report.get("is_truncated") is True,
        container=str(report.get("container", ""))[:20],
        codec=str(report.get("codec", ""))[:40],
    )


def _refusal(code: str, problem: str, order: Order) -> SapaError:
    """The child's word, in our own words where we can: a hostile file may have put it there."""
    said = "".join(sign for sign in problem if sign.isprintable())[:LONGEST_PROBLEM]
    refusals: dict[str, SapaError] = {
        "audio_unsupported": AudioUnsupported(said),
        "audio_empty": AudioEmpty(),
        "audio_too_long": AudioTooLong(order.limits.longest_h),
        "audio_too_large": AudioTooLarge(),
        MEMORY_LACKING: AudioTooLarge(),
        SPACE_LACKING: SoundUnwritable("the disk is full, or nearly"),
    }
    return refusals.get(code) or AudioUnreadable(said or "it is damaged")
