"""Asking a server that speaks OpenAI's HTTP API for transcriptions. The only module that meets the vendor.

Sound goes to the one address of the settings: no redirect is followed and no proxy is looked for, so that neither a
call nor the key ends somewhere else. What comes back is read up to a limit and within a time.
"""

from __future__ import annotations

import io
import json
import time
import wave
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import numpy as np
import urllib3
from urllib3 import exceptions as faults

from sapa.core.errors import SapaError
from sapa.recordings.types import Samples
from sapa.transcripts.engines import SAMPLE_RATE_HZ
from sapa.transcripts.errors import (
    SpeechAnswerInvalid,
    SpeechServerFailed,
    SpeechServerRefused,
    SpeechServerUnreachable,
)

CONNECT_TIMEOUT_S = 10.0
ASK_TIMEOUT_S = 10.0  # for what needs no sound
MOST_ANSWER_BYTES = 16 << 20  # ten minutes of dense talk, every word with its times, come to half a megabyte
CHUNK_BYTES = 1 << 16
QUOTED_LETTERS = 200  # of what the server says about a refusal
RETRY_STATUSES = {408, 409, 425, 429}
Field = tuple[str, str]


@dataclass(frozen=True)
class ServerPlace:
    """`url`: what stands before `/audio/transcriptions`, like `http://asr.example:8000/v1`."""

    url: str
    key: str = field(default="", repr=False)
    timeout_s: float = 600.0

    @property
    def where(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


class SpeechServer:
    """Raises `SpeechServerUnreachable`, `SpeechServerFailed`, `SpeechServerRefused`, `SpeechAnswerInvalid`."""

    def __init__(self, place: ServerPlace) -> None:
        self._place = place
        self._pool = urllib3.PoolManager(retries=False)

    def transcription(self, sound: Samples, fields: Sequence[Field]) -> bytes:
        """What it answers to `(samples,)` at 16 kHz, sent as a WAV file together with the fields of the form."""
        file = urllib3.fields.RequestField.from_tuples("file", ("channel.wav", wav_of(sound), "audio/wav"))
        body, content_type = urllib3.encode_multipart_formdata([*fields, file])
        return self._answer("POST", "/audio/transcriptions", self._place.timeout_s, body, content_type)

    def knock(self) -> None:
        """Ask whether it is there and takes our key. Not every server lists its models; one that says so is there."""
        self._answer("GET", "/models", min(ASK_TIMEOUT_S, self._place.timeout_s), fine=(404, 405))

    def _answer(
        self,
        method: str,
        path: str,
        timeout_s: float,
        body: bytes | None = None,
        content_type: str = "",
        fine: Sequence[int] = (),
    ) -> bytes:
        place = self._place
        headers = {"Accept": "application/json"}
        if content_type:
            headers["Content-Type"] = content_type
        if place.key:
            headers["Authorization"] = f"Bearer {place.key}"
        until = time.monotonic() + timeout_s
        try:
            response = self._pool.request(
                method,
                place.url.rstrip("/") + path,
                body=body,
                headers=headers,
                timeout=urllib3.Timeout(connect=min(CONNECT_TIMEOUT_S, timeout_s), read=timeout_s),
                redirect=False,
                preload_content=False,
            )
            try:
                raw = self._read(response, until)
            finally:
                response.close()
        except faults.HTTPError as exc:
            raise SpeechServerUnreachable(place.where, _in_words(exc, timeout_s)) from exc
        if 200 <= response.status < 300 or response.status in fine:
            return raw
        raise self._refusal(response.status, raw)

    def _read(self, response: urllib3.BaseHTTPResponse, until: float) -> bytes:
        raw = bytearray()
        while chunk := response.read1(CHUNK_BYTES):  # whatever is there: `read` would wait for all of it
            raw += chunk
            if len(raw) > MOST_ANSWER_BYTES:
                raise SpeechAnswerInvalid(self._place.where, f"it is longer than {MOST_ANSWER_BYTES >> 20} MB")
            if time.monotonic() > until:
                raise SpeechServerUnreachable(self._place.where, "its answer does not come to an end")
        return bytes(raw)

    def _refusal(self, status: int, raw: bytes) -> SapaError:
        where, said = self._place.where, self._without_key(_said(raw))
        reason = f"status {status}{said}"
        if status >= 500 or status in RETRY_STATUSES:
            return SpeechServerFailed(where, f"too many requests, {reason}" if status == 429 else reason)
        if status in {401, 403}:
            reason += ". Check SAPA_ASR_SERVER_KEY"
        elif status == 404 or status < 400:
            reason += ". Check SAPA_ASR_SERVER_URL and the name of the model"
        elif status == 413:
            reason += ": the sound is too large for it. Let it take 20 MB"
        return SpeechServerRefused(where, reason)

    def _without_key(self, text: str) -> str:
        return text.replace(self._place.key, "…") if self._place.key else text


def wav_of(sound: Samples) -> bytes:
    """16 bits a sample; what is louder than full scale is cut."""
    out = io.BytesIO()
    with wave.open(out, "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(SAMPLE_RATE_HZ)
        target.writeframes((np.clip(sound, -1.0, 1.0) * 32767).astype("<i2").tobytes())
    return out.getvalue()


def _in_words(exc: faults.HTTPError, timeout_s: float) -> str:
    """urllib3's own sentences name objects and addresses in memory."""
    if isinstance(exc, faults.ConnectTimeoutError):
        return "no connection in time"
    if isinstance(exc, faults.ReadTimeoutError):
        return f"nothing came within {timeout_s:g} s"
    if isinstance(exc, faults.NameResolutionError):
        return "its name is not known"
    if isinstance(exc, faults.NewConnectionError):
        return "no connection"
    if isinstance(exc, faults.SSLError):
        return f"no safe connection: {str(exc)[:QUOTED_LETTERS]}"
    return "it broke off the connection"


def _said(raw: bytes) -> str:
    """What a server says about its refusal, where OpenAI's and FastAPI's say it; nothing of web pages."""
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        return ""
    if isinstance(told, dict):
        told = told.get("error", told.get("detail", told.get("message")))
    if isinstance(told, dict):
        told = told.get("message")
    if not isinstance(told, str):
        return ""
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in told).split())
    return f": {text[:QUOTED_LETTERS].rstrip('.')}" if text else ""
