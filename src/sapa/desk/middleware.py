"""Expected failures become a page in the look of the house, with their code and what to do."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from sapa.core.errors import SapaError
from sapa.desk.views.failures import sapa_error_page


class ErrorPagesMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return sapa_error_page(request, exception) if isinstance(exception, SapaError) else None
