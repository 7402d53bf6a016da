"""Refuses a request that brings too much before any of it is read: Django would write it all to disk to look for the
CSRF token in it, whoever sent it and wherever to.

It stands before every reader of the body, and right behind the session, which tells who asks.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from sapa.accounts.selectors import person_by_token
from sapa.core.errors import SapaError
from sapa.core.storage import spool_ensure
from sapa.pipeline.intake import largest_bytes

_FORM_BYTES = 1_000_000  # the fields around the files


class BodyRefused(SapaError):
    """The request is answered without being read."""


class BodyLimitsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.takes_recordings = {reverse("call-upload"), reverse("api:call_post")}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            self._check(request)
        except BodyRefused as exc:
            return _answer(request, exc)
        return self.get_response(request)

    def _check(self, request: HttpRequest) -> None:
        """Raises `BodyRefused`."""
        length = _length_of(request)
        if length <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return
        if request.method != "POST" or request.path_info not in self.takes_recordings:
            raise BodyRefused("request_too_large", "This address takes no more than 2.5 MB.", http_status=413)
        limit_mb: int = settings.SAPA_UPLOAD_MAX_MB
        if length > largest_bytes() + _FORM_BYTES:
            raise BodyRefused(
                "file_too_large",
                f"This is over {limit_mb} MB. Send fewer recordings at once, or raise SAPA_UPLOAD_MAX_MB.",
                http_status=413,
            )
        if not _is_somebody(request):
            raise BodyRefused("not_signed_in", "Sign in, or give a token, before sending recordings.", http_status=401)
        spool_ensure()


def _length_of(request: HttpRequest) -> int:
    raw = request.META.get("CONTENT_LENGTH") or ""
    if not raw and "Transfer-Encoding" in request.headers:
        raise BodyRefused("length_missing", "Send the body with a Content-Length, not in chunks.", http_status=411)
    return int(raw) if raw.isdecimal() else 0


def _is_somebody(request: HttpRequest) -> bool:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and person_by_token(secret.strip()):
        return True
    return get_user(request).is_authenticated


def _answer(request: HttpRequest, refused: BodyRefused) -> HttpResponse:
    if request.path_info.startswith("/api/"):
        return JsonResponse({"error": refused.as_json()}, status=refused.http_status)
    # In plain words: the frame of the site's pages asks for the person, the language and the form, none of them known.
    words = f"{refused.message} ({refused.code})\n"
    return HttpResponse(words, status=refused.http_status, content_type="text/plain; charset=utf-8")
