"""Signing in by password, passkey or a one-time link, the second factor, signing out, and the language of one's
screens."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, perform_password_login, record_authentication
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import Login
from allauth.account.stages import LoginStageController
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm, LoginWebAuthnForm
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from sapa.accounts.adapters import speak
from sapa.accounts.addresses import address_of
from sapa.accounts.forms import CodeForm, SignInForm
from sapa.accounts.lock_out import counted_name, locked_until
from sapa.accounts.models import Person
from sapa.accounts.passkeys import is_passkey_right
from sapa.accounts.second_factor import second_factor_of
from sapa.accounts.selectors import person_by_link
from sapa.accounts.services import language_choose, link_use
from sapa.accounts.single_sign_on import sso_address, sso_label


@sensitive_post_parameters("password")
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(next_of(request))
    form = SignInForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "next": _wanted(request), "sso_label": sso_label(), "sso_address": sso_address()}
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("username", "password")}
        person = get_adapter().authenticate(request, **given)
        if isinstance(person, Person):
            login = Login(user=person, redirect_url=next_of(request))
            answer: HttpResponse = perform_password_login(request, given, login)
            return answer
    return render(request, "accounts/sign_in.html", {**context, "is_wrong": request.method == "POST"})


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    """After the password or the link: a code or a passkey. Whoever has no sign-in under way is sent to begin one."""
    stage = None if request.user.is_authenticated else LoginStageController.enter(request, AuthenticateStage.key)
    if stage is None:
        return redirect("sign-in")
    person: Any = stage.login.user
    context = {"factor": second_factor_of(person), "is_wrong": request.method == "POST"}
    if "credential" in request.POST:
        form: Any = AuthenticateWebAuthnForm(request.POST, user=person)
        is_right = is_passkey_right(form)
    else:
        form = CodeForm(request.POST or None, user=person)
        is_right = form.is_valid()
    if is_right:
        form.save()
        answer: HttpResponse = stage.exit()
        return answer
    if form.has_error("code", "too_many_login_attempts"):
        return render(request, "accounts/second.html", {**context, "is_too_often": True}, status=429)
    return render(request, "accounts/second.html", context)


@login_not_required
@require_POST
def by_passkey(request: HttpRequest) -> HttpResponse:
    """Without a name or a password: the passkey says who it is."""
    if request.user.is_authenticated:
        return redirect(next_of(request))
    form = LoginWebAuthnForm(request.POST)
    if is_passkey_right(form):
        key = form.cleaned_data["credential"]
        login = Login(user=key.user, redirect_url=next_of(request))
        answer: HttpResponse = perform_passwordless_login(request, key, login)
        return answer
    context = {"form": SignInForm(), "next": _wanted(request), "is_passkey_wrong": True}
    context |= {"sso_label": sso_label(), "sso_address": sso_address()}
    return render(request, "accounts/sign_in.html", context)


def locked(request: HttpRequest, response: HttpResponse, credentials: dict[str, Any] | None) -> HttpResponse:
    """Instead of the answer to one wrong password too many; django-axes calls it."""
    name = counted_name(request, credentials)
    until = locked_until(name, address_of(request))
    context = {"until": until, "minutes": settings.SAPA_LOCK_OUT_MINUTES}
    return render(request, "accounts/locked.html", context, status=429)


@method_decorator(login_not_required, name="dispatch")
class SignOut(LogoutView):
    http_method_names = ["post", "options"]


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, secret: str) -> HttpResponse:
    """Looking at the link does not spend it (mail scanners look): the button does. Raises `LinkUnusable`.

    It stands for the password; who has a second factor is asked for it all the same.
    """
    if request.method != "POST":
        return render(request, "accounts/enter.html", {"person": person_by_link(secret)})
    person = link_use(secret)
    if request.user.is_authenticated:
        get_adapter().logout(request)
    clear_login(request)
    record_authentication(request, person, method="link")
    answer: HttpResponse = perform_login(request, Login(user=person, redirect_url=reverse(settings.LOGIN_REDIRECT_URL)))
    return answer


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Kept in a cookie for this browser, and on the person for the next one."""
    chosen = request.POST.get("language", "")
    response = redirect(next_of(request))
    if chosen not in dict(settings.LANGUAGES):
        return response
    if isinstance(request.user, Person) and request.user.language != chosen:
        language_choose(request.user, chosen)
    return speak(response, chosen)


def next_of(request: HttpRequest) -> str:
    """Where the request wants to go on, if that is a page of ours."""
    return _wanted(request) or reverse(settings.LOGIN_REDIRECT_URL)


def _wanted(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if is_ours and urlsplit(target).path.startswith("/") else ""
