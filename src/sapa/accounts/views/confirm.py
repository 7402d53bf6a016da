"""Confirming who is there before a dangerous act, and going on with it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from allauth.account.forms import ReauthenticateForm
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from sapa.accounts.forms import ConfirmCodeForm
from sapa.accounts.models import Person
from sapa.accounts.passkeys import is_passkey_right
from sapa.accounts.recent import sign_in_confirm, unfinished_drop, unfinished_of
from sapa.accounts.second_factor import second_factor_of
from sapa.accounts.selectors import acting_person
from sapa.accounts.single_sign_on import sso_address, sso_label
from sapa.accounts.views.ways_in import next_of


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def confirm(request: HttpRequest) -> HttpResponse:
    person = acting_person(request)
    if request.method == "POST" and _is_confirmed(request, person):
        sign_in_confirm(request)
        return _carry_on(request)
    act = request.POST.get("act") or request.GET.get("act", "")
    again = urlencode({"process": "login", "next": next_of(request), "auth_params": "prompt=login"})
    has_sso = bool(sso_address()) and SocialAccount.objects.filter(user=person).exists()
    context = {
        "factor": second_factor_of(person),
        "act": act,
        "again": request.POST.get("again") or request.GET.get("again", ""),
        "next": next_of(request),
        "is_kept": unfinished_of(request, act) is not None,
        "is_wrong": request.method == "POST",
        "has_password": person.has_usable_password(),
        "sso_label": sso_label() if has_sso else "",
        "sso_address": f"{sso_address()}?{again}",
    }
    return render(request, "accounts/confirm.html", context)


def _is_confirmed(request: HttpRequest, person: Person) -> bool:
    given = request.POST
    if "credential" in given:
        form: Any = ReauthenticateWebAuthnForm(given, user=person)
        is_right = is_passkey_right(form)
    elif "code" in given:
        form = ConfirmCodeForm(given, user=person)
        is_right = form.is_valid()
    else:
        # By the same counter as at the door: wrong ones lock out.
        is_right = ReauthenticateForm(given, user=person).is_valid()
        form = None
    if is_right and form is not None:
        form.save()
    elif is_right:
        reauthenticate_by_password(request)
    return is_right


def _carry_on(request: HttpRequest) -> HttpResponse:
    waiting = unfinished_of(request, request.POST.get("act", ""))
    if waiting is not None:
        unfinished_drop(request)
        return render(request, "accounts/carry_on.html", {"waiting": waiting})
    if request.POST.get("again"):
        messages.info(request, _("Confirmed. Files and passwords are not kept meanwhile: please give them once more."))
    return redirect(next_of(request))
