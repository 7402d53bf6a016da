"""The sound of a call over HTTP: streamed by ranges, downloaded, and the record of who heard which stretch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import PurePath
from typing import BinaryIO
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from sapa.accounts.models import Person
from sapa.accounts.selectors import acting_person
from sapa.audit.services import audit_stretch, audit_write
from sapa.calls.models import Call
from sapa.calls.selectors import call_visible_to, veiled
from sapa.core.errors import SapaError
from sapa.core.storage import blobs
from sapa.recordings.models import Recording, RecordingPart
from sapa.recordings.ranges import ByteRange, RangeUnsatisfiable, range_asked, seconds_of
from sapa.recordings.selectors import Played, original_of, played_of, recording_of

_CHUNK_BYTES = 1 << 18  # 8 s of two-channel telephone sound: one audit write for each
# A paused player holds its answer open, and with it a thread of the server (ADR 1): one answer is half a minute of
# two-channel telephone sound, little enough for a browser to take whole and let go.
_LONGEST_RANGE_BYTES = 1 << 20
_PAST_THE_END_S = 0.5  # a browser's clock may run this far over the last sample


@require_safe
def audio(request: HttpRequest, call_id: UUID) -> HttpResponseBase:
    """GET and HEAD; 200, 206 or 416; 409 until it is measured. What leaves is audited.

    What the player plays, which may be a listening copy; with `?download=1` the file as it came, with `part=1` too the
    second one of a call in two files.
    """
    person = acting_person(request)
    call, recording = _call_with_recording(person, call_id)
    duration_s = _measured_s(recording)
    part = _part_asked(request, recording)
    if part and person.is_outside:
        raise SapaError("not_allowed", "Your role hears recordings and does not download them.", http_status=403)
    played = original_of(part) if part else played_of(recording)
    try:
        asked = _range_of(request, played)
    except RangeUnsatisfiable:
        refused = HttpResponse(status=416)
        refused["Content-Range"] = f"bytes */{played.size_bytes}"
        return _with_headers(refused, played)
    sent = asked or ByteRange(0, played.size_bytes - 1, played.size_bytes)
    if request.method == "HEAD":
        response: HttpResponseBase = HttpResponse(status=206 if asked else 200)
    else:
        if part:
            audit_write("recording.downloaded", subject=f"call {call.pk}", person=person, file=part.file_name)
        source = blobs().open(played.blob_id)
        stream = _Served(source, person, call.pk, duration_s, sent, played.places)
        response = StreamingHttpResponse(stream, status=206 if asked else 200)
    response["Content-Length"] = str(sent.length)
    if asked:
        response["Content-Range"] = asked.content_range
    if header := content_disposition_header(part is not None, _download_name(veiled(person, call), part)):
        response["Content-Disposition"] = header
    return _with_headers(response, played)


@require_POST
def heard(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """The player tells what was really played: `start_s`, `end_s`."""
    person = acting_person(request)
    call, recording = _call_with_recording(person, call_id)
    try:
        start_s, end_s = float(request.POST["start_s"]), float(request.POST["end_s"])
    except (KeyError, ValueError):
        return HttpResponse(status=400)
    duration_s = _measured_s(recording)
    in_order = isfinite(start_s) and isfinite(end_s) and 0 <= start_s < end_s
    if not in_order or end_s > duration_s + _PAST_THE_END_S:
        return HttpResponse(status=400)
    audit_stretch(
        "recording.heard",
        subject=f"call {call.pk}",
        person=person,
        start_s=round(start_s, 2),
        end_s=round(min(end_s, duration_s), 2),
    )
    return HttpResponse(status=204)


@dataclass(frozen=True)
class _Served:
    """Bytes on their way out. Each chunk is written to the audit trail before it leaves, so a connection that is
    cut, or a browser that asks for everything and takes little, is recorded as having got what it got."""

    source: BinaryIO
    person: Person
    call_id: UUID
    duration_s: float
    asked: ByteRange
    places: Sequence[int]

    def __iter__(self) -> Iterator[bytes]:
        at, last = self.asked.first, self.asked.last
        self.source.seek(at)
        while at <= last and (chunk := self.source.read(min(_CHUNK_BYTES, last - at + 1))):
            self._audit(ByteRange(at, at + len(chunk) - 1, self.asked.size_bytes))
            at += len(chunk)
            yield chunk

    def close(self) -> None:
        """Called by Django with the response, read to its end or not."""
        self.source.close()

    def _audit(self, chunk: ByteRange) -> None:
        start_s, end_s = seconds_of(chunk, self.duration_s, self.places)
        subject = f"call {self.call_id}"
        audit_stretch("recording.served", subject=subject, person=self.person, start_s=start_s, end_s=end_s)


def _call_with_recording(person: Person, call_id: UUID) -> tuple[Call, Recording]:
    call = call_visible_to(person, call_id)
    recording = recording_of(call)
    if recording is None:
        raise Http404
    return call, recording


def _measured_s(recording: Recording) -> float:
    """Without its length, what is handed out could not be written down in seconds."""
    if recording.duration_s is None:
        raise SapaError(
            "recording_unmeasured",
            "This recording has not been measured yet. Try again when its first step is done.",
            retryable=True,
            http_status=409,
        )
    return recording.duration_s


def _part_asked(request: HttpRequest, recording: Recording) -> RecordingPart | None:
    """The file that is to be downloaded; None for the player. A part that is not there is 404."""
    if request.GET.get("download") != "1":
        return None
    place = request.GET.get("part", "0")
    part = next((part for part in recording.parts.all() if str(part.place) == place), None)
    if part is None:
        raise Http404
    return part


def _range_of(request: HttpRequest, played: Played) -> ByteRange | None:
    """A range counts only if the browser's copy is of this very content (If-Range, RFC 9110 §13.1.5)."""
    if_range = request.headers.get("If-Range")
    if if_range is not None and if_range != _etag(played):
        return None
    asked = range_asked(request.headers.get("Range", ""), played.size_bytes)
    # A download that goes on after a break takes what comes for the whole.
    if asked is None or request.GET.get("download") == "1":
        return asked
    return asked.shortened(_LONGEST_RANGE_BYTES)


def _with_headers(response: HttpResponseBase, played: Played) -> HttpResponseBase:
    response["Content-Type"] = played.media_type
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = _etag(played)
    # What a browser keeps on disk would be heard again without our knowing.
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _etag(played: Played) -> str:
    return f'"{played.sha256}"'


def _download_name(call: Call, part: RecordingPart | None) -> str:
    """The name it came with, else one by time; never a path, never a control sign."""
    name = PurePath((part.file_name if part else call.file_name).replace("\\", "/")).name
    safe = "".join(sign for sign in name if sign.isprintable() and sign not in '"/\\:*?<>|')
    return safe or f"call-{call.started_at:%Y-%m-%d-%H%M%S}.wav"
