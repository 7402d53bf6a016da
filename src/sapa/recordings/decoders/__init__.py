"""Decoders of audio containers, chosen by the first bytes of the file, never by its name.

One more form costs a module and a line here. A vendor package is imported only in the decoder.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import BinaryIO

from sapa.recordings.errors import AudioEmpty, AudioUnsupported
from sapa.recordings.types import Audio

Decoder = Callable[[BinaryIO, int | None], Audio]
HEAD_BYTES = 16

DECODERS: dict[str, str] = {"wav": "sapa.recordings.decoders.wav:decode"}


def container_of(head: bytes) -> str | None:
    """The container that these first bytes belong to, or None."""
    if head[:4] in {b"RIFF", b"RF64"} and head[8:12] == b"WAVE":
        return "wav"
    return None


def decode(source: BinaryIO, *, sample_rate_hz: int | None = None) -> Audio:
    """Decode from the start of `source`, resampled when a rate is asked for.

    Raises `AudioUnsupported`, `AudioUnreadable`, `AudioEmpty`.
    """
    source.seek(0)
    head = source.read(HEAD_BYTES)
    source.seek(0)
    if not head:
        raise AudioEmpty
    container = container_of(head)
    if container is None:
        raise AudioUnsupported("This is not a form of audio that is taken here.")
    module, function = DECODERS[container].split(":")
    decoder: Decoder = getattr(import_module(module), function)
    return decoder(source, sample_rate_hz)
