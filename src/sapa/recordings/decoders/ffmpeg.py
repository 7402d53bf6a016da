"""Decoding through PyAV (FFmpeg) with the demuxer forced and codecs by an allow-list. Runs in the confined child.

What cannot be decoded in the middle of a file is silence there, and counted: half a call is worth more than none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

import av
import av.error
import numpy as np
from av.audio.resampler import AudioResampler

from sapa.recordings.decoders import FORMS, HEAD_BYTES, container_of
from sapa.recordings.decoding.order import HIGHEST_RATE_HZ, LOWEST_RATE_HZ, MOST_CHANNELS, SAMPLE_BYTES, Order
from sapa.recordings.decoding.promise import SLACK_S, is_cut_short
from sapa.recordings.decoding.room import Room
from sapa.recordings.decoding.stamps import Stamps
from sapa.recordings.decoding.window import Window
from sapa.recordings.errors import AudioEmpty, AudioTooLong, AudioUnreadable, AudioUnsupported

AT_LEAST_BYTES_PER_S = 200  # no speech codec takes less: a header that claims more time than that is not believed
MOST_STREAMS = 32
READ_AT_ONCE_BYTES = 1 << 16
LONGEST_GAP_S = 1.0  # of silence for one packet that cannot be decoded
SILENCE_AT_ONCE_S = 1.0
_BEHIND_TAGS = {"mp3", "flac"}
# FFmpeg's own decoders of AMR do not know the frames that phones send in silence; these do, where they are built in.
_BETTER = {"amrnb": "libopencore_amrnb", "amrwb": "libopencore_amrwb"}


@dataclass
class Heard:
    """What came of it: `lost` packets could not be decoded; `decoder` is the codec by FFmpeg's name."""

    container: str
    decoder: str = ""
    lost: int = 0
    good: int = 0
    ended_early: bool = False
    promised_s: float = 0.0


def decode(window: Window, order: Order, room: Room) -> tuple[Heard, bool]:
    """Put the sound into `room`; what was heard, and whether there is less than the file promises."""
    bare = window.behind_tags()
    container = order.container
    if bare is not window:
        container = container_of(bare.at(0, HEAD_BYTES)) or ""
        if container not in _BEHIND_TAGS:
            raise AudioUnsupported("Behind its ID3 tag the file is not a form of audio that is taken here.")
    heard = Heard(container)
    try:
        _decode(bare, order, room, heard)
    except av.error.MemoryError as exc:
        raise MemoryError from exc
    except (av.error.FFmpegError, ValueError, EOFError, OverflowError) as exc:
        _give_up_on(exc)
    if not room.frames:
        if heard.lost:
            raise AudioUnreadable("nothing in it can be decoded")
        if heard.promised_s > SLACK_S:
            raise AudioUnreadable("it ends before its sound begins")
        raise AudioEmpty
    if heard.lost > heard.good:
        raise AudioUnreadable("most of it cannot be decoded")
    cut_short = is_cut_short(container, bare, promised_s=heard.promised_s, decoded_s=room.duration_s)
    return heard, cut_short or heard.ended_early or heard.lost > 0


def _decode(window: Window, order: Order, room: Room, heard: Heard) -> None:
    form = FORMS[heard.container]
    options = {
        "format_whitelist": form.demuxer,
        "codec_whitelist": ",".join(form.codecs),
        "protocol_whitelist": "none",
        "max_streams": str(MOST_STREAMS),
    }
    with av.open(
        window,
        mode="r",
        format=form.demuxer,
        options=options,
        metadata_errors="replace",
        buffer_size=READ_AT_ONCE_BYTES,
        io_open=_opens_nothing,
    ) as container:
        if not container.streams.audio:
            raise AudioUnsupported("There is no sound in this file, only something else.")
        stream = container.streams.audio[0]
        if getattr(stream, "codec_context", None) is None or stream.codec_context.codec.name not in form.codecs:
            raise AudioUnsupported("The sound in this file is in a codec that is not taken here.")
        _check(stream.rate, stream.channels)
        decoder = _decoder_of(stream)
        heard.decoder = decoder.codec.name
        heard.promised_s = _promised_s(stream, window.size_bytes, order)
        resampled = _Resampled(room, order.sample_rate_hz)
        longest_s = order.limits.longest_h * 3600
        stamps = Stamps(heard.container, window, promised_s=heard.promised_s, longest_s=longest_s)
        for frame in _kept_in_time(_decoded(container, stream, decoder, heard), stamps, heard):
            if isinstance(frame, float):
                resampled.add_silence(frame)
            else:
                resampled.add(frame)
        resampled.close()
        room.close()


def _decoder_of(stream: av.AudioStream) -> av.AudioCodecContext:
    name = _BETTER.get(stream.codec_context.codec.name)
    if name is None or name not in av.codecs_available:
        stream.codec_context.thread_count = 1
        if stream.codec_context.codec.name == "flac":  # else damage in it is noise that nobody tells of
            stream.codec_context.options = {"err_detect": "crccheck+explode"}
        return stream.codec_context
    better = av.CodecContext.create(name, "r")
    assert isinstance(better, av.AudioCodecContext)
    better.sample_rate, better.layout = stream.rate, stream.layout
    return better


def _opens_nothing(*_: object) -> NoReturn:
    """A file that names other files (MP4 data references, playlists) is not followed."""
    raise PermissionError


