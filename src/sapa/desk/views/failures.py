"""Pages for what went wrong: not found, not allowed, too large, our own mistake, and every expected failure."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from sapa.core.errors import SapaError
from sapa.desk.wording.failures import failure_words


def sapa_error_page(request: HttpRequest, error: SapaError) -> HttpResponse:
    title = _("Not found") if error.http_status == 404 else _("This did not work")
    words = failure_words(error.code, error.message)
    return _page(request, error.http_status, title, words, code=error.code)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return _page(
            request, 413, _("Too large"), _("The form holds more than this server takes. Send fewer things at once.")
        )
    return _page(request, 400, _("Not understood"), _("The request was not in a form that this server reads."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 403, _("Not allowed"), _("Your role does not allow this. Ask an administrator."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 404, _("Not found"), _("There is nothing at this address, or it is not yours to see."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Drawn without database, session or context, any of which may be what failed."""
    return render(None, "desk/server_error.html", status=500)


def _page(request: HttpRequest, status: int, title: str, words: str, **context: Any) -> HttpResponse:
    return render(
        request, "desk/failure.html", {"status": status, "title": title, "words": words, **context}, status=status
    )
