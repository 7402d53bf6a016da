"""Signing in by password or by a one-time link, signing out, and the language of one's screens."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from sapa.accounts.models import Person
from sapa.accounts.selectors import person_by_link
from sapa.accounts.services import language_choose, link_use

_YEAR_S = 365 * 24 * 3600


class SignIn(LoginView):
    """Name and password. A person who chose a language before meets it again on this browser."""

    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def form_valid(self, form: object) -> HttpResponse:
        response = super().form_valid(form)  # type: ignore[arg-type]
        person = self.request.user
        return _speak(response, person.language) if isinstance(person, Person) else response


@method_decorator(login_not_required, name="dispatch")
class SignOut(LogoutView):
    http_method_names = ["post", "options"]


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, secret: str) -> HttpResponse:
    """Looking at the link does not spend it (mail scanners look): the button does. Raises `LinkUnusable`."""
    if request.method != "POST":
        return render(request, "accounts/enter.html", {"person": person_by_link(secret)})
    person = link_use(secret)
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    return _speak(redirect(settings.LOGIN_REDIRECT_URL), person.language)


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Kept in a cookie for this browser, and on the person for the next one."""
    chosen = request.POST.get("language", "")
    response = redirect(_next_of(request))
    if chosen not in dict(settings.LANGUAGES):
        return response
    if isinstance(request.user, Person) and request.user.language != chosen:
        language_choose(request.user, chosen)
    return _speak(response, chosen)


def _next_of(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if is_ours and urlsplit(target).path.startswith("/") else reverse(settings.LOGIN_REDIRECT_URL)


def _speak(response: HttpResponse, code: str) -> HttpResponse:
    if code in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, code, max_age=_YEAR_S, samesite="Lax", secure=settings.SAPA_HTTPS
        )
    return response