def _check(rate_hz: int, channels: int) -> None:
    if not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
        raise AudioUnsupported(f"A sample rate of {rate_hz} Hz is not taken here.")
    if not 0 < channels <= MOST_CHANNELS:
        raise AudioUnsupported(f"A recording of {channels} channels is not taken here.")


def _promised_s(stream: av.AudioStream, size_bytes: int, order: Order) -> float:
    """What the header says, 0 when it says nothing. One too long is refused at once when the file is large enough."""
    if stream.duration is None or stream.time_base is None:
        return 0.0
    promised_s = float(stream.duration * stream.time_base)
    longest_s = order.limits.longest_h * 3600
    if promised_s > longest_s and size_bytes > AT_LEAST_BYTES_PER_S * longest_s:
        raise AudioTooLong(order.limits.longest_h)
    return promised_s


def _kept_in_time(
    decoded: Iterator[tuple[av.AudioFrame | float, int | None]], stamps: Stamps, heard: Heard
) -> Iterator[av.AudioFrame | float]:
    """What vanished without a word is silence too, and lost in packets as long as the one behind it."""
    for sound, place in decoded:
        if isinstance(sound, float):
            stamps.passed(sound)
        else:
            length_s = sound.samples / sound.sample_rate
            gap = stamps.gap_before(_stamp_s(sound), length_s, place) if stamps.tell_of_gaps else None
            if gap is not None:
                heard.lost += max(1, round(gap.seconds / length_s)) if gap.is_lost else 0
                yield gap.seconds
        yield sound


def _stamp_s(sound: av.AudioFrame) -> float | None:
    """Without a product of fractions: hours have a million frames."""
    tick = sound.time_base
    return None if sound.pts is None or tick is None else sound.pts * tick.numerator / tick.denominator


def _decoded(
    container: av.container.InputContainer, stream: av.AudioStream, decoder: av.AudioCodecContext, heard: Heard
) -> Iterator[tuple[av.AudioFrame | float, int | None]]:
    """Sound, or for what cannot be decoded how many seconds it would have taken; and where in the file it lies."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except av.error.FFmpegError:
            if not heard.good:
                raise
            heard.ended_early = True
            return
        try:
            frames = decoder.decode(packet if packet.size else None)
        except EOFError:
            return
        except av.error.MemoryError:
            raise
        except av.error.FFmpegError:  # of any kind: AAC's decoder says -1, which reads as "not permitted"
            if not _is_tail_of_frame(packet, stream):
                heard.lost += 1
                yield min(LONGEST_GAP_S, float((packet.duration or 0) * (packet.time_base or 0))), packet.pos
            continue
        heard.good += bool(frames)
        yield from ((frame, packet.pos) for frame in frames)


def _is_tail_of_frame(packet: av.Packet[av.AudioStream], stream: av.AudioStream) -> bool:
    """The file ends inside a frame of PCM; what came before is whole."""
    widest_sample_bytes = 8
    return stream.codec_context.codec.name.startswith("pcm_") and packet.size < stream.channels * widest_sample_bytes


class _Resampled:
    """Frames to the wanted rate, as float32 interleaved. A file may change its rate on the way, not its channels."""

    def __init__(self, room: Room, wanted_rate_hz: int | None) -> None:
        self._room = room
        self._wanted_rate_hz = wanted_rate_hz
        self._resampler: AudioResampler | None = None
        self._form: tuple[int, str, str] | None = None

    def add(self, frame: av.AudioFrame) -> None:
        form = (frame.sample_rate, frame.layout.name, frame.format.name)
        if form != self._form:
            self.close()
            _check(frame.sample_rate, frame.layout.nb_channels)
            if not self._room.channels:
                self._room.furnish(frame.layout.nb_channels, self._wanted_rate_hz or frame.sample_rate)
            if frame.layout.nb_channels != self._room.channels:
                raise AudioUnreadable("the number of its channels changes on the way")
            layout, rate_hz = frame.layout, self._room.sample_rate_hz
            self._resampler, self._form = AudioResampler(format="flt", layout=layout, rate=rate_hz), form
        frame.pts = None  # a jump in time stamps would be filled or dropped
        self._take(frame)

    def add_silence(self, seconds: float) -> None:
        """In the form of the sound before it; at the very beginning there is none to keep in time."""
        if self._form is None:
            return
        rate_hz, layout, _ = self._form
        left = round(seconds * rate_hz)
        while left > 0:
            length = min(left, round(SILENCE_AT_ONCE_S * rate_hz))
            still = np.zeros((1, self._room.channels * length), dtype=np.float32)
            frame = av.AudioFrame.from_ndarray(still, format="flt", layout=layout)
            frame.sample_rate = rate_hz
            self.add(frame)
            left -= length

    def close(self) -> None:
        if self._resampler is not None:
            self._take(None)
            self._resampler = None

    def _take(self, frame: av.AudioFrame | None) -> None:
        assert self._resampler is not None
        for piece in self._resampler.resample(frame):
            length = piece.samples * self._room.channels * SAMPLE_BYTES
            sound = memoryview(piece.planes[0])[:length] if piece.planes else b""  # a plane may be longer
            if len(sound) != length:
                raise ValueError("a frame that is shorter than it says")
            self._room.add(sound)


def _give_up_on(exc: Exception) -> NoReturn:
    """FFmpeg's text holds the place of the stored file, which is nobody's business."""
    raise AudioUnreadable(getattr(exc, "strerror", None) or type(exc).__name__) from exc
