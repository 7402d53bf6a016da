"""Dangerous acts ask who is there: the sign-in, or its confirmation, must not be older than some minutes.

`@recent_sign_in_required` is put on a view, below `require_…`. A page is asked for again after the confirmation; a form
that was sent meanwhile is kept in the session and sent on, but for passwords and files, which are never kept. The REST
API calls `recent_sign_in_require` instead, so that nobody gets around the page with its session.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from sapa.accounts.errors import ConfirmFirst
from sapa.core.clock import now_at

P = ParamSpec("P")
CONFIRMED = "sapa_confirmed_at"
PROGRAM = "sapa_is_program"
UNFINISHED = "sapa_unfinished"
LONGEST_FORM = 100_000


@dataclass(frozen=True)
class Unfinished:
    """A form that waits for its confirmation."""

    address: str
    fields: tuple[tuple[str, str], ...]


def sign_in_confirm(request: HttpRequest) -> None:
    request.session[CONFIRMED] = now_at().timestamp()


def is_recent(request: HttpRequest) -> bool:
    age_s = now_at().timestamp() - float(request.session.get(CONFIRMED, 0))
    return bool(0 <= age_s < settings.SAPA_CONFIRM_MINUTES * 60)


def token_note(request: HttpRequest) -> None:
    """A program comes by token: it has no sign-in that could grow old."""
    setattr(request, PROGRAM, True)


def recent_sign_in_require(request: HttpRequest) -> None:
    """For the REST API: a session must be as new as the page would ask for. Raises `ConfirmFirst`."""
    if not getattr(request, PROGRAM, False) and not is_recent(request):
        raise ConfirmFirst


def recent_sign_in_required(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    @wraps(view)
    def asking_first(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return view(request, *args, **kwargs) if is_recent(request) else confirmation_ask(request)

    asking_first.asks_for_recent_sign_in = True  # type: ignore[attr-defined]  # for the test that walks the addresses
    return asking_first


def confirmation_ask(request: HttpRequest) -> HttpResponse:
    address = request.get_full_path()
    if getattr(request, "htmx", None):
        shown = urlsplit(request.headers.get("HX-Current-URL", ""))
        back = urlencode({"next": shown.path or address})
        return HttpResponseClientRedirect(f"{reverse('confirm')}?{back}")
    act = _keep(request) if request.method == "POST" else ""
    asked = {"act": act} if act else {"next": address}
    if request.method == "POST" and not act:
        asked["again"] = "yes"
    return redirect(f"{reverse('confirm')}?{urlencode(asked)}")


def unfinished_of(request: HttpRequest, act: str) -> Unfinished | None:
    """The form kept under this name; another one, from another tab, is not meant."""
    kept = request.session.get(UNFINISHED)
    if not act or not kept or kept["act"] != act:
        return None
    form = QueryDict(kept["form"])
    return Unfinished(kept["address"], tuple((name, value) for name in form for value in form.getlist(name)))


def unfinished_drop(request: HttpRequest) -> None:
    request.session.pop(UNFINISHED, None)


def _keep(request: HttpRequest) -> str:
    form = request.POST.copy()
    form.pop("csrfmiddlewaretoken", None)
    encoded = form.urlencode()
    if request.FILES or len(encoded) > LONGEST_FORM or any("password" in name for name in form):
        return ""
    act = secrets.token_urlsafe(9)
    request.session[UNFINISHED] = {"act": act, "address": request.get_full_path(), "form": encoded}
    return act
