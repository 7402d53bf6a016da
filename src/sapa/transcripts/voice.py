"""Where somebody is heard in a channel: Silero's voice activity model, which faster-whisper brings with it.

It is no speech engine: all engines ask it, so that what counts as talk does not change with who hears the words.
"""

from __future__ import annotations

from sapa.recordings.types import Samples
from sapa.transcripts.engines import SAMPLE_RATE_HZ
from sapa.transcripts.pieces import Stretch

PAUSE_MS = 300  # a shorter one is part of the talk
PAD_MS = 50


def voice_in(piece: Samples, *, longest_s: float) -> list[Stretch]:
    """The stretches of `(samples,)` at 16 kHz with a voice, each no longer than `longest_s`."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(min_silence_duration_ms=PAUSE_MS, speech_pad_ms=PAD_MS, max_speech_duration_s=longest_s)
    found = get_speech_timestamps(piece, options, sampling_rate=SAMPLE_RATE_HZ)
    return [(stretch["start"], stretch["end"]) for stretch in found]
