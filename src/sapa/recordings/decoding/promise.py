"""What a file promises about its own length: is there less sound than there should be?"""

from __future__ import annotations

import struct

from sapa.recordings.decoding.window import Window

MOST_CHUNKS = 256
OPEN_ENDED = 0x7FFFF000  # so long, or longer, a header was never finished and promises nothing
OGG_LAST_PAGE_BYTES = 27 + 255 + 255 * 255
SLACK_S = 0.3  # encoders pad and trim at both ends
EXACT_SLACK_S = 0.01  # FLAC counts its samples, and loses a frame without a word
SLACK_BYTES = 64  # some count their padding, or the last frame twice


def is_cut_short(container: str, window: Window, *, promised_s: float, decoded_s: float) -> bool:
    """`promised_s` is the length in the header, 0 when there is none."""
    if container == "wav":
        return wav_lacks_bytes(window)
    if container == "ogg":
        return not ogg_is_ended(window)
    if container == "flac":
        return promised_s - decoded_s > EXACT_SLACK_S
    if container == "mp4" or (container == "mp3" and mp3_tells_length(window)):
        return promised_s - decoded_s > SLACK_S
    return False


def wav_lacks_bytes(window: Window) -> bool:
    """Whether the data chunk claims more bytes than follow it (RF64: the size is in `ds64`, EBU Tech 3306)."""
    place, large = 12, 0
    for _ in range(MOST_CHUNKS):
        head = window.at(place, 8)
        if len(head) < 8:
            return False
        name, size = head[:4], int(struct.unpack("<I", head[4:])[0])
        if name == b"ds64":
            content = window.at(place + 8, 16)
            large = int(struct.unpack("<Q", content[8:])[0]) if len(content) == 16 else 0
        if name == b"data":
            if size == 0xFFFFFFFF and large:
                size = large
            elif size >= OPEN_ENDED:
                return False
            return place + 8 + size > window.size_bytes + SLACK_BYTES
        place += 8 + size + size % 2
    return False


def ogg_is_ended(window: Window) -> bool:
    """Whether the last page is whole, undamaged and marked as the last (RFC 3533 §6)."""
    place = max(0, window.size_bytes - OGG_LAST_PAGE_BYTES)
    tail = window.at(place, OGG_LAST_PAGE_BYTES)
    at = tail.rfind(b"OggS")
    page = tail[at:]
    if at < 0 or len(page) < 27 or len(page) < 27 + page[26]:
        return False
    length = 27 + page[26] + sum(page[27 : 27 + page[26]])
    is_whole = len(page) >= length and ogg_sum(page[:length]) == struct.unpack("<I", page[22:26])[0]
    return bool(page[5] & 0x04) and is_whole


def ogg_sum(page: bytes) -> int:
    """The check sum of a page, that it holds itself in bytes 22–25 (RFC 3533 §6: polynomial 0x04C11DB7)."""
    total = 0
    for byte in page[:22] + bytes(4) + page[26:]:
        total = (total << 8 & 0xFFFFFFFF) ^ _OGG_SUMS[total >> 24 ^ byte]
    return total


def _ogg_sum_of(byte: int) -> int:
    total = byte << 24
    for _ in range(8):
        total = (total << 1 ^ 0x04C11DB7 if total & 0x80000000 else total << 1) & 0xFFFFFFFF
    return total


_OGG_SUMS = [_ogg_sum_of(byte) for byte in range(256)]


def mp3_tells_length(window: Window) -> bool:
    """Whether its first frame holds the count of all frames; else a length is only guessed from the bit rate."""
    head = window.at(0, 256)
    return any(name in head for name in (b"Xing", b"Info", b"VBRI"))
