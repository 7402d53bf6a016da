"""Where somebody is heard in a channel: Silero's voice activity model, which faster-whisper brings with it.

It is no speech engine: all engines ask it, so that what counts as talk does not change with who hears the words.
"""

from __future__ import annotations

from collections.abc import Iterable

from sapa.recordings.types import Samples
from sapa.transcripts.engines import SAMPLE_RATE_HZ
from sapa.transcripts.pieces import Stretch

PAUSE_MS = 300  # a shorter one is part of the talk
PAD_MS = 50
FRESH_EVERY_S = 30.0  # it remembers: after five minutes of hold music it missed the first seven seconds of talk
RUN_UP_S = 5.0  # of sound before, until it is settled: with less a beat of music or hiss was taken for a voice


def voice_in(piece: Samples, *, longest_s: float) -> list[Stretch]:
    """The stretches of `(samples,)` at 16 kHz with a voice, each no longer than `longest_s`."""
    step, run_up = round(FRESH_EVERY_S * SAMPLE_RATE_HZ), round(RUN_UP_S * SAMPLE_RATE_HZ)
    voice: list[Stretch] = []
    for start in range(0, len(piece), step):
        first = max(0, start - run_up)
        heard = ((first + low, first + high) for low, high in _heard_afresh(piece[first : start + step], longest_s))
        voice += [(max(low, start), high) for low, high in heard if high > start]
    return joined(voice, longest=round(longest_s * SAMPLE_RATE_HZ))


def joined(voice: Iterable[Stretch], *, longest: int) -> list[Stretch]:
    """What was parted only because the detector began afresh is one, where it may be as long."""
    pause = (PAUSE_MS - 2 * PAD_MS) * SAMPLE_RATE_HZ // 1000
    whole: list[Stretch] = []
    for start, end in voice:
        if whole and start - whole[-1][1] < pause and end - whole[-1][0] <= longest:
            whole[-1] = (whole[-1][0], end)
        else:
            whole.append((start, end))
    return whole


def _heard_afresh(sound: Samples, longest_s: float) -> list[Stretch]:
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(min_silence_duration_ms=PAUSE_MS, speech_pad_ms=PAD_MS, max_speech_duration_s=longest_s)
    found = get_speech_timestamps(sound, options, sampling_rate=SAMPLE_RATE_HZ)
    return [(stretch["start"], stretch["end"]) for stretch in found]
