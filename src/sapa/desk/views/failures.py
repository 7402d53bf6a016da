"""Pages for what went wrong: not found, not allowed, too large, our own mistake, and every expected failure."""

from __future__ import annotations

import errno
import sys
from typing import Any

from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from sapa.core.errors import SapaError
from sapa.desk.wording.failures import failure_words
from sapa.pipeline.errors import database_error_of


def sapa_error_page(request: HttpRequest, error: SapaError) -> HttpResponse:
    title = _("Not found") if error.http_status == 404 else _("This did not work")
    words = failure_words(error.code, error.message)
    return _page(request, error.http_status, title, words, code=error.code)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, DisallowedHost):  # refused before anything is known of who asks
        return _host_unknown(request)
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
    """Drawn without database, session or context, any of which may be what failed.

    A database that is away or a full disk is told as such, whoever met it: a page, the API or what stands before both.
    """
    error = _outside_error(sys.exc_info()[1])  # Django calls this while it handles it
    if error is None:
        return render(None, "desk/server_error.html", status=500)
    if request.path_info.startswith("/api/"):
        return JsonResponse({"error": error.as_json()}, status=error.http_status)
    words = {"status": error.http_status, "code": error.code, "words": failure_words(error.code, error.message)}
    return render(None, "desk/server_error.html", words, status=error.http_status)


def _host_unknown(request: HttpRequest) -> HttpResponse:
    error = SapaError(
        "host_unknown",
        "This site does not answer to the name in the address. Whoever set it up adds that name to SAPA_HOSTS.",
    )
    if request.path_info.startswith("/api/"):
        return JsonResponse({"error": error.as_json()}, status=error.http_status)
    words = {"status": error.http_status, "code": error.code, "words": failure_words(error.code, error.message)}
    return render(None, "desk/server_error.html", words, status=error.http_status)


def _outside_error(problem: BaseException | None) -> SapaError | None:
    """What is no mistake of ours; None for all else."""
    if isinstance(problem, OperationalError | InterfaceError):
        return database_error_of(problem)
    if isinstance(problem, OSError) and problem.errno in {errno.ENOSPC, errno.EDQUOT}:
        words = "The disk of this server is full. Free some space, then try again."  # Django had an upload in its hands
        return SapaError("storage_write_failed", words, retryable=True, http_status=507)
    return None


def _page(request: HttpRequest, status: int, title: str, words: str, **context: Any) -> HttpResponse:
    return render(
        request, "desk/failure.html", {"status": status, "title": title, "words": words, **context}, status=status
    )
