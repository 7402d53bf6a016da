"""Which recordings every browser plays, and jumps about in exactly, as they came: plain PCM in WAV, and FLAC.

The others get a listening copy. GSM, A-law, AMR and the like play nowhere; Ogg does not play in every Safari; an MP3
of changing bit rate has no index, so a click on a word would land somewhere near it; of M4A the browser's build
decides. A file that is cut short or does not tell its length would show a wrong one.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

WAV_CODECS = frozenset({"pcm_u8", "pcm_s16le", "pcm_s24le"})
_CHUNKS_LOOKED_AT = 64
_OPEN_ENDED = 0x7FFFF000  # so long, or longer, a header was never finished


def media_type_playable(source: BinaryIO, form: str, *, is_truncated: bool) -> str | None:
    """The media type to send the file with; None when it needs a listening copy. `form`: container and codec."""
    container, _slash, codec = form.partition("/")
    if is_truncated:
        return None
    if container == "wav" and codec in WAV_CODECS and _wav_tells_length(source):
        return "audio/wav"
    if container == "flac" and _flac_tells_length(source):
        return "audio/flac"
    return None


def _wav_tells_length(source: BinaryIO) -> bool:
    source.seek(0)
    if source.read(4) != b"RIFF":  # RF64 is not read by browsers
        return False
    place = 12
    for _ in range(_CHUNKS_LOOKED_AT):
        source.seek(place)
        head = source.read(8)
        if len(head) < 8:
            return False
        size = int(struct.unpack("<I", head[4:])[0])
        if head[:4] == b"data":
            return 0 < size < _OPEN_ENDED
        place += 8 + size + size % 2
    return False


def _flac_tells_length(source: BinaryIO) -> bool:
    """STREAMINFO comes first; its 36 bits of sample count are 0 when it was written to a pipe (RFC 9639 §8.2)."""
    source.seek(0)
    head = source.read(26)
    return len(head) == 26 and head[:4] == b"fLaC" and (head[21] & 0x0F > 0 or any(head[22:26]))
